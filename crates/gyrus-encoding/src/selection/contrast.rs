//! What is held against what to see whether an electrode answers.

use std::ops::Range;

use gyrus_types::{Interval, Sampling};

use super::pieces::{Around, Pieces};
use super::quiet::{Quiet, silences};
use crate::time::lags::samples_within;
use crate::{Error, Lags};

/// How an answer to words shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Contrast {
    /// The mean after onsets of words less the mean in silence.
    Silence {
        /// From when after an onset, in seconds.
        from: f64,
        /// Until when after an onset, in seconds.
        to: f64,
        /// What counts as silence.
        quiet: Quiet,
    },
    /// How far the mean response to an onset lies from the mean of the recording, over lags: the root of the mean square.
    ///
    /// It needs no silence, has no sign, and sees only what goes up and down with single words: an electrode that is as
    /// active all through speech does not show.
    Evoked(Lags),
}

/// Which answers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// More after onsets than in silence.
    #[default]
    Above,
    /// Less after onsets than in silence.
    Below,
    /// Either.
    Both,
}

impl Side {
    /// A number that is large where the answer counts.
    pub(super) fn of(self, value: f64) -> f64 {
        match self {
            Self::Above => value,
            Self::Below => -value,
            Self::Both => value.abs(),
        }
    }
}

/// A contrast of one recording: which of its samples weigh what.
pub(super) struct Weighed {
    contrasts: Vec<Pieces>,
    evoked: bool,
    /// Words that are looked at.
    pub words: usize,
    /// Words whose window leaves the recording.
    pub outside: usize,
    /// Seconds of silence.
    pub silence: f64,
}

impl Contrast {
    /// The weights of `samples` samples for answers to words that begin at `onsets`, while `heard` are all the words.
    pub(super) fn weighed(
        &self,
        samples: usize,
        sampling: Sampling,
        onsets: &[f64],
        heard: &[Interval],
    ) -> Result<Weighed, Error> {
        let lags = match self {
            Self::Silence { from, to, .. } => Lags::new(vec![0.5 * (from + to)], to - from)?,
            Self::Evoked(lags) => lags.clone(),
        };
        if lags.window() < sampling.step() {
            return Err(Error::NarrowWindow { window: lags.window(), step: sampling.step() });
        }
        let window = |onset: f64, lag: f64| samples_within(onset + lag, lags.window(), sampling, samples);
        let inside = |onset: &&f64| lags.lags().iter().all(|lag| window(**onset, *lag).is_some());
        let kept: Vec<f64> = onsets.iter().filter(inside).copied().collect();
        if kept.is_empty() {
            return Err(Error::NoOnsets { words: onsets.len() });
        }
        let windows = |lag: &f64| kept.iter().filter_map(|onset| window(*onset, *lag)).collect::<Vec<_>>();
        let answers = lags.lags().iter().map(|lag| Pieces::mean_of_means(&windows(lag)));
        let rest = match self {
            Self::Silence { quiet, .. } => quiet_samples(heard, samples, sampling, *quiet)?,
            Self::Evoked(_) => std::iter::once(0..samples).collect(),
        };
        let silence = match self {
            Self::Silence { .. } => rest.iter().map(ExactSizeIterator::len).sum::<usize>() as f64 * sampling.step(),
            Self::Evoked(_) => 0.0,
        };
        let rest = Pieces::mean(&rest);
        Ok(Weighed {
            contrasts: answers.map(|answer| answer.less(rest.clone())).collect(),
            evoked: matches!(self, Self::Evoked(_)),
            words: kept.len(),
            outside: onsets.len() - kept.len(),
            silence,
        })
    }
}

impl Weighed {
    /// The contrast of `recording`, with words moved on by `shift` samples.
    pub fn apply(&self, recording: &Around, shift: usize) -> f64 {
        let mut values = self.contrasts.iter().map(|contrast| contrast.apply(recording, shift));
        match self.evoked {
            true => (values.map(|value| value * value).sum::<f64>() / self.contrasts.len() as f64).sqrt(),
            false => values.next().expect("one window"),
        }
    }
}

/// The samples of silence.
fn quiet_samples(
    heard: &[Interval],
    samples: usize,
    sampling: Sampling,
    quiet: Quiet,
) -> Result<Vec<Range<usize>>, Error> {
    let last = sampling.time(samples.saturating_sub(1));
    let all = Interval::new(sampling.time(0), last).map_err(|_| Error::NoSilence { longer_than: quiet.longer_than })?;
    let within = |silence: Interval| {
        let middle = 0.5 * (silence.onset() + silence.offset());
        samples_within(middle, silence.duration(), sampling, samples).filter(|found| !found.is_empty())
    };
    let found: Vec<_> = silences(heard, all, quiet)?.into_iter().filter_map(within).collect();
    match found.is_empty() {
        true => Err(Error::NoSilence { longer_than: quiet.longer_than }),
        false => Ok(found),
    }
}
