//! What a row of logits says about the next token, whatever parts the logits come in.
//!
//! With m the largest logit so far, S = sum of exp(l - m) and U = sum of (l - m) exp(l - m), all in f64,
//! log p(l) = l - m - log S, and the entropy is -sum of p log p = log S - U / S, both in nats.

/// The distribution of the next token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distribution {
    /// m.
    most: f64,
    /// S.
    sum: f64,
    /// U, never positive.
    weighted: f64,
}

impl Default for Distribution {
    fn default() -> Self {
        Self { most: f64::NEG_INFINITY, sum: 0.0, weighted: 0.0 }
    }
}

impl Distribution {
    /// Takes some logits in, all finite.
    pub(crate) fn hear(&mut self, logits: &[f32]) {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let most = self.most.max(f64::from(most));
        let (mut sum, mut weighted) = (0.0, 0.0);
        for logit in logits {
            let below = f64::from(*logit) - most;
            let share = below.exp();
            sum += share;
            weighted += below * share;
        }
        // Nothing was heard before the first part, whose m is no number to step down from.
        if self.sum > 0.0 {
            let (step, share) = (self.most - most, (self.most - most).exp());
            weighted += share * (self.weighted + step * self.sum);
            sum += self.sum * share;
        }
        (self.most, self.sum, self.weighted) = (most, sum, weighted);
    }

    /// The natural log of the probability of a token with this logit.
    pub(crate) fn log_probability(&self, logit: f64) -> f64 {
        logit - self.most - self.sum.ln()
    }

    /// Whether no other token is likelier than one with this logit.
    pub(crate) fn is_likeliest(&self, logit: f64) -> bool {
        logit >= self.most
    }

    /// The entropy in nats.
    pub(crate) fn entropy(&self) -> f64 {
        self.sum.ln() - self.weighted / self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entropy by definition, however the logits are cut.
    fn check(logits: &[f32]) {
        let total: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
        let expected: f64 = logits.iter().map(|l| f64::from(*l).exp() / total).map(|p| -p * p.ln()).sum();
        for cut in 0..=logits.len() {
            let mut found = Distribution::default();
            [&logits[..cut], &logits[cut..]]
                .into_iter()
                .filter(|part| !part.is_empty())
                .for_each(|part| found.hear(part));
            assert!((found.entropy() - expected).abs() < 1e-12, "{} for {expected}", found.entropy());
            assert!(
                (found.log_probability(f64::from(logits[0])).exp() * total - f64::from(logits[0]).exp()).abs() < 1e-9
            );
        }
    }

    #[test]
    fn entropy_is_that_of_the_probabilities() {
        check(&[3.0, -1.0, 0.5, 8.0, 7.0]);
        check(&[0.25; 7]);
        check(&[5.0]);
    }

    #[test]
    fn a_certain_token_has_no_entropy() {
        let mut found = Distribution::default();
        found.hear(&[900.0, -900.0, 0.0]);
        assert_eq!(found.entropy(), 0.0);
    }
}
