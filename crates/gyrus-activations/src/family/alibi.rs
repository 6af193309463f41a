//! The slopes of ALiBi: one for each head.

use super::row::Slopes;

/// With m the power of two at or below `heads` (`Below`), or at or above it (`Above`), slopes are 2^(-8 i / m) for i
/// from 1 to m, and `heads` of them are taken as [`Slopes`] says.
pub(super) fn slopes(heads: usize, rule: Slopes) -> Vec<f64> {
    let powers = |m: usize| (1..=m).map(move |i| 2f64.powf(-8.0 * i as f64 / m as f64));
    let above = heads.next_power_of_two();
    match rule {
        _ if above == heads => powers(heads).collect(),
        Slopes::Below => powers(above / 2).chain(powers(above).step_by(2)).take(heads).collect(),
        Slopes::Above => powers(above).skip(1).step_by(2).chain(powers(above).step_by(2)).take(heads).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(heads: usize, rule: Slopes, expected: &[f64]) {
        let found = slopes(heads, rule);
        assert_eq!(found.len(), heads);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn a_power_of_two_halves_evenly() {
        for rule in [Slopes::Below, Slopes::Above] {
            check(4, rule, &[0.25, 0.0625, 0.015_625, 0.003_906_25]);
        }
    }

    #[test]
    fn six_heads_of_bloom_fill_up_from_eight() {
        check(6, Slopes::Below, &[0.25, 0.0625, 0.015_625, 0.003_906_25, 0.5, 0.125]);
    }

    #[test]
    fn six_heads_of_mpt_are_drawn_from_eight() {
        check(6, Slopes::Above, &[0.25, 0.0625, 0.015_625, 0.003_906_25, 0.5, 0.125]);
    }

    #[test]
    fn three_heads_differ_between_the_rules() {
        check(3, Slopes::Below, &[0.0625, 0.003_906_25, 0.25]);
        check(3, Slopes::Above, &[0.0625, 0.003_906_25, 0.25]);
        check(5, Slopes::Below, &[0.25, 0.0625, 0.015_625, 0.003_906_25, 0.5]);
    }
}
