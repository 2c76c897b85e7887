//! How much time a call has: what the caller gives it (`grpc-timeout`), at most what we give. Calls that it makes to other
//! services have what is left.

use std::future::Future;
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

tokio::task_local! {
    static UNTIL: Instant;
}

/// Runs what a call does, so that the calls which it makes know its end.
pub async fn within<F: Future>(until: Instant, work: F) -> F::Output {
    UNTIL.scope(until, work).await
}

/// The time left to the call at work; none outside of one.
#[must_use]
pub fn left() -> Option<Duration> {
    UNTIL.try_with(|until| until.saturating_duration_since(Instant::now())).ok()
}

/// What a caller gives, by the header of gRPC: up to eight digits and a unit. What can't be read says nothing.
#[must_use]
pub fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if number.is_empty() || number.len() > 8 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number.checked_mul(3600)?)),
        "M" => Some(Duration::from_secs(number.checked_mul(60)?)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_as_grpc_writes_it() {
        let read = |text: &str| {
            asked(&HeaderMap::from_iter([(http::HeaderName::from_static("grpc-timeout"), text.parse().unwrap())]))
        };
        assert_eq!(read("2S"), Some(Duration::from_secs(2)));
        assert_eq!(read("1500m"), Some(Duration::from_millis(1500)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["", "S", "-1S", "123456789S", "5x", "1.5S"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn what_is_left_is_known_inside_only() {
        assert_eq!(left(), None);
        let until = Instant::now() + Duration::from_secs(60);
        let inside = within(until, async { left() }).await.unwrap();
        assert!(inside > Duration::from_secs(30) && inside <= Duration::from_secs(60), "{inside:?}");
    }
}
