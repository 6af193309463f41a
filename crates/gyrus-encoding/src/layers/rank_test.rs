//! Whether two properties of a few models go together.

use ndarray::ArrayView1;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::rank::rank_correlation;

/// Spearman's rho of two properties, and its p value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// Rank correlation; NaN if either property is constant or undefined somewhere.
    pub rho: f64,
    /// The share of orders of one property in which |rho| is at least as large.
    pub p: f64,
}

impl RankTest {
    /// Of `x` and `y`, one value per model. All orders are looked at where there are at most `orders`, otherwise so many
    /// at random, decided by `seed`.
    ///
    /// # Panics
    /// There are not as many x as y.
    pub fn of(x: &[f64], y: &[f64], orders: usize, seed: u64) -> Self {
        assert_eq!(x.len(), y.len(), "a pair for each model");
        let rho = |y: &[f64]| rank_correlation(ArrayView1::from(x), ArrayView1::from(y));
        let observed = rho(y);
        if observed.is_nan() {
            return Self { rho: observed, p: f64::NAN };
        }
        // Sums in another order differ by rounding.
        let as_large = |y: &[f64]| rho(y).abs() >= observed.abs() - 1e-9;
        let all = (1..=y.len()).try_fold(1_usize, |all, i| all.checked_mul(i)).filter(|all| *all <= orders);
        let p = match all {
            Some(all) => count_orders(&mut y.to_vec(), 0, &as_large) as f64 / all as f64,
            None => {
                let (mut rng, mut drawn) = (StdRng::seed_from_u64(seed), y.to_vec());
                let mut draw = || {
                    drawn.shuffle(&mut rng);
                    as_large(&drawn)
                };
                (1 + (0..orders).filter(|_| draw()).count()) as f64 / (1 + orders) as f64
            }
        };
        Self { rho: observed, p }
    }
}

/// How many orders of the values from `first` on hold.
fn count_orders(values: &mut [f64], first: usize, holds: &dyn Fn(&[f64]) -> bool) -> usize {
    if first == values.len() {
        return usize::from(holds(values));
    }
    let mut count = 0;
    for next in first..values.len() {
        values.swap(first, next);
        count += count_orders(values, first + 1, holds);
        values.swap(first, next);
    }
    count
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::Rng;

    use super::*;

    #[test]
    fn five_models_in_order_have_two_orders_of_120() {
        let found = RankTest::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[9.0, 8.0, 5.0, 3.0, 1.0], 1000, 1);
        assert_abs_diff_eq!(found.rho, -1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(found.p, 2.0 / 120.0, epsilon = 1e-12);
        assert!(RankTest::of(&[1.0, 1.0], &[2.0, 3.0], 10, 1).p.is_nan());
    }

    #[test]
    fn unrelated_properties_are_called_related_as_often_as_said() {
        let mut rng = StdRng::seed_from_u64(3);
        let mut draw = |n: usize| (0..n).map(|_| rng.random()).collect::<Vec<f64>>();
        for n in [6, 12] {
            let rejected = (0..300).filter(|seed| RankTest::of(&draw(n), &draw(n), 720, *seed).p <= 0.05).count();
            // 15 of 300 expected, with a standard error of 3.8.
            assert!((5..=26).contains(&rejected), "{rejected} of 300");
        }
    }
}
