//! Scores that fall with distance (Press et al. 2022), as each family computes them.
//!
//! A bias that grows with the key's position differs from one that falls with distance by a constant of the row,
//! which the softmax takes away.

use half::bf16;

/// Added to the score of every key at position j: slope of the head times j.
#[derive(Debug, Clone, PartialEq)]
pub struct Alibi {
    /// One slope for each query head.
    pub slopes: Vec<f64>,
    /// How the bias is rounded and scaled.
    pub rule: AlibiRule,
}

/// How a family computes the bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlibiRule {
    /// slope j in f32.
    Plain,
    /// slope, j and their product rounded to bf16, then multiplied by the scale of the scores, as Falcon does.
    Bf16Scaled,
}

impl Alibi {
    /// The bias of keys 0 to `tokens` - 1 for `head`, `(tokens)`.
    pub(crate) fn bias(&self, head: usize, tokens: usize, scale: f64) -> Vec<f32> {
        let slope = self.slopes[head] as f32;
        let one = |j: usize| match self.rule {
            AlibiRule::Plain => slope * j as f32,
            AlibiRule::Bf16Scaled => {
                let rounded = |x: f32| bf16::from_f32(x).to_f32();
                rounded(rounded(slope) * rounded(j as f32)) * scale as f32
            }
        };
        (0..tokens).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_biases_are_slopes_times_positions() {
        let alibi = Alibi { slopes: vec![0.5, 0.25], rule: AlibiRule::Plain };
        assert_eq!(alibi.bias(1, 4, 9.0), [0.0, 0.25, 0.5, 0.75]);
    }

    #[test]
    fn rounded_biases_keep_eight_bits() {
        let alibi = Alibi { slopes: vec![0.3], rule: AlibiRule::Bf16Scaled };
        let found = alibi.bias(0, 38, 2.0)[37];
        // 0.3 rounds to 0.30078125; times 37 is 11.12890625, which rounds to 11.125.
        assert_eq!(found, 22.25);
    }

    #[test]
    fn rounded_positions_keep_eight_bits() {
        let alibi = Alibi { slopes: vec![0.3], rule: AlibiRule::Bf16Scaled };
        let found = alibi.bias(0, 1002, 1.0);
        // 1001 rounds to 1000 and 300.78125 to 300; 257 rounds to 256 and 77 stays.
        assert_eq!((found[257], found[1001]), (77.0, 300.0));
    }
}
