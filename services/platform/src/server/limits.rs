//! What a server gives its callers, at most. tonic leaves nearly all of it open.

use std::time::Duration;

/// Limits of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How long a call may take until its answer begins. A caller may ask for less.
    pub call: Duration,
    /// Calls at work at a time, over all connections; one more is refused with `OVERLOADED`. One caller has a quarter of them
    /// at most.
    pub calls: usize,
    /// Connections open at a time; one more is closed.
    pub connections: usize,
    /// Calls open on one connection at a time; one more waits.
    pub streams: u32,
    /// Bytes of a message.
    pub message: usize,
    /// Bytes of a message that carries a whole file or many people.
    pub large_message: usize,
    /// How long a connection may take until the first call on it, its handshake included.
    pub handshake: Duration,
    /// How old a connection gets; its callers then open another.
    pub age: Duration,
    /// How long calls may still take on a connection that has reached its age.
    pub age_grace: Duration,
    /// How long open calls may take once the server was told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(300),
            calls: 1024,
            connections: 1024,
            streams: 100,
            message: 4 * 1024 * 1024,
            large_message: 64 * 1024 * 1024,
            handshake: Duration::from_secs(10),
            age: Duration::from_secs(3600),
            age_grace: Duration::from_secs(600),
            drain: Duration::from_secs(30),
        }
    }
}
