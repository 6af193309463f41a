//! Electrodes in the cortex of several patients who hear a story: continuous recordings, and the truth about them.
//!
//! As in [`crate::Cortex`], an electrode mixes the levels around a height that grows with its distance from primary auditory
//! cortex. Here it has a place, a latency in seconds and a window in seconds, and its recording is a signal in time, which an
//! analysis has yet to bring to the words.

mod at_words;
mod contact;
mod contact_truth;
mod linear;
mod params;
mod stream;
mod window;

use gyrus_types::Interval;
use ndarray::{Array1, Array2};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;

pub use contact::{Contact, Hemisphere, PMHG};
pub use contact_truth::ContactTruth;
pub use params::ImplantParams;

use crate::spoken_levels::SHALLOW_FEATURES;
use crate::standard::standardise;
use crate::{Error, Levels, Map, SpokenLevels};
use at_words::{means, noise_variance};
use linear::LinearParts;
use stream::stream;
use window::Window;

/// Seconds of recording after the last word, so that its responses at lags of up to 2 s are there.
const TAIL: f64 = 3.0;

/// Uses of random numbers, so that each has a stream of its own.
const PLACES: u64 = 0;
const WEIGHTS: u64 = 1;
const NOISE: u64 = 2;

/// Patients, the truth about them, and what is needed to make their recordings.
#[derive(Debug, Clone, PartialEq)]
pub struct Implant {
    patients: Vec<Patient>,
    truth: Vec<Vec<ContactTruth>>,
    params: ImplantParams,
    seed: u64,
    /// The words that are spoken: row in Z and centre in seconds.
    words: Vec<(usize, f64)>,
    /// The joined levels Z, `(words, features)`.
    z: Array2<f64>,
    samples: usize,
}

/// What an experimenter knows of a patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Patient {
    /// `01`, `02`, ...
    pub name: String,
    /// In the order of the recording's columns.
    pub contacts: Vec<Contact>,
}

impl Implant {
    /// Patients who hear the words of `heard`, decided by `seed`.
    ///
    /// The electrode at distance d from [`PMHG`] has u = min(1, d / reach) (with [`Map::Hierarchy`]; else u is random), hears
    /// levels around the height u, with latency l(u) and window v(u) that grow linearly from their first value to their last.
    /// Each word w drives it by x_w = Z_w c, of variance 1 over the words, and
    ///
    /// y(t) = a sum_w (x_w + b) k(t - m_w - l) + noise(t),
    ///
    /// with m_w the word's centre, k a raised cosine of length v, b what any speech adds, and noise of variance 1.
    /// The gain a makes the words explain a known share q of the variance of the responses at words (means over 100 ms around
    /// m_w + l): a^2 = q / (1 - q) N / S for their variance N of noise alone and S without noise.
    /// Over electrodes q is log-normal.
    ///
    /// # Errors
    /// [`Error::None`] without patients or electrodes, [`Error::Share`] for a share outside of 0 to 1, [`Error::Size`] for a
    /// setting that is not positive and finite where it must be.
    pub fn new(heard: &SpokenLevels, params: ImplantParams, seed: u64) -> Result<Self, Error> {
        params.check()?;
        let timed = |(row, time): (usize, &Option<Interval>)| time.map(|time| (row, time));
        let times: Vec<(usize, Interval)> = heard.times().iter().enumerate().filter_map(timed).collect();
        let end = times.iter().map(|(_, time)| time.offset()).fold(0.0, f64::max);
        let words: Vec<(usize, f64)> =
            times.iter().map(|(row, time)| (*row, (time.onset() + time.offset()) / 2.0)).collect();
        let samples = ((end + TAIL) * params.rate).ceil() as usize + 1;
        let z = heard.levels().joined();
        let (patients, truth) = (Vec::new(), Vec::new());
        let mut implant = Self { patients, truth, params, seed, words, z, samples };
        let rows: Vec<usize> = implant.words.iter().map(|(row, _)| *row).collect();
        let linear = LinearParts::of(heard.levels(), &rows);
        for patient in 0..implant.params.patients {
            implant.push(patient, heard.levels(), &linear);
        }
        Ok(implant)
    }

    /// The patients.
    pub fn patients(&self) -> &[Patient] {
        &self.patients
    }

    /// What is true of each patient's electrodes, in the order of their contacts.
    pub fn truth(&self) -> &[Vec<ContactTruth>] {
        &self.truth
    }

    /// The settings.
    pub fn params(&self) -> &ImplantParams {
        &self.params
    }

    /// Samples of a recording, the first at 0 s on the clock of the words.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// What the electrodes of `patient` record while hearing the story for the time `repeat`, both from 0: `(samples, electrodes)`.
    ///
    /// Repeats differ in their noise alone. Each value depends on the seed, the patient, the electrode and the repeat, and on
    /// nothing that was asked before.
    ///
    /// # Panics
    /// There is no such patient.
    pub fn signal(&self, patient: usize, repeat: usize) -> Array2<f64> {
        let truth = &self.truth[patient];
        let mut signal = Array2::zeros((self.samples, truth.len()));
        for ((electrode, truth), mut column) in truth.iter().enumerate().zip(signal.columns_mut()) {
            let mut rng = stream(self.seed, &[NOISE, patient as u64, electrode as u64, repeat as u64]);
            column.assign(&self.params.noise.series(self.samples, 1, rng.random()).column(0));
            if truth.ceiling > 0.0 {
                column += &self.heard(truth);
            }
        }
        signal
    }

    /// What an electrode would record without noise, `(samples)`.
    fn heard(&self, truth: &ContactTruth) -> Array1<f64> {
        let drive = self.z.dot(&truth.weights);
        let scale = self.drive_deviation(&drive);
        let words = self.words.iter().map(|&(row, centre)| (centre, drive[row] + self.params.speech * scale));
        Window { latency: truth.latency, length: truth.window }.response(words, self.params.rate, self.samples)
    }

    /// The standard deviation of a drive, `(words)`, over the words that are spoken; 0 if it is constant.
    fn drive_deviation(&self, drive: &Array1<f64>) -> f64 {
        let mut spoken: Array1<f64> = self.words.iter().map(|(row, _)| drive[*row]).collect();
        standardise(spoken.view_mut())
    }

    /// Adds a patient; every second one has electrodes on the right.
    fn push(&mut self, patient: usize, levels: &Levels, linear: &LinearParts) {
        let hemisphere = if patient.is_multiple_of(2) { Hemisphere::Left } else { Hemisphere::Right };
        let hearing = self.hearing(patient);
        let (mut contacts, mut truths) = (Vec::new(), Vec::new());
        for (electrode, hears) in hearing.into_iter().enumerate() {
            let place = |what| stream(self.seed, &[what, patient as u64, electrode as u64]);
            let contact = Contact::drawn(electrode + 1, hemisphere, &mut place(PLACES));
            let truth = self.drawn(levels, contact.distance, hears, &mut place(WEIGHTS));
            truths.push(self.scaled(truth, linear));
            contacts.push(contact);
        }
        self.patients.push(Patient { name: format!("{:02}", patient + 1), contacts });
        self.truth.push(truths);
    }

    /// Whether each electrode of a patient hears; as many are deaf as the share says, to the nearest whole number.
    fn hearing(&self, patient: usize) -> Vec<bool> {
        let n = self.params.electrodes;
        let deaf = (self.params.deaf * n as f64).round() as usize;
        let mut hearing: Vec<bool> = (0..n).map(|i| i >= deaf).collect();
        hearing.shuffle(&mut stream(self.seed, &[PLACES, patient as u64]));
        hearing
    }

    /// An electrode with weights of its own, and in `ceiling` the root of its share q; its gain is still to be found.
    fn drawn(&self, levels: &Levels, distance: f64, hears: bool, rng: &mut StdRng) -> ContactTruth {
        let params = &self.params;
        let random: f64 = rng.random();
        let u = if params.map == Map::Hierarchy { (distance / params.reach).min(1.0) } else { random };
        let height = if params.map == Map::Shallow { u * levels.height(1) } else { u };
        let gains = if params.map == Map::Shallow {
            shallow(levels, height, params.spread)
        } else {
            levels.gains(height, params.spread, levels.n_levels())
        };
        let weights = gains.mapv(|gain| gain * rng.sample::<f64, _>(StandardNormal));
        let q = (params.signal * (params.scatter * rng.sample::<f64, _>(StandardNormal)).exp()).min(MOST);
        let between = |(first, last): (f64, f64)| first + u * (last - first);
        ContactTruth {
            height: hears.then_some(height),
            latency: between(params.latency),
            window: between(params.window),
            weights: if hears { weights } else { Array1::zeros(gains.len()) },
            shares: vec![0.0; levels.n_levels()],
            ceiling: if hears { q.sqrt() } else { 0.0 },
            linear_ceiling: None,
            profile: vec![None; levels.n_levels()],
        }
        .with_shares(levels)
    }

    /// The electrode with its weights multiplied by what makes its ceiling true.
    fn scaled(&self, mut truth: ContactTruth, linear: &LinearParts) -> ContactTruth {
        let deviation = self.drive_deviation(&self.z.dot(&truth.weights));
        if deviation == 0.0 || truth.ceiling == 0.0 {
            return truth.silenced();
        }
        truth.weights /= deviation;
        let (rate, times) = (self.params.rate, || self.words.iter().map(|(_, centre)| centre + truth.latency));
        let clean = means(&self.heard(&truth), times(), rate);
        let noise = noise_variance(&self.params.noise, times(), rate, self.samples);
        let q = truth.ceiling * truth.ceiling;
        let gain = (q / (1.0 - q) * noise / clean.var(0.0)).sqrt();
        truth.weights *= gain;
        truth.with_linear(&clean, linear)
    }
}

/// The largest share of an electrode's variance that words may explain.
const MOST: f64 = 0.9;

/// How much of each feature stands at height `h` where nothing is heard that needs meaning, `(features)`.
fn shallow(levels: &Levels, h: f64, spread: f64) -> Array1<f64> {
    let mut gains = levels.gains(h, spread, 2);
    // Frequency stands for the whole lexical level.
    gains[SHALLOW_FEATURES - 1] *= (levels.level(1).ncols() as f64).sqrt();
    gains.iter_mut().skip(SHALLOW_FEATURES).for_each(|gain| *gain = 0.0);
    gains
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;
    use rand::SeedableRng;

    use super::*;
    use crate::gaussian::gaussian;
    use crate::{SpeechParams, spoken};

    /// A story of 1,500 words of which 40 differ, with vectors of 3 numbers.
    fn heard() -> Result<SpokenLevels, Error> {
        let mut rng = StdRng::seed_from_u64(1);
        let ids: Vec<usize> = (0..1500).map(|_| rng.random_range(0..40)).collect();
        let word =
            |(i, id): (usize, &usize)| format!("{}{} ", "stone".repeat(1 + id % 3), if i % 9 == 8 { "." } else { "" });
        let story = spoken(ids.iter().enumerate().map(word).collect(), &SpeechParams::default(), 2)?;
        let vectors = gaussian(40, 3, &mut rng).select(Axis(0), &ids);
        SpokenLevels::new(&story, gaussian(40, 1, &mut rng).select(Axis(0), &ids).column(0), vectors.view())
    }

    fn implant(params: ImplantParams) -> Result<Implant, Error> {
        Implant::new(&heard()?, params, 3)
    }

    fn small() -> ImplantParams {
        ImplantParams { patients: 2, electrodes: 12, ..Default::default() }
    }

    fn pearson(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
        let centre = |v: &Array1<f64>| v - v.mean().unwrap_or(0.0);
        let (a, b) = (centre(a), centre(b));
        a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
    }

    /// The means at words of a signal at a lag.
    fn at(implant: &Implant, signal: &Array1<f64>, lag: f64) -> Array1<f64> {
        means(signal, implant.words.iter().map(|(_, centre)| centre + lag), implant.params.rate)
    }

    #[test]
    fn responses_at_words_reach_the_ceiling() -> Result<(), Error> {
        let implant = implant(ImplantParams { signal: 0.3, deaf: 0.0, ..small() })?;
        let signal = implant.signal(1, 0);
        let mut differences = Vec::new();
        for (truth, column) in implant.truth[1].iter().zip(signal.columns()) {
            let clean = at(&implant, &implant.heard(truth), truth.latency);
            differences.push(pearson(&clean, &at(&implant, &column.to_owned(), truth.latency)) - truth.ceiling);
        }
        let mean = differences.iter().sum::<f64>() / 12.0;
        assert!(mean.abs() < 0.03 && differences.iter().all(|d| d.abs() < 0.12), "{differences:?}");
        Ok(())
    }

    #[test]
    fn without_noise_the_best_lag_is_the_latency() -> Result<(), Error> {
        let implant = implant(ImplantParams { deaf: 0.0, ..small() })?;
        for truth in implant.truth.iter().flatten() {
            let heard = implant.heard(truth);
            let drive = implant.z.dot(&truth.weights);
            let drive: Array1<f64> = implant.words.iter().map(|(row, _)| drive[*row]).collect();
            // The covariance with the drive, because noise does not depend on the lag.
            let gain = |lag: f64| {
                let y = at(&implant, &heard, lag);
                (&y - y.mean().unwrap_or(0.0)).dot(&drive)
            };
            let lags = (-10..=20).map(|bin| f64::from(bin) * 0.05);
            let best = lags.max_by(|a, b| gain(*a).total_cmp(&gain(*b))).unwrap_or(f64::NAN);
            assert!((best - truth.latency).abs() <= 0.05, "{best} {}", truth.latency);
        }
        Ok(())
    }

    #[test]
    fn linear_ceilings_are_close_below_ceilings() -> Result<(), Error> {
        for truth in implant(small())?.truth.iter().flatten().filter(|truth| truth.height.is_some()) {
            let linear = truth.linear_ceiling.unwrap_or(f64::NAN);
            assert!((0.8 * truth.ceiling..=truth.ceiling).contains(&linear), "{linear} {}", truth.ceiling);
        }
        Ok(())
    }

    #[test]
    fn no_level_alone_says_more_than_all_and_the_peak_is_near_the_height() -> Result<(), Error> {
        let implant = implant(ImplantParams { electrodes: 40, ..small() })?;
        let (mut near, mut hearing) = (0, 0);
        for truth in implant.truth.iter().flatten() {
            let linear = truth.linear_ceiling.unwrap_or(f64::NAN);
            assert!(
                truth.profile.len() == 11 && truth.profile.iter().flatten().all(|r| *r <= linear + 0.02),
                "{truth:?}"
            );
            assert_eq!(truth.peak().is_some(), truth.height.is_some());
            if let (Some(peak), Some(height)) = (truth.peak(), truth.height) {
                near += usize::from((peak as f64 / 10.0 - height).abs() < 0.25);
                hearing += 1;
            }
        }
        assert!(hearing == 60 && near >= 48, "{near} of {hearing}");
        Ok(())
    }

    #[test]
    fn height_latency_and_window_grow_with_distance() -> Result<(), Error> {
        let implant = implant(ImplantParams { deaf: 0.0, ..small() })?;
        let contacts = implant.patients.iter().flat_map(|patient| &patient.contacts);
        for (contact, truth) in contacts.zip(implant.truth.iter().flatten()) {
            let u = (contact.distance / 70.0).min(1.0);
            assert_eq!(truth.height, Some(u));
            assert_abs_diff_eq!(truth.latency, 0.05 + 0.3 * u, epsilon = 1e-12);
            assert_abs_diff_eq!(truth.window, 0.1 + 0.4 * u, epsilon = 1e-12);
        }
        Ok(())
    }

    #[test]
    fn without_hierarchy_distance_says_nothing_of_height() -> Result<(), Error> {
        let params = ImplantParams { map: Map::Scattered, deaf: 0.0, patients: 10, electrodes: 50, ..small() };
        let implant = implant(params)?;
        let distances =
            implant.patients.iter().flat_map(|patient| patient.contacts.iter().map(|c| c.distance)).collect();
        let truths = implant.truth.iter().flatten();
        assert!(pearson(&distances, &truths.clone().filter_map(|truth| truth.height).collect()).abs() < 0.13);
        assert!(pearson(&distances, &truths.map(|truth| truth.latency).collect()).abs() < 0.13);
        Ok(())
    }

    #[test]
    fn a_shallow_cortex_hears_no_meaning() -> Result<(), Error> {
        let implant = implant(ImplantParams { map: Map::Shallow, ..small() })?;
        for truth in implant.truth.iter().flatten().filter(|truth| truth.height.is_some()) {
            assert!(truth.weights.iter().take(4).all(|weight| *weight != 0.0));
            assert!(truth.weights.iter().skip(4).all(|weight| *weight == 0.0));
            assert_abs_diff_eq!(truth.shares[0] + truth.shares[1], 1.0, epsilon = 1e-12);
        }
        Ok(())
    }

    #[test]
    fn deaf_electrodes_and_silent_words_leave_noise() -> Result<(), Error> {
        let implant = implant(small())?;
        let silent = Implant::new(&heard()?, ImplantParams { signal: 0.0, ..small() }, 3)?;
        let (with, without) = (implant.signal(0, 0), silent.signal(0, 0));
        let deaf: Vec<usize> = (0..12).filter(|&i| implant.truth[0][i].height.is_none()).collect();
        assert_eq!(deaf.len(), 3);
        for i in 0..12 {
            assert_eq!(with.column(i) == without.column(i), deaf.contains(&i), "{i}");
        }
        assert!(deaf.iter().all(|&i| implant.truth[0][i].ceiling == 0.0));
        assert!(silent.truth.iter().flatten().all(|truth| truth.ceiling == 0.0));
        Ok(())
    }

    #[test]
    fn long_pauses_are_silent_and_speech_is_loud() -> Result<(), Error> {
        let implant = implant(ImplantParams { deaf: 0.0, speech: 5.0, ..small() })?;
        let heard = implant.heard(&implant.truth[0][0]);
        assert!(heard.slice(ndarray::s![..20]).iter().all(|value| *value == 0.0), "nothing before the first word");
        assert!(heard.slice(ndarray::s![implant.samples - 50..]).iter().all(|value| *value == 0.0));
        assert!(heard.mean().unwrap_or(0.0) > 0.0);
        Ok(())
    }

    #[test]
    fn repeats_differ_in_noise_and_seeds_in_everything() -> Result<(), Error> {
        let implant = implant(small())?;
        let (one, two) = (implant.signal(1, 0), implant.signal(1, 1));
        assert_eq!(one, implant.signal(1, 0), "the order of calls does not matter");
        assert_eq!(one.dim(), (implant.samples(), 12));
        assert!(pearson(&one.column(0).to_owned(), &two.column(0).to_owned()).abs() < 0.5);
        let other = Implant::new(&heard()?, small(), 4)?;
        assert_ne!(other.patients[0].contacts[0].position, implant.patients[0].contacts[0].position);
        assert_ne!(other.signal(1, 0).column(0), one.column(0));
        Ok(())
    }

    /// More patients do not change those there are.
    #[test]
    fn a_patient_does_not_depend_on_the_others() -> Result<(), Error> {
        let (few, many) = (implant(small())?, implant(ImplantParams { patients: 3, ..small() })?);
        assert_eq!(few.patients[..], many.patients[..2]);
        assert_eq!(few.truth[..], many.truth[..2]);
        Ok(())
    }

    #[test]
    fn impossible_settings_are_refused() {
        let refused = |params: ImplantParams| implant(params).is_err();
        assert!(refused(ImplantParams { signal: 1.1, ..small() }) && refused(ImplantParams { rate: 0.0, ..small() }));
        assert!(
            refused(ImplantParams { electrodes: 0, ..small() }) && refused(ImplantParams { reach: -1.0, ..small() })
        );
        assert!(refused(ImplantParams { latency: (0.1, f64::NAN), ..small() }));
    }
}
