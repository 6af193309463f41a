//! From final states to logits.

use burn::tensor::Tensor;

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::device::Device;
use crate::layer::{on_host, tensor};

/// Weights of the output product in one tensor at most: 64 MiB of f32, which every GPU can bind.
const PART: usize = 1 << 24;

/// Logits made at once at most.
const LOGITS: usize = 1 << 24;

/// The matrix `(vocabulary, width)` that makes logits, in parts of whole rows.
pub(crate) struct Head {
    parts: Vec<Tensor<2>>,
    width: usize,
    vocabulary: usize,
    layer: usize,
}

impl Head {
    /// The output weights of a model.
    pub(crate) fn load(checkpoint: &Checkpoint, device: &Device) -> Result<Self, Error> {
        let architecture = checkpoint.architecture();
        let (width, vocabulary) = (architecture.width, architecture.vocabulary);
        let weights = checkpoint.values(checkpoint.inventory().output())?;
        let rows = (PART / width).max(1);
        let part = |part: &[f32]| tensor(part.to_vec(), [part.len() / width, width], device).transpose();
        let parts = weights.chunks(rows * width).map(part).collect();
        Ok(Self { parts, width, vocabulary, layer: architecture.n_layers + 1 })
    }

    /// Gives `visit` the logits `(rows, vocabulary)` of final states `(rows, width)`, some rows at a time, in order.
    pub(crate) fn logits(&self, states: &[f32], device: &Device, visit: &mut dyn FnMut(&[f32])) -> Result<(), Error> {
        let rows = (LOGITS / self.vocabulary).max(1);
        for states in states.chunks(rows * self.width) {
            let x = tensor(states.to_vec(), [states.len() / self.width, self.width], device);
            let parts = self.parts.iter().map(|part| x.clone().matmul(part.clone())).collect();
            on_host(Tensor::cat(parts, 1), |logits| match logits.iter().find(|x| !x.is_finite()) {
                Some(&value) => Err(Error::NotFinite { layer: self.layer, value }),
                None => {
                    visit(logits);
                    Ok(())
                }
            })??;
        }
        Ok(())
    }

    /// Number of logits in a row.
    pub(crate) fn vocabulary(&self) -> usize {
        self.vocabulary
    }
}
