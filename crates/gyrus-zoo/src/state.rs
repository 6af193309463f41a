//! A training that can be taken up again: every weight with its moments, and the log so far.

use std::path::{Path, PathBuf};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

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
        let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| flaw(error.to_string()))?;
        let about = metadata.metadata().as_ref().and_then(|metadata| metadata.get("about"));
        let about = about.ok_or_else(|| flaw("nothing is said about it".into()))?;
        let about: About = serde_json::from_str(about).map_err(|error| flaw(error.to_string()))?;
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
        let views = parts
            .iter()
            .map(|(name, shape, data)| Ok((name.as_str(), TensorView::new(Dtype::F32, shape.to_vec(), data)?)));
        let views: Vec<_> = views.collect::<Result<_, _>>().map_err(flaw)?;
        let about = serde_json::to_string(&self.about).expect("numbers and names");
        let metadata = Some([("about".to_owned(), about)].into());
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
