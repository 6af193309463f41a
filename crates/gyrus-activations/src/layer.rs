//! One block of the decoder on a device: its weights, and what it does to states.
//!
//! Products are the backend's; what is done between them is the backend's on a GPU and loops of ours on the processor.

use burn::tensor::activation::silu;
use burn::tensor::{Tensor, TensorData};

use crate::Error;
use crate::architecture::{self, Activation, Attention};
use crate::attention::attend;
use crate::batch::{Batch, Rows};
use crate::checkpoint::Checkpoint;
use crate::device::{Device, Place};
use crate::inventory::{LinearSlots, Slot};
use crate::kernel::{RmsNorm, SiluGate, widest};
use crate::rotary::Turns;

/// The weights of one block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    attention_norm: Norm,
    /// Queries, keys and values in one product.
    attention_input: Linear,
    attention_output: Linear,
    feed_forward_norm: Norm,
    /// Gate and up in one product.
    feed_forward_input: Linear,
    feed_forward_output: Linear,
    heads: Attention,
    activation: Activation,
}

/// A normalisation with its gain.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    kind: architecture::Norm,
    gain: Vec<f32>,
}

/// y = x W + b with W `(in, out)`.
#[derive(Debug, Clone)]
struct Linear {
    weight: Tensor<2>,
    bias: Option<Tensor<2>>,
}

impl Block {
    /// Block `layer` of a model.
    pub(crate) fn load(checkpoint: &Checkpoint, layer: usize, device: &Device) -> Result<Self, Error> {
        let (slots, architecture) = (&checkpoint.inventory().blocks[layer], checkpoint.architecture());
        let linear = |slots: &[LinearSlots]| Linear::load(checkpoint, slots, device);
        Ok(Self {
            attention_norm: Norm::load(checkpoint, &slots.attention_norm)?,
            attention_input: linear(&slots.attention_input)?,
            attention_output: linear(std::slice::from_ref(&slots.attention_output))?,
            feed_forward_norm: Norm::load(checkpoint, &slots.feed_forward_norm)?,
            feed_forward_input: linear(&slots.feed_forward_input)?,
            feed_forward_output: linear(std::slice::from_ref(&slots.feed_forward_output))?,
            heads: architecture.attention,
            activation: architecture.feed_forward.activation,
        })
    }

    /// x + attention(norm(x)), then x + feed_forward(norm(x)): `(tokens, width)` to `(rows, width)`.
    pub(crate) fn forward(
        &self,
        x: Tensor<2>,
        batch: &Batch,
        rows: Rows,
        turns: &Turns,
        device: &Device,
    ) -> Result<Tensor<2>, Error> {
        let joined = self.attention_input.forward(self.attention_norm.forward(x.clone(), device)?);
        let mixed = attend(joined, batch, rows, &self.heads, turns, device)?;
        let x = batch.select(x, rows, device) + self.attention_output.forward(mixed);
        let inner = self.feed_forward_input.forward(self.feed_forward_norm.forward(x.clone(), device)?);
        Ok(x + self.feed_forward_output.forward(activate(self.activation, inner, device)?))
    }
}

impl Norm {
    pub(crate) fn load(checkpoint: &Checkpoint, slot: &Slot) -> Result<Self, Error> {
        Ok(Self { kind: checkpoint.architecture().norm, gain: checkpoint.values(slot)? })
    }

    /// Each row normalised, `(rows, width)`.
    pub(crate) fn forward(&self, x: Tensor<2>, device: &Device) -> Result<Tensor<2>, Error> {
        let architecture::Norm::Rms { epsilon } = self.kind;
        match device.place() {
            Place::Host => change_on_host(x, device, |rows| {
                widest(RmsNorm { rows, gain: &self.gain, epsilon: epsilon as f32 });
            }),
            Place::Gpu => {
                let gain = tensor(self.gain.clone(), [1, self.gain.len()], device);
                let root = (x.clone().square().mean_dim(1) + epsilon).sqrt();
                Ok(x / root * gain)
            }
        }
    }
}

impl Linear {
    /// Several products of the same input as one: their outputs side by side.
    fn load(checkpoint: &Checkpoint, slots: &[LinearSlots], device: &Device) -> Result<Self, Error> {
        let join = |slots: Vec<&Slot>| -> Result<Vec<f32>, Error> {
            let parts: Vec<_> = slots.into_iter().map(|slot| checkpoint.values(slot)).collect::<Result<_, _>>()?;
            Ok(parts.concat())
        };
        let weight = join(slots.iter().map(|slots| &slots.weight).collect())?;
        let input = slots[0].weight.shape[1];
        let out = weight.len() / input;
        let bias = join(slots.iter().filter_map(|slots| slots.bias.as_ref()).collect())?;
        Ok(Self {
            weight: tensor(weight, [out, input], device).transpose(),
            bias: (!bias.is_empty()).then(|| tensor(bias, [1, out], device)),
        })
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let y = x.matmul(self.weight.clone());
        match &self.bias {
            Some(bias) => y + bias.clone(),
            None => y,
        }
    }
}

/// What is done inside the feed-forward half: `(rows, 2 width)` to `(rows, width)`.
fn activate(activation: Activation, inner: Tensor<2>, device: &Device) -> Result<Tensor<2>, Error> {
    let Activation::SiluGated = activation;
    let [rows, columns] = inner.dims();
    let width = columns / 2;
    match device.place() {
        Place::Host => {
            let out = on_host(inner, |rows| widest(SiluGate { rows, width }))?;
            Ok(tensor(out, [rows, width], device))
        }
        Place::Gpu => Ok(silu(inner.clone().narrow(1, 0, width)) * inner.narrow(1, width, width)),
    }
}

/// Numbers as a tensor on the device.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device.inner())
}

/// What `read` makes of a tensor's numbers; no copy is made where they are in host memory already.
pub(crate) fn on_host<T>(x: Tensor<2>, read: impl FnOnce(&[f32]) -> T) -> Result<T, Error> {
    let data = x.try_into_data().map_err(failed)?;
    Ok(read(data.as_slice().map_err(failed)?))
}

fn change_on_host(x: Tensor<2>, device: &Device, change: impl FnOnce(&mut [f32])) -> Result<Tensor<2>, Error> {
    let mut data = x.try_into_data().map_err(failed)?;
    change(data.as_mut_slice().map_err(failed)?);
    Ok(Tensor::from_data(data, device.inner()))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Execution(error.to_string())
}
