//! The words with which a caller begins to speak HTTP/2.

use std::future::poll_fn;
use std::io;

use tokio::io::ReadBuf;

use super::connection::Wire;

/// A client's first bytes (RFC 9113 section 3.4).
pub const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Reads them, and nothing that comes behind them.
///
/// # Errors
/// When anything else comes, or the other end is gone.
pub async fn greeted(wire: &mut Wire) -> io::Result<()> {
    let mut bytes = [0; GREETING.len()];
    let mut read = ReadBuf::new(&mut bytes);
    while read.remaining() > 0 {
        let before = read.filled().len();
        poll_fn(|context| wire.poll_read(context, &mut read)).await?;
        if read.filled().len() == before || !GREETING.starts_with(read.filled()) {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(())
}
