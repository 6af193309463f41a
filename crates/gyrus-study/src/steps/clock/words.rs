//! Rows are words: the signal around each word is its response.

use std::ops::Range;

use gyrus_encoding::{Envelope, envelope_means};
use gyrus_types::{Interval, Sampling, Transcript};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};

use super::around::Around;
use super::standardised;
use super::target_lags::TargetLags;
use crate::settings::{Anchor, LagSettings, TargetLag, Targets};
use crate::steps::heard::Heard;
use crate::steps::material::Story;
use crate::{Error, Event};

/// The words that have a response at every lag in every recording.
#[derive(Debug)]
pub(super) struct WordRows {
    /// Their rows in the transcript, and the moment from which lags count.
    rows: Vec<usize>,
    times: Vec<f64>,
    around: Around,
    /// The position of the main lag, and those of each target where they are their own.
    main: usize,
    own: Option<TargetLags>,
    transcript: Transcript,
}

impl WordRows {
    /// The words of `story` whose windows lie inside every recording; the others are counted.
    pub fn new(
        settings: &LagSettings,
        story: &Story,
        targets: Targets,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Self, Error> {
        let timed = story.transcript.timed();
        let moment = |time: &Interval| match settings.anchor {
            Anchor::Onset => time.onset(),
            Anchor::Centre => 0.5 * (time.onset() + time.offset()),
            Anchor::Offset => time.offset(),
        };
        let times: Vec<f64> = timed.times.iter().map(moment).collect();
        let around = Around::new(settings, &story.listeners)?;
        let main = settings.main_at().expect("the main lag of a study file is one of its lags");
        let mut kept: Vec<usize> = (0..times.len()).collect();
        for heard in &story.listeners {
            let complete = around.complete(heard, &times)?;
            kept.retain(|word| complete.binary_search(word).is_ok());
        }
        let (left, all) = (times.len() - kept.len(), times.len());
        if kept.is_empty() {
            return Err(Error::NoRows);
        }
        if left > 0 {
            let what = if settings.epochs.is_some() { "an epoch" } else { "a lag's window" };
            on_event(Event::Note(format!("{left} of {all} words are left out: {what} leaves a recording")));
        }
        let times: Vec<f64> = kept.iter().map(|word| times[*word]).collect();
        let own = match settings.target {
            TargetLag::Main => None,
            TargetLag::Evoked => Some(TargetLags::evoked(&around, &story.listeners, targets, &times)?),
        };
        let rows = kept.iter().map(|word| timed.rows[*word]).collect();
        Ok(Self { rows, times, around, main, own, transcript: story.transcript.clone() })
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The moment of each word in seconds.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The lags in seconds.
    pub fn lags(&self) -> &[f64] {
        self.around.lags()
    }

    /// The rows of `states`, `(words, width)`, that are kept.
    pub fn features(&self, states: ArrayView2<f32>) -> Array2<f64> {
        states.select(Axis(0), &self.rows).mapv(f64::from)
    }

    /// Responses of some targets at every lag, `(rows, lags x targets)`, standardised.
    pub fn responses(&self, heard: &Heard, targets: Range<usize>) -> Result<Array2<f64>, Error> {
        let (signal, sampling) = (heard.recording.signal(), heard.recording.sampling());
        Ok(standardised(self.around.responses(signal.slice(s![.., targets]), sampling, &self.times)?))
    }

    /// The lag in seconds at which each target of `heard` gives its headline response.
    pub fn target_lags(&self, heard: &Heard) -> Vec<f64> {
        self.positions(heard).into_iter().map(|position| self.lags()[position]).collect()
    }

    /// The position of that lag.
    fn positions(&self, heard: &Heard) -> Vec<usize> {
        match &self.own {
            None => vec![self.main; heard.targets.len()],
            Some(own) => own.of(heard).to_vec(),
        }
    }

    /// `samples` of the targets of `heard`, each around its lag, `(rows, targets)`.
    pub fn around_targets(&self, heard: &Heard, samples: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        let (positions, sampling) = (self.positions(heard), heard.recording.sampling());
        let mut responses = Array2::zeros((self.len(), positions.len()));
        for lag in 0..self.lags().len() {
            let targets: Vec<usize> = (0..positions.len()).filter(|target| positions[*target] == lag).collect();
            if !targets.is_empty() {
                let together = self.at(lag, samples.select(Axis(1), &targets).view(), sampling)?;
                for (target, column) in targets.iter().zip(together.columns()) {
                    responses.column_mut(*target).assign(&column);
                }
            }
        }
        Ok(responses)
    }

    /// Samples of what is no target around the main lag, `(rows, columns)`.
    pub fn around_main(&self, samples: ArrayView2<f64>, sampling: Sampling) -> Result<Array2<f64>, Error> {
        self.at(self.main, samples, sampling)
    }

    /// Samples around the lag at position `lag`, `(rows, columns)`.
    fn at(&self, lag: usize, samples: ArrayView2<f64>, sampling: Sampling) -> Result<Array2<f64>, Error> {
        self.around.at(lag..lag + 1, samples, sampling, &self.times)
    }

    /// The mean of a sound while each word was spoken, `(rows, 1)`; the mean over words where it was not recorded.
    pub fn envelope(&self, samples: ArrayView1<f64>, sampling: Sampling) -> Array2<f64> {
        let samples = samples.to_vec();
        let means = envelope_means(&self.transcript, &Envelope { samples: &samples, sampling });
        means.with_means().values.select(Axis(0), &self.rows)
    }
}
