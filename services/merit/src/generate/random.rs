//! Numbers that look random and depend on nothing but what they are asked for, so that a row stays the same whatever else is
//! written before it.

/// A stream of numbers. SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Debug, Clone)]
pub struct Random(u64);

/// The odd number nearest to 2^64 divided by the golden ratio.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    /// The stream of one subject, such as the goals of person 17.
    pub fn of(seed: u64, subject: &str, number: u64) -> Self {
        let mut state = Self(seed);
        for byte in subject.bytes() {
            state.0 = state.next() ^ u64::from(byte);
        }
        state.0 = state.next() ^ number;
        state.next();
        state
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included; `low` where `high` is below it.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low).saturating_add(1);
        // The bias of the remainder is far below what anybody could see here.
        low + self.next() % span
    }

    /// True that often in a hundred.
    pub fn in_a_hundred(&mut self, times: u64) -> bool {
        self.next() % 100 < times
    }

    /// One of the words.
    pub fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let at = usize::try_from(self.next() % words.len().max(1) as u64).unwrap_or_default();
        words.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence() {
        // The reference implementation's first numbers from a state of 1234567.
        let mut random = Random(1_234_567);
        let first: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn every_subject_has_its_own_stream() {
        let first = |seed, subject, number| Random::of(seed, subject, number).next();
        assert_eq!(first(1, "deals", 7), first(1, "deals", 7));
        let others = [first(2, "deals", 7), first(1, "goals", 7), first(1, "deals", 8)];
        assert!(others.iter().all(|other| *other != first(1, "deals", 7)));
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut random = Random::of(1, "bounds", 0);
        for _ in 0..1000 {
            assert!((3..=5).contains(&random.between(3, 5)));
        }
        assert_eq!(random.between(3, 1), 3);
    }
}
