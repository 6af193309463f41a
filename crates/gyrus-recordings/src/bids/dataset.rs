//! A data set in memory, to be written.

use ndarray::Array2;

/// Recordings of people who heard one story, and what a BIDS tree says of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// What it is and how it was made, for people.
    pub readme: String,
    /// Its authors.
    pub authors: Vec<String>,
    /// Its licence, where it has one.
    pub licence: Option<String>,
    /// What was done, letters and digits.
    pub task: String,
    /// What was made of the recordings, letters and digits, where the data set is a derivative.
    pub description: Option<String>,
    /// The space of the coordinates, as BIDS names it: `MNI152NLin2009cAsym`.
    pub space: String,
    /// Those who were recorded.
    pub subjects: Vec<Subject>,
}

/// Somebody who was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Letters and digits, without `sub-`.
    pub name: String,
    /// One per column of the signal.
    pub channels: Vec<Channel>,
    /// What was measured, `(samples, channels)`.
    pub signal: Array2<f64>,
    /// Samples a second.
    pub rate: f64,
    /// What happened, in order of time.
    pub events: Vec<Event>,
}

/// A channel of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name, at most 16 letters of ASCII.
    pub name: String,
    /// Its type as BIDS names it: `ECOG`, `SEEG`, `MISC`.
    pub kind: String,
    /// Unit of its values, `uV` for instance.
    pub unit: String,
    /// Whether it can be used.
    pub status: Status,
    /// Where it lies, in millimetres of the data set's space, where that is known.
    pub position: Option<[f64; 3]>,
    /// The region that it lies in, where that is known.
    pub region: Option<String>,
}

/// Whether a channel can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It can.
    Good,
    /// It cannot, and why.
    Bad(String),
}

/// Something that happened while the recording went on.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Seconds from the first sample.
    pub onset: f64,
    /// How long it lasted, in seconds.
    pub duration: f64,
    /// The word that was heard, where it was one.
    pub word: Option<String>,
}
