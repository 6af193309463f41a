//! The signal around words: its means in windows, or epochs resampled.

use std::ops::Range;

use gyrus_encoding::{LaggedResponses, Lags, evoked_deviations};
use gyrus_signals::SampledEpochs;
use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2};

use crate::Error;
use crate::settings::LagSettings;
use crate::steps::heard::Heard;

/// How the signal around a word becomes numbers at lags.
#[derive(Debug)]
pub(super) struct Around {
    lags: Vec<f64>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Means in windows around lags.
    Means(Lags),
    /// Epochs, for each rate of the recordings.
    Epochs(Vec<(f64, SampledEpochs)>),
}

impl Around {
    /// Nothing but the settings, for the recordings of `listeners`.
    ///
    /// # Errors
    /// Lags that mean nothing; [`Error::Epochs`] for a rate that epochs cannot be made at.
    pub fn new(settings: &LagSettings, listeners: &[Heard]) -> Result<Self, Error> {
        let Some(epochs) = settings.epochs else {
            let lags = Lags::new(settings.seconds.clone(), settings.window.unwrap_or(0.0))?;
            return Ok(Self { lags: lags.lags().to_vec(), kind: Kind::Means(lags) });
        };
        let mut rates: Vec<(f64, SampledEpochs)> = Vec::new();
        for heard in listeners {
            let rate = rate(heard.recording.sampling());
            if rates.iter().all(|(known, _)| *known != rate) {
                let wrong = |source| Error::Epochs { listener: heard.subject().to_owned(), source };
                rates.push((rate, epochs.sampled(rate).map_err(wrong)?));
            }
        }
        Ok(Self { lags: settings.lags(), kind: Kind::Epochs(rates) })
    }

    /// The lags in seconds.
    pub fn lags(&self) -> &[f64] {
        &self.lags
    }

    /// The words at `times` that have a response at every lag in the recording of `heard`, in order.
    ///
    /// # Errors
    /// [`Error::LagOutside`] for a lag without any word, a window that could fall between two samples.
    pub fn complete(&self, heard: &Heard, times: &[f64]) -> Result<Vec<usize>, Error> {
        let (samples, sampling) = (heard.recording.signal().nrows(), heard.recording.sampling());
        match &self.kind {
            Kind::Means(lags) => {
                // Where windows fall does not depend on the values.
                let values = Array2::zeros((samples, 1));
                let responses = lags.responses(values.view(), sampling, times)?;
                if let Some(lag) = (0..self.lags.len()).find(|lag| never(*lag, &responses)) {
                    return Err(Error::LagOutside { lag: self.lags[lag], listener: heard.subject().into() });
                }
                Ok(responses.complete())
            }
            Kind::Epochs(_) => {
                let epochs = self.sampled(sampling)?;
                let inside = |word: &usize| epochs.samples(times[*word] - sampling.time(0), samples).is_some();
                Ok((0..times.len()).filter(inside).collect())
            }
        }
    }

    /// Responses to words at `times` in `signal`, `(samples, columns)`: `(words, lags x columns)`, lag by lag.
    ///
    /// # Errors
    /// A window that could fall between two samples, a signal that is not finite, a word whose epoch leaves it.
    pub fn responses(&self, signal: ArrayView2<f64>, sampling: Sampling, times: &[f64]) -> Result<Array2<f64>, Error> {
        self.at(0..self.lags.len(), signal, sampling, times)
    }

    /// The same at the lags at some positions.
    ///
    /// # Errors
    /// As [`Self::responses`].
    pub fn at(
        &self,
        lags: Range<usize>,
        signal: ArrayView2<f64>,
        sampling: Sampling,
        times: &[f64],
    ) -> Result<Array2<f64>, Error> {
        match &self.kind {
            Kind::Means(means) => {
                let some = Lags::new(self.lags[lags].to_vec(), means.window())?;
                Ok(some.responses(signal, sampling, times)?.values)
            }
            Kind::Epochs(_) => {
                let (epochs, of_words) = self.epochs(signal.nrows(), sampling, times)?;
                Ok(epochs.responses(signal, &of_words, lags)?)
            }
        }
    }

    /// How far the mean response of each target of `heard` to words at `times` lies from the mean of its signal, in
    /// standard deviations of the signal, `(lags, targets)`.
    ///
    /// # Errors
    /// As [`Self::responses`].
    pub fn evoked(&self, heard: &Heard, times: &[f64]) -> Result<Array2<f64>, Error> {
        let (signal, sampling) = (heard.recording.signal(), heard.recording.sampling());
        match &self.kind {
            Kind::Means(lags) => Ok(lags.evoked(signal.view(), sampling, times)?),
            Kind::Epochs(_) => {
                let (epochs, of_words) = self.epochs(signal.nrows(), sampling, times)?;
                Ok(evoked_deviations(epochs.mean(signal.view(), &of_words).view(), signal.view()))
            }
        }
    }

    /// The epochs of words at `times` in `samples` samples.
    fn epochs(
        &self,
        samples: usize,
        sampling: Sampling,
        times: &[f64],
    ) -> Result<(&SampledEpochs, Vec<Range<usize>>), Error> {
        let epochs = self.sampled(sampling)?;
        let of_word = |time: &f64| epochs.samples(time - sampling.time(0), samples);
        let of_words: Option<Vec<_>> = times.iter().map(of_word).collect();
        Ok((epochs, of_words.ok_or(Error::NoRows)?))
    }

    fn sampled(&self, sampling: Sampling) -> Result<&SampledEpochs, Error> {
        let Kind::Epochs(rates) = &self.kind else { unreachable!("only epochs are sampled") };
        let known = rates.iter().find(|(known, _)| *known == rate(sampling));
        known.map(|(_, epochs)| epochs).ok_or(Error::NoRows)
    }
}

/// Samples in a second.
fn rate(sampling: Sampling) -> f64 {
    let rate = sampling.step().recip();
    // A step is a quotient: 512 Hz must not become 511.99999999999994.
    if (rate - rate.round()).abs() < 1e-9 * rate { rate.round() } else { rate }
}

/// Whether no word's window at the lag at position `lag` lies inside the recording.
fn never(lag: usize, responses: &LaggedResponses) -> bool {
    let outside = responses.outside.iter().filter(|word| word.lags.contains(&lag)).count();
    outside == responses.values.nrows()
}
