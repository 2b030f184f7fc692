//! Deterministic numbers for samples (SplitMix64, Steele, Lea & Flood 2014).
//! Own code, so that a seed means the same in every release of any library.

/// A stream of numbers that depends on its seed alone.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed and of what it is for (period, project, purpose).
    pub fn of(seed: u64, path: &[u64]) -> Self {
        let mut rng = Self(seed);
        for step in path {
            rng.0 = rng.next() ^ step.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low).max(0) as u64 + 1;
        low + ((u128::from(self.next()) * u128::from(span)) >> 64) as i64
    }

    /// An index below `len` (0 where `len` is 0).
    pub fn index(&mut self, len: usize) -> usize {
        self.between(0, len as i64 - 1) as usize
    }

    /// One of the items; none is empty here, the lists are constants.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// An index drawn by weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (i, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return i;
            }
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_splitmix64() {
        // First outputs for seed 1234567, as published with the reference C code.
        let mut rng = Rng(1_234_567);
        assert_eq!(rng.next(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn draws_stay_in_their_bounds_and_follow_the_weights() {
        let mut rng = Rng::of(7, &[1, 2]);
        let mut counts = [0u32; 3];
        for _ in 0..10_000 {
            assert!((3..=9).contains(&rng.between(3, 9)));
            counts[rng.weighted(&[80.0, 15.0, 5.0])] += 1;
        }
        assert!((7_800..8_200).contains(&counts[0]) && (400..600).contains(&counts[2]), "{counts:?}");
    }
}
