//! A planted response in the layout of the Podcast ECoG data set (OpenNeuro ds005574): raw recordings as EDF, high gamma as
//! FIF, a transcript, features of tokens as HDF5, and all the small files between them.

mod notes;
mod recordings;
mod stimuli;

use std::path::{Path, PathBuf};

use gyrus_simulation::{Planted, PlantedParams};
use serde_json::{Value, json};

use super::TRUTH;
use crate::Error;
use crate::store::write_whole;

/// The task of the data set.
const TASK: &str = "podcast";
/// The folder of what is made of the raw recordings, below `derivatives`.
const DERIVATIVE: &str = "ecogprep";
/// The space of the coordinates.
const SPACE: &str = "MNI152NLin2009aSym";
/// Samples a second of the derivative.
const RATE: f64 = 512.0;

/// A data set like the Podcast's with a known answer.
#[derive(Debug)]
pub struct SimulatedPodcast {
    planted: Planted,
    seed: u64,
}

/// A patient, and where the files go.
struct Patient {
    /// From 0.
    index: usize,
    /// `sub-01`.
    name: String,
    /// Samples a second of the raw recording: every second patient has four times as many, beside channels that are no
    /// electrodes, one of them with one sample a second.
    rate: f64,
}

impl SimulatedPodcast {
    /// What `seed` decides.
    ///
    /// # Errors
    /// [`Error::Simulation`] for an impossible setting; `folder` stands in the message alone.
    pub fn new(folder: &Path, params: PlantedParams, seed: u64) -> Result<Self, Error> {
        let planted = Planted::new(params, seed);
        let planted = planted.map_err(|source| Error::Simulation { path: folder.to_owned(), source })?;
        Ok(Self { planted, seed })
    }

    /// Writes the tree, one patient after the other, and the truth to `truth.json` in it.
    ///
    /// # Errors
    /// A file that cannot be written, or read again to make high gamma of it.
    pub fn write_tree(&self, folder: &Path) -> Result<(), Error> {
        let patients: Vec<Patient> = (0..self.planted.params().patients).map(Patient::new).collect();
        notes::write_notes(folder, &patients)?;
        stimuli::write_stimuli(&folder.join("stimuli"), &self.planted)?;
        for patient in &patients {
            recordings::write_recordings(folder, &self.planted, patient)?;
            notes::write_tables(folder, &self.planted, patient)?;
        }
        let truth = serde_json::to_vec_pretty(&self.truth(&patients)).expect("numbers and names");
        write_whole(&folder.join(TRUTH), &truth)
    }

    /// The words.
    pub fn words(&self) -> usize {
        self.planted.words().len()
    }

    fn truth(&self, patients: &[Patient]) -> Value {
        let params = self.planted.params();
        let electrode = |electrode: usize| {
            let (name, planted) = (electrode_name(electrode), self.planted.is_planted(electrode));
            json!({ "name": name, "bad": self.planted.is_bad(electrode), "planted": planted })
        };
        let electrodes: Vec<Value> = (0..self.planted.electrodes()).map(electrode).collect();
        let patients: Vec<Value> = patients
            .iter()
            .map(|patient| json!({ "name": patient.name, "rate": patient.rate, "electrodes": electrodes }))
            .collect();
        json!({
            "seed": self.seed,
            "seconds": params.seconds,
            "lag": params.lag,
            "anchor": "onset",
            "window": params.window,
            "depth": params.depth,
            "layer": self.planted.layer(),
            "hidden": self.planted.hidden().to_vec(),
            "patients": patients,
        })
    }
}

impl Patient {
    fn new(index: usize) -> Self {
        let rate = if index % 2 == 1 { 4.0 * RATE } else { RATE };
        Self { index, name: format!("sub-{:02}", index + 1), rate }
    }

    /// Whether there are channels that are no electrodes.
    fn has_others(&self) -> bool {
        self.rate > RATE
    }

    /// A file of the raw recording; `end` is all that follows the task.
    fn raw(&self, folder: &Path, end: &str) -> PathBuf {
        folder.join(&self.name).join("ieeg").join(format!("{}_task-{TASK}_{end}", self.name))
    }

    /// A file of places.
    fn places(&self, folder: &Path, end: &str) -> PathBuf {
        folder.join(&self.name).join("ieeg").join(format!("{}_space-{SPACE}_{end}", self.name))
    }
}

/// Electrodes stand on a grid.
fn electrode_name(electrode: usize) -> String {
    format!("G{}", electrode + 1)
}

/// Millimetres in the left hemisphere, behind each other.
fn position(electrode: usize) -> [f64; 3] {
    let step = electrode as f64;
    [-52.0 - 0.5 * step, -20.0 - 3.0 * step, 8.0 + step]
}
