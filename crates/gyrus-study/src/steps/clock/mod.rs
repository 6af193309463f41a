//! The rows of an analysis, scans or words: features, controls and responses on one clock.

mod around;
mod controls;
mod panel;
mod scans;
mod target_lags;
mod words;

use std::ops::Range;

use gyrus_encoding::{Gap, Runs, WordProperty};
use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};

use self::controls::Asked;
pub use self::panel::{ALL, ControlPart, MEAN, Panel};
use self::scans::ScanRows;
use self::words::WordRows;
use crate::penalty_groups::penalty_groups;
use crate::settings::{ControlSettings, EncodingSettings, Study, Targets};
use crate::steps::heard::Heard;
use crate::steps::material::Story;
use crate::{Error, Event, WordBits};

/// What a row is, and when.
#[derive(Debug)]
pub struct Clock {
    rows: Rows,
    runs: Runs,
    settings: ControlSettings,
    /// What controls make of the words, `(rows, columns)`, the same for everybody.
    controls: Array2<f64>,
    targets: Targets,
}

#[derive(Debug)]
enum Rows {
    Scans(ScanRows),
    Words(WordRows),
}

impl Clock {
    /// The clock of `study`, on the words and recordings of `story`.
    ///
    /// # Errors
    /// Recordings that do not share their scans, settings that they are too short for, or a control that cannot be made.
    pub fn new(study: &Study, story: &Story, on_event: &mut dyn FnMut(Event)) -> Result<Self, Error> {
        let mut rows = match (&study.scans, &study.lags) {
            (Some(settings), _) => Rows::Scans(ScanRows::new(settings, story)?),
            (None, Some(settings)) => Rows::Words(WordRows::new(settings, story, study.targets(), on_event)?),
            (None, None) => unreachable!("a study file has one of the two"),
        };
        let runs = runs(&rows.times(), &study.encoding)?;
        if let Rows::Scans(scans) = &mut rows {
            scans.filter_within(&runs)?;
        }
        let (settings, controls) = (study.controls.clone(), Array2::zeros((0, 0)));
        let mut clock = Self { rows, runs, settings, controls, targets: study.targets() };
        let asked = Asked { what: "control", properties: &study.controls.words, neighbours: study.controls.neighbours };
        clock.controls = controls::of_words(&clock, story, asked, None, on_event)?;
        Ok(clock)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Scans(scans) => scans.len(),
            Rows::Words(words) => words.len(),
        }
    }

    /// Rows within a gap; where it is in seconds, at the rows' median distance.
    pub fn rows_within(&self, gap: Gap) -> usize {
        let times = self.rows.times();
        let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        steps.sort_by(f64::total_cmp);
        match (gap, steps.get(steps.len() / 2)) {
            (Gap::Rows(rows), _) => rows,
            (Gap::Seconds(seconds), Some(step)) if *step > 0.0 => (seconds / step) as usize,
            (Gap::Seconds(_), _) => 0,
        }
    }

    /// Seconds of each lag of the responses; one, 0, where rows are scans: the response model carries the delay.
    pub fn lags(&self) -> &[f64] {
        match &self.rows {
            Rows::Scans(_) => &[0.0],
            Rows::Words(words) => words.lags(),
        }
    }

    /// The runs that the study's breaks cut the rows into.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// States of all words of the story, `(words, width)`, as features of the rows.
    ///
    /// # Errors
    /// An [`Error::Encoding`] if rows and times do not belong together.
    pub fn features(&self, states: ArrayView2<f32>) -> Result<Array2<f64>, Error> {
        match &self.rows {
            Rows::Scans(scans) => scans.features(states),
            Rows::Words(words) => Ok(words.features(states)),
        }
    }

    /// `properties` of the words as columns of the rows, `(rows, columns)`, each with mean 0 and standard deviation 1; words
    /// without a value get the mean and are counted as those of a `what`. Surprisal and entropy are `bits`.
    ///
    /// # Errors
    /// A file of counts or vectors that cannot be read, or a property that needs what is not given.
    pub fn of_words(
        &self,
        story: &Story,
        (what, properties): (&str, &[WordProperty]),
        bits: Option<&WordBits>,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Array2<f64>, Error> {
        controls::of_words(self, story, Asked { what, properties, neighbours: 0 }, bits, on_event)
    }

    /// The word rate as the rows see it, with its drift, `(rows, 1)`: where rows are scans, to be compared with that which
    /// came with the data.
    ///
    /// # Errors
    /// As [`Self::features`].
    pub fn word_rate(&self, words: usize) -> Result<Option<Array2<f64>>, Error> {
        match &self.rows {
            Rows::Scans(scans) => scans.spread(Array2::ones((words, 1)).view()).map(Some),
            Rows::Words(_) => Ok(None),
        }
    }

    /// The responses of some targets of one listener at every lag, `(rows, lags x targets)`, lag by lag, each with mean 0
    /// and standard deviation 1.
    ///
    /// # Errors
    /// A lag's window that could fall between two samples.
    pub fn responses(&self, heard: &Heard, targets: Range<usize>) -> Result<Array2<f64>, Error> {
        match &self.rows {
            Rows::Scans(scans) => Ok(scans.clean(heard.recording.signal().slice(s![.., targets]))),
            Rows::Words(words) => words.responses(heard, targets),
        }
    }

    /// The mean of several listeners' responses of targets that they share, as they come from [`Self::responses`].
    pub fn mean_responses(&self, listeners: &[Heard], targets: Range<usize>) -> Result<Array2<f64>, Error> {
        let each =
            listeners.iter().map(|heard| self.responses(heard, targets.clone())).collect::<Result<Vec<_>, _>>()?;
        Ok(standardised(each.into_iter().reduce(|a, b| a + b).unwrap_or_default()))
    }

    /// Seconds after a word at which each target of `heard` gives its headline response; 0 where rows are scans.
    fn target_lags(&self, heard: &Heard) -> Vec<f64> {
        match &self.rows {
            Rows::Scans(_) => vec![0.0; heard.targets.len()],
            Rows::Words(words) => words.target_lags(heard),
        }
    }

    /// The same at the lag of each target, as it was measured but for drift, `(rows, targets)`.
    ///
    /// # Errors
    /// As [`Self::responses`].
    pub fn signal(&self, heard: &Heard) -> Result<Array2<f64>, Error> {
        self.as_measured(heard, heard.recording.signal())
    }

    /// The same of each repeat of a listener who heard everything several times.
    ///
    /// # Errors
    /// As [`Self::responses`].
    pub fn repeats(&self, heard: &Heard) -> Result<Vec<Array2<f64>>, Error> {
        heard.repeats.iter().map(|repeat| self.as_measured(heard, repeat.view())).collect()
    }

    /// What is sampled as the signal of `heard` is, at the lag of each target and without drift.
    fn as_measured(&self, heard: &Heard, signal: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        match &self.rows {
            Rows::Scans(scans) => Ok(scans.without_drift(signal)),
            Rows::Words(words) => words.around_targets(heard, signal),
        }
    }

    /// One panel per listener, and the group last.
    ///
    /// # Errors
    /// As [`Self::responses`].
    pub fn panels(&self, listeners: &[Heard]) -> Result<Vec<Panel>, Error> {
        let mut panels = listeners.iter().map(|heard| self.panel(heard)).collect::<Result<Vec<_>, _>>()?;
        let controls = controls::shared(self, listeners);
        panels.push(match self.targets {
            Targets::Shared => Panel::mean(&panels, controls),
            Targets::Own => Panel::side_by_side(&panels, controls),
        });
        Ok(panels)
    }

    fn panel(&self, heard: &Heard) -> Result<Panel, Error> {
        let responses = standardised(self.signal(heard)?);
        let targets = heard.targets.iter().map(|target| target.name.clone()).collect();
        let (controls, parts) = controls::of_listener(self, heard)?;
        let groups = penalty_groups(&heard.targets);
        let lags = self.target_lags(heard);
        Ok(Panel { name: heard.subject().into(), targets, groups, lags, responses, controls, parts })
    }

    /// What is made of words for these rows.
    fn word_rows(&self) -> gyrus_encoding::WordRows {
        match self.rows {
            Rows::Scans(_) => gyrus_encoding::WordRows::Events,
            Rows::Words(_) => gyrus_encoding::WordRows::Samples,
        }
    }

    /// What was measured on the samples of `heard`, `(samples, columns)`, as rows.
    fn measured(&self, heard: &Heard, samples: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        match &self.rows {
            Rows::Scans(_) => Ok(samples.to_owned()),
            Rows::Words(words) => words.around_main(samples, heard.recording.sampling()),
        }
    }

    /// A sound that was sampled with the signal, `(rows, 1)`.
    fn heard(&self, samples: ArrayView1<f64>, sampling: Sampling) -> Array2<f64> {
        match &self.rows {
            Rows::Scans(_) => samples.insert_axis(Axis(1)).to_owned(),
            Rows::Words(words) => words.envelope(samples, sampling),
        }
    }

    /// Columns of rows without drift, each with mean 0 and standard deviation 1.
    fn clean(&self, columns: ArrayView2<f64>) -> Array2<f64> {
        match &self.rows {
            Rows::Scans(scans) => scans.clean(columns),
            Rows::Words(_) => standardised(columns.to_owned()),
        }
    }
}

impl Rows {
    fn times(&self) -> Vec<f64> {
        match self {
            Self::Scans(scans) => scans.times(),
            Self::Words(words) => words.times().to_vec(),
        }
    }
}

/// The runs that the breaks of `settings` cut rows at `times` into.
fn runs(times: &[f64], settings: &EncodingSettings) -> Result<Runs, Error> {
    let ends = settings.breaks.iter().map(|end| times.partition_point(|time| time < end)).chain([times.len()]);
    let mut first = 0;
    let lengths: Vec<usize> = ends.map(|end| end - std::mem::replace(&mut first, end)).collect();
    let runs = match settings.groups.as_slice() {
        [] => Runs::new(&lengths)?,
        groups => Runs::labelled(&lengths, groups.to_vec())?,
    };
    Ok(runs.with_times(times.to_vec())?)
}

/// Columns with mean 0 and standard deviation 1; a constant one is 0.
fn standardised(mut signal: Array2<f64>) -> Array2<f64> {
    for mut column in signal.axis_iter_mut(Axis(1)) {
        let (mean, sd) = (column.mean().unwrap_or(0.0), column.std(0.0));
        // What centring leaves of a constant is rounding, not signal.
        let constant = sd <= f64::EPSILON * mean.abs();
        column.mapv_inplace(|value| if constant { 0.0 } else { (value - mean) / sd });
    }
    signal
}
