//! How much of a connection is read before others have their turn. A call is work, so a connection that brings calls is read a
//! little at a time: one with a thousand of them is then one of many. One that only goes on with the calls that are there,
//! such as an import, is read twice as far each time.

/// Bytes of a turn, at least and at most.
const BYTES: (usize, usize) = (1024, 64 * 1024);

/// A connection's turn.
#[derive(Debug)]
pub struct Turn {
    most: usize,
    left: usize,
    calls: u64,
}

impl Turn {
    /// The first.
    pub const fn new() -> Self {
        Self { most: BYTES.0, left: BYTES.0, calls: 0 }
    }

    /// Bytes that may still be read, now that so many calls have come.
    pub fn left(&mut self, calls: u64) -> usize {
        if self.calls != calls {
            *self = Self { calls, ..Self::new() };
        }
        self.left
    }

    /// So many were read.
    pub fn read(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
        if self.left == 0 {
            self.most = (self.most * 2).min(BYTES.1);
        }
    }

    /// Whether it is over, and the others come first; then the next one begins.
    pub fn is_over(&mut self) -> bool {
        let over = self.left == 0;
        if over {
            self.left = self.most;
        }
        over
    }

    /// There was nothing to read: the others have had their turn.
    pub fn waited(&mut self) {
        self.left = self.most;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of each of the next turns, while as many calls come in each.
    fn turns(turn: &mut Turn, calls: u64) -> [usize; 8] {
        let mut known = turn.calls;
        [(); 8].map(|()| {
            known += calls;
            let mut read = 0;
            while !turn.is_over() {
                // As a buffer has room for.
                let bytes = turn.left(known).min(1000);
                turn.read(bytes);
                read += bytes;
            }
            read
        })
    }

    #[test]
    fn what_brings_calls_is_read_a_little_at_a_time_and_what_brings_data_further() {
        let mut turn = Turn::new();
        let long = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 65536];
        assert_eq!(turns(&mut turn, 0), long);
        assert_eq!(turns(&mut turn, 1), [1024; 8]);
        assert_eq!(turns(&mut turn, 0)[..7], long[1..]);
    }

    #[test]
    fn whoever_waits_begins_a_turn() {
        let mut turn = Turn::new();
        turn.read(1000);
        assert_eq!(turn.left(0), 24);
        turn.waited();
        assert_eq!(turn.left(0), 1024);
    }
}
