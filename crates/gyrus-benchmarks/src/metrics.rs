//! Scores of items and their standard errors.
//!
//! A choice is right if its log likelihood l is the largest (`acc`), or l over its length in characters (`acc_norm`) or bytes
//! (`acc_bytes`); of equals the first counts. se = s / sqrt(n) with s the standard deviation over n - 1.

use std::collections::BTreeMap;

use crate::{Answer, Item, Measure};

/// A score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The likeliest choice is right; for a word, every token is the likeliest.
    Acc,
    /// The likeliest choice by character.
    AccNorm,
    /// The likeliest choice by byte.
    AccBytes,
    /// Over both items of a pair, log p of right less wrong is above 0 in sum.
    AccPair,
    /// exp of minus the mean log likelihood of a word.
    Perplexity,
}

impl Metric {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acc => "acc",
            Self::AccNorm => "acc_norm",
            Self::AccBytes => "acc_bytes",
            Self::AccPair => "acc_pair",
            Self::Perplexity => "perplexity",
        }
    }
}

/// The value of a score over items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// What it is.
    pub metric: Metric,
    /// Its mean over items or pairs.
    pub value: f64,
    /// The standard error, NaN for one item; by the delta method for a perplexity.
    pub stderr: f64,
    /// Items or pairs.
    pub n: usize,
}

/// The items of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name of the kind.
    pub name: String,
    /// Their `acc`.
    pub acc: Score,
}

/// Every score that `measure` has, in a fixed order.
pub(crate) fn scores(measure: Measure, items: &[Item], answers: &[Vec<Answer>]) -> Vec<Score> {
    let both = || items.iter().zip(answers);
    let right = |metric: Metric| {
        let right = both().map(|(item, answers)| f64::from(u8::from(best(metric, answers) == item.gold)));
        mean(metric, &right.collect::<Vec<_>>())
    };
    match measure {
        Measure::Contexts => vec![right(Metric::Acc)],
        Measure::Choices | Measure::Text => [Metric::Acc, Metric::AccNorm, Metric::AccBytes].map(right).into(),
        Measure::Pairs => {
            let of_pairs = mean(Metric::AccPair, &pairs(items, answers));
            [Metric::Acc, Metric::AccNorm, Metric::AccBytes].map(right).into_iter().chain([of_pairs]).collect()
        }
        Measure::Word => {
            let greedy: Vec<f64> = answers.iter().map(|answers| f64::from(u8::from(answers[0].is_greedy))).collect();
            let logs: Vec<f64> = answers.iter().map(|answers| answers[0].log_likelihood).collect();
            let log = mean(Metric::Perplexity, &logs);
            let value = (-log.value).exp();
            vec![mean(Metric::Acc, &greedy), Score { value, stderr: value * log.stderr, ..log }]
        }
    }
}

/// The `acc` of the items of each kind, in order of their names.
pub(crate) fn groups(items: &[Item], answers: &[Vec<Answer>]) -> Vec<Group> {
    let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (item, answers) in items.iter().zip(answers) {
        if let Some(group) = &item.group {
            let right = best(Metric::Acc, answers) == item.gold;
            groups.entry(group).or_default().push(f64::from(u8::from(right)));
        }
    }
    groups.into_iter().map(|(name, right)| Group { name: name.into(), acc: mean(Metric::Acc, &right) }).collect()
}

/// The index of the likeliest choice; of equals the first.
fn best(metric: Metric, answers: &[Answer]) -> usize {
    let value = |answer: &Answer| match metric {
        Metric::AccNorm => answer.log_likelihood / answer.characters as f64,
        Metric::AccBytes => answer.log_likelihood / answer.bytes as f64,
        _ => answer.log_likelihood,
    };
    let likelier =
        |best: usize, other: usize| if value(&answers[other]) > value(&answers[best]) { other } else { best };
    (1..answers.len()).fold(0, likelier)
}

/// For each pair of which both items are there, whether log p of right less wrong is above 0 in sum.
fn pairs(items: &[Item], answers: &[Vec<Answer>]) -> Vec<f64> {
    let mut margins: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (item, answers) in items.iter().zip(answers) {
        let wrong = answers.iter().enumerate().filter(|(i, _)| *i != item.gold).map(|(_, wrong)| wrong.log_likelihood);
        let margin = answers[item.gold].log_likelihood - wrong.fold(f64::NEG_INFINITY, f64::max);
        margins.entry(item.pair.as_deref().unwrap_or_default()).or_default().push(margin);
    }
    let whole = margins.into_values().filter(|margins| margins.len() == 2);
    whole.map(|margins| f64::from(u8::from(margins.iter().sum::<f64>() > 0.0))).collect()
}

/// Mean and standard error.
fn mean(metric: Metric, values: &[f64]) -> Score {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - value).powi(2)).sum();
    let stderr = if values.len() > 1 { (squares / (n - 1.0) / n).sqrt() } else { f64::NAN };
    Score { metric, value, stderr, n: values.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;
    use crate::task::Task;
    use crate::{Choice, Error, items};

    /// An item with choices of these texts and log likelihoods.
    fn item(gold: usize, pair: &str, choices: &[(&str, f64)]) -> (Item, Vec<Answer>) {
        let own = choices.iter().map(|(text, _)| Choice::new("", text)).collect();
        let item = Item { pair: Some(pair.into()), group: Some(pair.into()), ..Item::new(&record("{}"), own, gold) };
        let answer = |(text, log_likelihood): &(&str, f64)| Answer {
            log_likelihood: *log_likelihood,
            is_greedy: false,
            tokens: 1,
            characters: text.chars().count(),
            bytes: text.len(),
            dropped: 0,
            unscored: 0,
        };
        (item, choices.iter().map(answer).collect())
    }

    #[test]
    fn lengths_are_characters_or_bytes() {
        let (items, answers): (Vec<_>, Vec<_>) = [item(1, "a", &[("ab", -4.0), ("ééé", -4.5)])].into_iter().unzip();
        let values: Vec<f64> = scores(Measure::Choices, &items, &answers).iter().map(|score| score.value).collect();
        // By characters -2 and -1.5, by bytes -2 and -0.75.
        assert_eq!(values, [0.0, 1.0, 1.0]);
        let (items, answers): (Vec<_>, Vec<_>) = [item(1, "a", &[("abcd", -4.0), ("éé", -3.0)])].into_iter().unzip();
        let values: Vec<f64> = scores(Measure::Choices, &items, &answers).iter().map(|score| score.value).collect();
        assert_eq!(values, [1.0, 0.0, 1.0]);
    }

    #[test]
    fn of_equal_choices_the_first_counts_and_errors_are_those_of_a_sample() {
        let all = [item(0, "a", &[("x", -1.0), ("y", -1.0)]), item(1, "b", &[("x", -1.0), ("y", -1.0)])];
        let (items, answers): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let found = scores(Measure::Contexts, &items, &answers);
        // Values 1 and 0: s = sqrt(1/2), se = s / sqrt(2).
        assert_eq!((found[0].value, found[0].stderr, found[0].n), (0.5, 0.5, 2));
        assert!(scores(Measure::Contexts, &items[..1], &answers[..1])[0].stderr.is_nan());
        let groups = groups(&items, &answers);
        assert_eq!(
            groups.iter().map(|group| (group.name.as_str(), group.acc.value)).collect::<Vec<_>>(),
            [("a", 1.0), ("b", 0.0)]
        );
    }

    #[test]
    fn a_pair_is_right_if_the_context_moves_it_the_right_way() {
        // The first choice is liked best in both, yet less where it is wrong; a third item has lost its other half.
        let all = [
            item(0, "a", &[("x", -1.0), ("y", -9.0)]),
            item(1, "a", &[("x", -2.0), ("y", -3.0)]),
            item(1, "b", &[("x", -2.0), ("y", -1.0)]),
        ];
        let (items, answers): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let found = scores(Measure::Pairs, &items, &answers);
        assert_eq!((found[3].metric, found[3].value, found[3].n), (Metric::AccPair, 1.0, 1));
        assert!((found[0].value - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn no_items_are_an_error() -> Result<(), Error> {
        assert!(matches!(items(Task::named("piqa")?, &[]), Err(Error::NoItems)));
        Ok(())
    }
}
