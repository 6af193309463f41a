//! What patients with electrodes in their cortex are like.

use crate::{Error, Map, Noise};

/// Numbers of patients and electrodes, and how the electrodes hear.
#[derive(Debug, Clone, PartialEq)]
pub struct ImplantParams {
    /// Number of patients.
    pub patients: usize,
    /// Electrodes of each patient.
    pub electrodes: usize,
    /// Share of each patient's electrodes that hear nothing.
    pub deaf: f64,
    /// Where in the cortex which levels are heard; a shallow one hears rate, duration, syllables and frequency alone.
    pub map: Map,
    /// How far an electrode reaches over levels around its height, as a share of the whole height.
    pub spread: f64,
    /// The median over electrodes of the share of variance that words explain of responses at words, below 1: the best r is
    /// its root. 0 turns the signal off.
    pub signal: f64,
    /// Standard deviation of the logarithm of that share over electrodes.
    pub scatter: f64,
    /// What the electrodes record beside the words, a row a sample.
    pub noise: Noise,
    /// Seconds from the centre of a word to that of its response: at distance 0, and from `reach` on.
    pub latency: (f64, f64),
    /// Seconds over which a response is spread: at distance 0, and from `reach` on.
    pub window: (f64, f64),
    /// The distance in millimetres from which on nothing changes.
    pub reach: f64,
    /// What any word adds to a response, in standard deviations of what words add to it beyond that.
    pub speech: f64,
    /// Samples in a second.
    pub rate: f64,
}

impl Default for ImplantParams {
    /// r of .26 in the median is what good electrodes reach in high gamma; all of this is our choice.
    ///
    /// Windows are at most twice as long as latencies, so that no response begins before the centre of its word.
    fn default() -> Self {
        Self {
            patients: 8,
            electrodes: 52,
            deaf: 0.25,
            map: Map::Hierarchy,
            spread: 0.15,
            signal: 0.07,
            scatter: 0.5,
            noise: Noise::pink(1.0).expect("1 lies between 0 and 2"),
            latency: (0.05, 0.35),
            window: (0.1, 0.5),
            reach: 70.0,
            speech: 1.0,
            rate: 50.0,
        }
    }
}

impl ImplantParams {
    /// [`Error::None`] without patients or electrodes, [`Error::Share`] for a share outside of 0 to 1, [`Error::Size`] for
    /// a size that is not positive, or is negative where it may be 0.
    pub(super) fn check(&self) -> Result<(), Error> {
        Error::unless_any("the number of patients", self.patients)?;
        Error::unless_any("the number of electrodes", self.electrodes)?;
        Error::unless_share("the share of deaf electrodes", self.deaf)?;
        Error::unless_share("the share of signal", self.signal)?;
        Error::unless_positive("the spread of an electrode", self.spread)?;
        Error::unless_positive("the reach of the hierarchy", self.reach)?;
        Error::unless_positive("the rate of a recording", self.rate)?;
        for (what, (first, last)) in [("a latency", self.latency), ("a window", self.window)] {
            Error::unless_positive(what, first)?;
            Error::unless_positive(what, last)?;
        }
        for (what, value) in [("the scatter of the signal", self.scatter), ("what speech adds", self.speech)] {
            if value != 0.0 {
                Error::unless_positive(what, value)?;
            }
        }
        Ok(())
    }
}
