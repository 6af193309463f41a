//! Rows are words: the signal around each word is its response.

use std::ops::Range;

use gyrus_encoding::{Envelope, LaggedResponses, Lags, envelope_means};
use gyrus_types::{Interval, Sampling, Transcript};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};

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
    lags: Lags,
    /// The main lag in seconds, and the lag of each target where that is its own.
    main: f64,
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
        let lags = Lags::new(settings.seconds.clone(), settings.window)?;
        let mut kept: Vec<usize> = (0..times.len()).collect();
        for heard in &story.listeners {
            // Where windows fall does not depend on the values.
            let samples = Array2::zeros((heard.recording.signal().nrows(), 1));
            let responses = lags.responses(samples.view(), heard.recording.sampling(), &times)?;
            if let Some(lag) = (0..lags.lags().len()).find(|lag| never(*lag, &responses)) {
                return Err(Error::LagOutside { lag: lags.lags()[lag], listener: heard.subject().into() });
            }
            let complete = responses.complete();
            kept.retain(|word| complete.binary_search(word).is_ok());
        }
        let (left, all) = (times.len() - kept.len(), times.len());
        if kept.is_empty() {
            return Err(Error::NoRows);
        }
        if left > 0 {
            on_event(Event::Note(format!("{left} of {all} words are left out: a lag's window leaves a recording")));
        }
        let times: Vec<f64> = kept.iter().map(|word| times[*word]).collect();
        let own = match settings.target {
            TargetLag::Main => None,
            TargetLag::Evoked => Some(TargetLags::evoked(&lags, &story.listeners, targets, &times)?),
        };
        let rows = kept.iter().map(|word| timed.rows[*word]).collect();
        Ok(Self { rows, times, lags, main: settings.main, own, transcript: story.transcript.clone() })
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
        self.lags.lags()
    }

    /// The rows of `states`, `(words, width)`, that are kept.
    pub fn features(&self, states: ArrayView2<f32>) -> Array2<f64> {
        states.select(Axis(0), &self.rows).mapv(f64::from)
    }

    /// Responses of some targets at every lag, `(rows, lags x targets)`, standardised.
    pub fn responses(&self, heard: &Heard, targets: Range<usize>) -> Result<Array2<f64>, Error> {
        let (signal, sampling) = (heard.recording.signal(), heard.recording.sampling());
        Ok(standardised(self.lags.responses(signal.slice(s![.., targets]), sampling, &self.times)?.values))
    }

    /// The lag in seconds at which each target of `heard` gives its headline response.
    pub fn target_lags(&self, heard: &Heard) -> Vec<f64> {
        match &self.own {
            None => vec![self.main; heard.targets.len()],
            Some(own) => own.of(heard).iter().map(|position| self.lags.lags()[*position]).collect(),
        }
    }

    /// `samples` of the targets of `heard`, each around its lag, `(rows, targets)`.
    pub fn around_targets(&self, heard: &Heard, samples: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        let (lags, sampling) = (self.target_lags(heard), heard.recording.sampling());
        let mut responses = Array2::zeros((self.len(), lags.len()));
        for lag in self.lags.lags() {
            let targets: Vec<usize> = (0..lags.len()).filter(|target| lags[*target] == *lag).collect();
            if !targets.is_empty() {
                let together = self.around(*lag, samples.select(Axis(1), &targets).view(), sampling)?;
                for (target, column) in targets.iter().zip(together.columns()) {
                    responses.column_mut(*target).assign(&column);
                }
            }
        }
        Ok(responses)
    }

    /// Samples of what is no target around the main lag, `(rows, columns)`.
    pub fn around_main(&self, samples: ArrayView2<f64>, sampling: Sampling) -> Result<Array2<f64>, Error> {
        self.around(self.main, samples, sampling)
    }

    /// Samples around `lag`, `(rows, columns)`.
    fn around(&self, lag: f64, samples: ArrayView2<f64>, sampling: Sampling) -> Result<Array2<f64>, Error> {
        let lag = Lags::new(vec![lag], self.lags.window())?;
        Ok(lag.responses(samples, sampling, &self.times)?.values)
    }

    /// The mean of a sound while each word was spoken, `(rows, 1)`; the mean over words where it was not recorded.
    pub fn envelope(&self, samples: ArrayView1<f64>, sampling: Sampling) -> Array2<f64> {
        let samples = samples.to_vec();
        let means = envelope_means(&self.transcript, &Envelope { samples: &samples, sampling });
        means.with_means().values.select(Axis(0), &self.rows)
    }
}

/// Whether no word's window at the lag at position `lag` lies inside the recording.
fn never(lag: usize, responses: &LaggedResponses) -> bool {
    let outside = responses.outside.iter().filter(|word| word.lags.contains(&lag)).count();
    outside == responses.values.nrows()
}
