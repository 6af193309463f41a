//! What shows that a channel was no good: values that are missing, that never change, or that stick to an end.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Share of the samples at a channel's lowest or highest value above which it is called saturated.
const SATURATED: f64 = 0.01;

/// Samples at an end that any channel may have, however short it is.
const FEW: usize = 10;

/// Names of channels in a line; of more only the number is said.
const NAMED: usize = 20;

/// Rows that a thread looks at together.
const ROWS: usize = 4096;

/// What was seen of each channel of a recording, before anything was done to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    channels: Vec<Seen>,
    samples: usize,
    /// Places of channels that preparing leaves undefined, as whoever prepares them says.
    pub undefined: Vec<usize>,
}

/// What was seen of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    lowest: f64,
    at_lowest: usize,
    highest: f64,
    at_highest: usize,
    missing: usize,
}

const NOTHING: Seen =
    Seen { lowest: f64::INFINITY, at_lowest: 0, highest: f64::NEG_INFINITY, at_highest: 0, missing: 0 };

impl Condition {
    /// Nothing seen of so many channels.
    pub fn new(channels: usize) -> Self {
        Self { channels: vec![NOTHING; channels], samples: 0, undefined: Vec::new() }
    }

    /// Looks at the samples of `x`, `(samples, channels)`, from `start` on, unless they were seen before.
    pub fn look(&mut self, start: usize, x: ArrayView2<f64>) {
        if start < self.samples {
            return;
        }
        self.samples = start + x.nrows();
        let stretches: Vec<_> = x.axis_chunks_iter(Axis(0), ROWS).collect();
        let seen: Vec<Vec<Seen>> = stretches.into_par_iter().map(seen).collect();
        for other in seen {
            self.channels.iter_mut().zip(other).for_each(|(own, other)| *own = own.and(other));
        }
    }

    /// Whether every value that was seen is finite.
    pub fn is_whole(&self) -> bool {
        self.channels.iter().all(|seen| seen.missing == 0)
    }

    /// What there is to say, a line for each thing that is wrong, with the `names` of the channels, one for each.
    ///
    /// A channel is called saturated if more than one sample in a hundred, and more than ten, stand at its lowest or its
    /// highest value.
    ///
    /// # Panics
    /// There are fewer names than channels.
    pub fn said(&self, names: &[String]) -> Vec<String> {
        let name = |(place, _): (usize, &Seen)| names[place].clone();
        let which = |wrong: &dyn Fn(&Seen) -> bool| -> Vec<String> {
            self.channels.iter().enumerate().filter(|(_, seen)| wrong(seen)).map(name).collect()
        };
        let most = (SATURATED * self.samples as f64).max(FEW as f64);
        let constant = which(&Seen::is_constant);
        let saturated = which(&|seen| !seen.is_constant() && seen.at_lowest.max(seen.at_highest) as f64 > most);
        let missing = which(&|seen| seen.missing > 0);
        let count: usize = self.channels.iter().map(|seen| seen.missing).sum();
        let undefined: Vec<String> = self.undefined.iter().map(|place| names[*place].clone()).collect();
        let lines = [
            (constant, "never change".to_owned()),
            (
                saturated,
                format!("stand at their lowest or highest value in more than {} % of samples", 100.0 * SATURATED),
            ),
            (missing, format!("have {count} values that are missing")),
            (undefined, "have nothing to be standardised and are NaN".to_owned()),
        ];
        let line = |(names, said): (Vec<String>, String)| {
            let all = self.channels.len();
            (!names.is_empty()).then(|| format!("{} of {all} channels {said}: {}", names.len(), listed(&names)))
        };
        lines.into_iter().filter_map(line).collect()
    }
}

/// Names, or the first of them and how many more there are.
fn listed(names: &[String]) -> String {
    match names.split_at_checked(NAMED) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}

impl Seen {
    fn is_constant(&self) -> bool {
        self.lowest == self.highest
    }

    fn take(&mut self, value: f64) {
        if !value.is_finite() {
            self.missing += 1;
            return;
        }
        if value < self.lowest {
            (self.lowest, self.at_lowest) = (value, 0);
        }
        if value > self.highest {
            (self.highest, self.at_highest) = (value, 0);
        }
        self.at_lowest += usize::from(value == self.lowest);
        self.at_highest += usize::from(value == self.highest);
    }

    /// What was seen in both.
    fn and(self, other: Self) -> Self {
        let (lowest, highest) = (self.lowest.min(other.lowest), self.highest.max(other.highest));
        let at = |own: f64, n: usize, end: f64| if own == end { n } else { 0 };
        Self {
            lowest,
            at_lowest: at(self.lowest, self.at_lowest, lowest) + at(other.lowest, other.at_lowest, lowest),
            highest,
            at_highest: at(self.highest, self.at_highest, highest) + at(other.highest, other.at_highest, highest),
            missing: self.missing + other.missing,
        }
    }
}

fn seen(x: ArrayView2<f64>) -> Vec<Seen> {
    let mut channels = vec![NOTHING; x.ncols()];
    for row in x.rows() {
        channels.iter_mut().zip(row).for_each(|(seen, value)| seen.take(*value));
    }
    channels
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn ends_are_counted_over_stretches() {
        let x = Array2::from_shape_fn((2 * ROWS + 10, 3), |(i, j)| match j {
            0 => 4.0,
            1 if i % 50 == 0 => 1.0,
            1 => (i % 50) as f64 / 100.0,
            _ if i == 7 => f64::NAN,
            _ => i as f64,
        });
        let mut condition = Condition::new(3);
        condition.look(0, x.view());
        condition.look(0, x.view());
        assert!(condition.channels[0].is_constant());
        assert_eq!(condition.channels[1].at_highest, x.nrows().div_ceil(50));
        assert_eq!((condition.channels[2].missing, condition.channels[2].at_lowest), (1, 1));
        let said = condition.said(&["A", "B", "C"].map(String::from));
        let wrong = ["never change: A", "in more than 1 % of samples: B", "have 1 values that are missing: C"];
        assert!(said.len() == 3 && said.iter().zip(wrong).all(|(said, end)| said.ends_with(end)), "{said:?}");
        assert!(!condition.is_whole());
    }

    #[test]
    fn few_samples_and_many_channels_are_said_with_measure() {
        // The highest of six samples is one in six, and says nothing.
        let mut condition = Condition::new(1);
        condition.look(0, Array2::from_shape_fn((6, 1), |(i, _)| i as f64).view());
        assert!(condition.said(&["A".into()]).is_empty());
        let mut silent = Condition::new(25);
        silent.look(0, Array2::zeros((40, 25)).view());
        let names: Vec<String> = (0..25).map(|i| i.to_string()).collect();
        assert!(silent.said(&names)[0].ends_with("17, 18, 19 and 5 more"), "{:?}", silent.said(&names));
    }
}
