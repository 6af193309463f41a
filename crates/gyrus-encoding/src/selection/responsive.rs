//! Tests every electrode of a recording for an answer to words.
//!
//! The null moves the times of the words around the recording, so it keeps the autocorrelation of both and breaks only
//! their tie. Only the times of words are looked at, never what they are: a selection favours no feature of words over
//! another. It does favour electrodes whose noise happens to follow words, so scores of the very words that selected an
//! electrode are a little too high; [`SelectionParams::words`] and [`SelectionParams::between`] select on others.

use gyrus_types::{Interval, Sampling};
use ndarray::{ArrayView1, ArrayView2, s};
use rayon::prelude::*;

use super::contrast::{Contrast, Side};
use super::pieces::Around;
use crate::{Error, benjamini_hochberg, circular_shifts, p_value};

/// How electrodes are tested.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectionParams {
    /// What is held against what.
    pub contrast: Contrast,
    /// Which answers count; an evoked response has no sign, so all of its do.
    pub side: Side,
    /// The words that are looked at, by their positions among those heard; all where there is none.
    pub words: Option<Vec<usize>>,
    /// The stretch of the recording that is looked at; all of it where there is none.
    pub between: Option<Interval>,
    /// Shifts of the null. p is never below 1 / (1 + shifts), so q of one electrode among m needs more than m / level.
    pub shifts: usize,
    /// Least shift in samples, see [`crate::LEAST_SHIFT`].
    pub least_shift: usize,
    /// What decides the shifts.
    pub seed: u64,
}

/// What one electrode answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The contrast in standard deviations of the electrode.
    pub effect: f64,
    /// The chance of as large a contrast with words at other times: (1 + shifts as large) / (1 + shifts).
    pub p: f64,
    /// p after Benjamini and Hochberg over the electrodes of the recording.
    pub q: f64,
}

/// What the electrodes of a recording answer, and from how much.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// One for each electrode; NaN for those that are undefined.
    pub answers: Vec<Answer>,
    /// Electrodes that are constant or have values that are not finite.
    pub undefined: Vec<usize>,
    /// Words that were looked at.
    pub words: usize,
    /// Words that were to be looked at and were not, because their window leaves the recording or the stretch of it.
    pub outside: usize,
    /// Seconds of silence that words were held against.
    pub silence: f64,
    /// Shifts of the null.
    pub shifts: usize,
}

impl Selection {
    /// Tests the columns of `signal`, `(samples, electrodes)`, for answers to the words `heard` while it was recorded.
    ///
    /// All words must be among those heard, or their time would count as silence.
    ///
    /// # Errors
    /// [`Error::NoSilence`] if there is none and the contrast needs it ([`Contrast::Evoked`] does not);
    /// [`Error::NoOnsets`] if no word lies in the recording; [`Error::Entries`] for a word that was not heard;
    /// [`Error::Quiet`], [`Error::Window`], [`Error::Lag`] or [`Error::NarrowWindow`] for times that are none;
    /// [`Error::ShortRun`] if the recording is too short to be shifted.
    pub fn new(
        signal: ArrayView2<f64>,
        sampling: Sampling,
        heard: &[Interval],
        params: &SelectionParams,
    ) -> Result<Self, Error> {
        let (signal, sampling) = looked_at(signal, sampling, params.between)?;
        let onsets = onsets(heard, params.words.as_deref())?;
        let weighed = params.contrast.weighed(signal.nrows(), sampling, &onsets, heard)?;
        let shifts = circular_shifts(signal.nrows(), params.least_shift, params.shifts, params.seed);
        if shifts.is_empty() {
            return Err(Error::ShortRun { run: 0, rows: signal.nrows(), needed: 2 * params.least_shift.max(1) });
        }
        let side = match params.contrast {
            Contrast::Evoked(_) => Side::Above,
            Contrast::Silence { .. } => params.side,
        };
        let test = |column: ArrayView1<f64>| {
            let Some((mean, sd)) = spread(column) else { return (f64::NAN, f64::NAN) };
            let around = Around::new(column.iter().map(|value| (value - mean) / sd));
            let effect = weighed.apply(&around, 0);
            let null: Vec<f64> = shifts.iter().map(|shift| side.of(weighed.apply(&around, *shift))).collect();
            (effect, p_value(side.of(effect), &null))
        };
        let columns: Vec<_> = signal.columns().into_iter().collect();
        let (effects, p): (Vec<f64>, Vec<f64>) = columns.into_par_iter().map(test).unzip();
        let q = benjamini_hochberg(&p);
        let answer = |i: usize| Answer { effect: effects[i], p: p[i], q: q[i] };
        Ok(Self {
            answers: (0..p.len()).map(answer).collect(),
            undefined: (0..p.len()).filter(|i| p[*i].is_nan()).collect(),
            words: weighed.words,
            outside: weighed.outside,
            silence: weighed.silence,
            shifts: shifts.len(),
        })
    }

    /// The electrodes with q of at most `level`, in order.
    pub fn selected(&self, level: f64) -> Vec<usize> {
        (0..self.answers.len()).filter(|electrode| self.answers[*electrode].q <= level).collect()
    }
}

/// The samples of `signal` in a stretch of time, and when they were taken.
fn looked_at<'s>(
    signal: ArrayView2<'s, f64>,
    sampling: Sampling,
    between: Option<Interval>,
) -> Result<(ArrayView2<'s, f64>, Sampling), Error> {
    let Some(between) = between else { return Ok((signal, sampling)) };
    let inside = |sample: &usize| (between.onset()..=between.offset()).contains(&sampling.time(*sample));
    let samples: Vec<usize> = (0..signal.nrows()).filter(inside).collect();
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Err(Error::NoOnsets { words: 0 }) };
    let moved = Sampling::new(sampling.time(*first), sampling.step()).expect("a time of a sampling");
    Ok((signal.slice_move(s![*first..=*last, ..]), moved))
}

/// Onsets of the words at `positions`, or of all.
fn onsets(heard: &[Interval], positions: Option<&[usize]>) -> Result<Vec<f64>, Error> {
    let Some(positions) = positions else { return Ok(heard.iter().map(Interval::onset).collect()) };
    let onset = |position: &usize| {
        let word = heard.get(*position).map(Interval::onset);
        word.ok_or(Error::Entries { what: "words heard", found: heard.len(), expected: position + 1 })
    };
    positions.iter().map(onset).collect()
}

/// Mean and standard deviation, if both are numbers and the values vary beyond rounding.
fn spread(column: ArrayView1<f64>) -> Option<(f64, f64)> {
    let mean = column.mean()?;
    let sd = column.std(0.0);
    (mean.is_finite() && sd.is_finite() && sd > f64::EPSILON * mean.abs() * (column.len() as f64).sqrt())
        .then_some((mean, sd))
}
