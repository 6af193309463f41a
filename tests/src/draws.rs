//! Numbers that look random and are the same on every machine.

/// A linear congruential generator, x' = a x + c modulo 2^64, with the constants of Knuth's MMIX.
#[derive(Debug, Clone)]
pub struct Draws {
    state: u64,
}

impl Draws {
    /// The draws of `seed`.
    pub fn new(seed: u64) -> Self {
        let mut draws = Self { state: seed };
        // Seeds that are close begin close together.
        (0..4).for_each(|_| _ = draws.uniform());
        draws
    }

    /// The next number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next whole number from 0 and below `bound`, 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.uniform() * bound as f64) as usize
    }

    /// The next number of mean 0 and variance 1: the sum of twelve uniform ones, less 6.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// `n` normal numbers that remember: z_i = memory z_(i-1) + sqrt(1 - memory^2) times a normal one, of variance 1.
    pub fn autocorrelated(&mut self, n: usize, memory: f64) -> Vec<f64> {
        let fresh = (1.0 - memory * memory).sqrt();
        let mut z = self.normal();
        let next = |_| {
            z = memory * z + fresh * self.normal();
            z
        };
        (0..n).map(next).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_draws_have_mean_0_and_variance_1() {
        for values in [Draws::new(1).autocorrelated(20_000, 0.0), Draws::new(2).autocorrelated(20_000, 0.5)] {
            let mean = values.iter().sum::<f64>() / 20_000.0;
            let variance = values.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / 20_000.0;
            assert!(mean.abs() < 0.05 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        }
    }

    #[test]
    fn a_seed_decides_every_draw() {
        assert_eq!(Draws::new(7).autocorrelated(5, 0.3), Draws::new(7).autocorrelated(5, 0.3));
        assert_ne!(Draws::new(7).uniform(), Draws::new(8).uniform());
    }
}
