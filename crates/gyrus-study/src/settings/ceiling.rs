//! What scores are held against, as a study file and `gyrus encode` name it.

use clap::ValueEnum;
use gyrus_encoding::{Ceiling, Response, Splits, Stretches};
use ndarray::{ArrayView2, Axis, stack};
use serde::{Deserialize, Serialize};

/// What ceilings are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CeilingSettings {
    /// How listeners who share their targets become a ceiling.
    #[serde(default)]
    pub listeners: ListenersBy,
    /// How repeats of the stimulus to one listener become a ceiling.
    #[serde(default)]
    pub repeats: RepeatsBy,
    /// What the signal of a recording with repeats is.
    #[serde(default)]
    pub responses_are: ResponsesAre,
}

/// How listeners become a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListenersBy {
    /// Mean r of each listener with the others: a yardstick that may be exceeded.
    #[default]
    LeaveOneOut,
    /// The same carried to endlessly many others.
    Endless,
}

/// How repeats become a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepeatsBy {
    /// The root of explainable variance.
    #[default]
    SignalPower,
    /// The root of split-half reliability, by Spearman and Brown; all splits of up to 16 repeats, else 1,000 random ones.
    SplitHalf,
}

/// What responses are, where the stimulus was repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponsesAre {
    /// The mean of all repeats.
    #[default]
    MeanOfRepeats,
    /// One of the repeats.
    OneRepeat,
}

/// Repeats of which all splits are taken, and how many splits are drawn beyond.
const ALL_SPLITS: usize = 16;
const DRAWN_SPLITS: usize = 1000;

impl ListenersBy {
    /// The ceiling of every target of `signals`, `(samples, targets)` each.
    ///
    /// # Errors
    /// Those of [`Ceiling::leave_one_out`] and [`Ceiling::endless_listeners`].
    pub fn ceiling(self, signals: &[ArrayView2<f64>], stretches: &Stretches) -> Result<Ceiling, gyrus_encoding::Error> {
        match self {
            Self::LeaveOneOut => Ceiling::leave_one_out(signals, stretches),
            Self::Endless => Ceiling::endless_listeners(signals, stretches),
        }
    }
}

impl RepeatsBy {
    /// The ceiling of every target of `repeats`, `(samples, targets)` each.
    ///
    /// # Errors
    /// Those of [`Ceiling::signal_power`] and [`Ceiling::split_half`].
    ///
    /// # Panics
    /// The repeats differ in shape.
    pub fn ceiling(
        self,
        repeats: &[ArrayView2<f64>],
        responses_are: ResponsesAre,
        stretches: &Stretches,
    ) -> Result<Ceiling, gyrus_encoding::Error> {
        if repeats.is_empty() {
            return Err(gyrus_encoding::Error::Repeats { repeats: 0 });
        }
        let cube = stack(Axis(0), repeats).expect("repeats have one shape");
        let response = match responses_are {
            ResponsesAre::MeanOfRepeats => Response::MeanOfRepeats,
            ResponsesAre::OneRepeat => Response::OneRepeat,
        };
        let splits = match repeats.len() {
            0..=ALL_SPLITS => Splits::All,
            _ => Splits::Random { splits: DRAWN_SPLITS, seed: stretches.seed },
        };
        match self {
            Self::SignalPower => Ceiling::signal_power(cube.view(), response, stretches),
            Self::SplitHalf => Ceiling::split_half(cube.view(), response, splits, stretches),
        }
    }
}
