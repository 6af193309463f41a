//! A training that can be taken up again: every weight with its moments, and the log so far.

use std::path::{Path, PathBuf};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::adamw::Learnt;
use crate::folder::write_whole;
use crate::trained::LogLine;

/// What a training has come to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    pub(crate) about: About,
    pub(crate) learnt: Vec<Learnt>,
}

/// What is known beside the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct About {
    /// Hash of everything that the weights depend on.
    pub(crate) key: String,
    /// Steps done.
    pub(crate) done: u64,
    pub(crate) log: Vec<LogLine>,
    /// Bits per token of the steps since the last line, summed.
    #[serde(with = "bits")]
    pub(crate) since: f64,
}

/// A number by its bits: JSON is not read back to the last one.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(x.to_bits())
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

/// Bytes of the number before the header of a safetensors file: its length.
const HEADER_LENGTH: usize = 8;

/// The three arrays of a weight, in a file.
const PARTS: [&str; 3] = ["values", "first", "second"];

impl State {
    /// A training that has not begun.
    pub(crate) fn new(key: &str, weights: Vec<gyrus_activations::Weight>) -> Self {
        let learnt = |weight: gyrus_activations::Weight| {
            let zeros = vec![0.0; weight.values.len()];
            let (first, second) = (zeros.clone(), zeros);
            Learnt { name: weight.name, shape: weight.shape, values: weight.values, first, second }
        };
        let about = About { key: key.into(), done: 0, log: Vec::new(), since: 0.0 };
        Self { about, learnt: weights.into_iter().map(learnt).collect() }
    }

    /// The state in the file `path`, with the weights that `self` has, if it is there.
    pub(crate) fn resumed(self, path: &Path) -> Result<Self, Error> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(self),
            Err(source) => return Err(Error::Read { path: path.into(), source }),
        };
        let flaw = |reason: String| Error::State { path: path.into(), reason };
        let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| flaw(error.to_string()))?;
        let said = |name: &str| metadata.metadata().as_ref().and_then(|metadata| metadata.get(name));
        let text = said("about").ok_or_else(|| flaw("nothing is said about it".into()))?;
        let data = bytes.get(HEADER_LENGTH + header..).unwrap_or_default();
        if said("sha256") != Some(&sum(text, [data])) {
            return Err(flaw("its bytes are not those that were written".into()));
        }
        let about: About = serde_json::from_str(text).map_err(|error| flaw(error.to_string()))?;
        if about.key != self.about.key {
            return Err(Error::Foreign { path: path.into() });
        }
        let file = SafeTensors::deserialize(&bytes).map_err(|error| flaw(error.to_string()))?;
        let mut learnt = self.learnt;
        for weight in &mut learnt {
            for part in PARTS {
                let name = format!("{part}.{}", weight.name);
                let tensor = file.tensor(&name).map_err(|error| flaw(error.to_string()))?;
                if tensor.dtype() != Dtype::F32 || tensor.shape() != weight.shape {
                    return Err(flaw(format!("`{name}` has shape {:?}", tensor.shape())));
                }
                let numbers = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
                *weight.part(part) = numbers;
            }
        }
        Ok(Self { about, learnt })
    }

    /// Writes the state to the file `path`.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        let flaw = |error: safetensors::SafeTensorError| Error::State { path: path.into(), reason: error.to_string() };
        let bytes = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let mut parts = Vec::new();
        for weight in &self.learnt {
            for (part, values) in PARTS.iter().zip([&weight.values, &weight.first, &weight.second]) {
                parts.push((format!("{part}.{}", weight.name), &weight.shape, bytes(values)));
            }
        }
        // As they come to stand in the file.
        parts.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let views = parts
            .iter()
            .map(|(name, shape, data)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.to_vec(), data)?)));
        let views: Vec<_> = views.collect::<Result<_, _>>().map_err(flaw)?;
        let about = serde_json::to_string(&self.about).expect("numbers and names");
        let sum = sum(&about, parts.iter().map(|(_, _, data)| data.as_slice()));
        let metadata = Some([("about".to_owned(), about), ("sha256".to_owned(), sum)].into());
        write_whole(path, &safetensors::serialize(views, metadata).map_err(flaw)?)
    }
}

impl Learnt {
    fn part(&mut self, part: &str) -> &mut Vec<f32> {
        match part {
            "values" => &mut self.values,
            "first" => &mut self.first,
            _ => &mut self.second,
        }
    }
}

/// Where the state of a model's training lies while it lasts.
pub(crate) fn state_path(out: &Path, model: &str) -> PathBuf {
    out.join("state").join(format!("{model}.safetensors"))
}

/// A hash of what is said of a training and of its arrays.
fn sum<'a>(about: &str, data: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut sum = Sha256::new_with_prefix(about);
    data.into_iter().for_each(|bytes| sum.update(bytes));
    hex(sum)
}

/// A hash in hexadecimal digits.
pub(crate) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> State {
        let weight = gyrus_activations::Weight { name: "a".into(), shape: vec![2], values: vec![1.0, 2.0] };
        State::new("0", vec![weight])
    }

    #[test]
    fn a_state_is_what_was_saved_or_refused() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.safetensors");
        let mut state = fresh();
        (state.about.done, state.about.since, state.learnt[0].second[1]) = (7, 0.1, 5.0);
        state.save(&path)?;
        assert_eq!(fresh().resumed(&path)?, state);
        let bytes = std::fs::read(&path)?;
        for byte in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[byte] ^= 1;
            std::fs::write(&path, damaged)?;
            // Spaces and names of the header that no one reads may change.
            assert!(fresh().resumed(&path).map_or(true, |found| found == state), "{byte}");
        }
        Ok(())
    }

    #[test]
    fn damaged_states_never_panic() {
        gyrus_tests::fuzz("state", 1000, |path| fresh().resumed(path).map(drop).map_err(|error| error.to_string()));
    }
}
