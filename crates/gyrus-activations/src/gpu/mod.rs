//! A graphics processor, by burn: the decoder body's steps as tensor operations.
//!
//! States, norms and scores stay in f32; products may be made in half precision, where the device has it and it is asked for.

mod attention;

use std::f64::consts::PI;

use burn::tensor::activation::{gelu, relu, sigmoid, silu};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::Error;
use crate::architecture::{Activation, Attention, NormKind};
use crate::batch::{Batch, Rows};
use crate::engine::{Engine, Heads, LinearWeights, NormWeights};

/// Tokens in a batch at most (one sequence may have more).
const TOKENS: usize = 4096;

/// Attention scores held at once at most: 64 MiB of f32, which every device can bind.
pub(crate) const SCORES: usize = 1 << 24;

/// A device of burn's.
#[derive(Debug, Clone)]
pub(crate) struct Gpu {
    device: Device,
    /// The number type of products, if not f32.
    half: Option<DType>,
    /// Bytes that one array may have.
    largest: Option<u64>,
}

/// The weights of a product, W `(in, out)`.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    pub(crate) weight: Tensor<2>,
    pub(crate) bias: Option<Tensor<2>>,
}

/// The weights of a norm, `(1, columns)`.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) kind: NormKind,
    pub(crate) epsilon: f64,
    pub(crate) gain: Tensor<2>,
    pub(crate) bias: Option<Tensor<2>>,
    pub(crate) span: usize,
}

impl Gpu {
    /// A device whose products are made in `half`, or in f32, and whose arrays have `largest` bytes at most.
    pub(crate) fn new(device: Device, half: Option<DType>, largest: Option<u64>) -> Self {
        Self { device, half, largest }
    }

    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// Whether gradients may be asked for.
    fn differentiates(&self) -> bool {
        self.device.is_autodiff()
    }

    pub(crate) fn tensor<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }
}

impl Engine for Gpu {
    type Array = Tensor<2>;
    type Linear = Linear;
    type Norm = Norm;

    fn capacity(&self, length: usize, attention: &Attention) -> usize {
        let scores = attention.heads * length * length;
        (TOKENS / length).min(SCORES / scores).max(1)
    }

    fn side_by_side(&self) -> bool {
        false
    }

    fn largest_array(&self) -> Option<u64> {
        self.largest
    }

    fn upload(&self, values: Vec<f32>, columns: usize) -> Tensor<2> {
        let rows = values.len() / columns;
        self.tensor(values, [rows, columns])
    }

    fn download(&self, x: &Tensor<2>) -> Result<Vec<f32>, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Execution(error.to_string());
        let data = x.clone().try_into_data().map_err(|error| failed(&error))?;
        data.try_into_vec().map_err(|error| failed(&error))
    }

    fn linear(&self, weights: LinearWeights) -> Linear {
        let LinearWeights { values, inputs, outputs, transposed, bias } = weights;
        let weight = match transposed {
            true => self.tensor(values, [inputs, outputs]),
            false => self.tensor(values, [outputs, inputs]).transpose(),
        };
        let weight = match self.half {
            Some(half) => weight.cast(half),
            None => weight,
        };
        Linear { weight, bias: bias.map(|bias| self.tensor(bias, [1, outputs])) }
    }

    fn norm(&self, weights: NormWeights) -> Norm {
        let NormWeights { kind, epsilon, gain, bias, span } = weights;
        let columns = gain.len();
        let row = |values| self.tensor(values, [1, columns]);
        Norm { kind, epsilon, gain: row(gain), bias: bias.map(row), span }
    }

    fn select(&self, x: &Tensor<2>, rows: &[usize]) -> Tensor<2> {
        let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let rows = TensorData::new(rows.clone(), [rows.len()]);
        x.clone().select(0, Tensor::<1, Int>::from_data(rows, &self.device))
    }

    fn normalise(&self, x: &Tensor<2>, norm: &Norm) -> Tensor<2> {
        let [rows, columns] = x.dims();
        let x = x.clone().reshape([rows * columns / norm.span, norm.span]);
        let x = match norm.kind {
            NormKind::Rms => x,
            NormKind::Layer => x.clone() - x.mean_dim(1),
        };
        let root = (x.clone().square().mean_dim(1) + norm.epsilon).sqrt();
        let y = (x / root).reshape([rows, columns]) * norm.gain.clone();
        match &norm.bias {
            Some(bias) => y + bias.clone(),
            None => y,
        }
    }

    fn product(&self, x: &Tensor<2>, linear: &Linear) -> Tensor<2> {
        let y = match self.half {
            Some(half) => x.clone().cast(half).matmul(linear.weight.clone()).cast(DType::F32),
            None => x.clone().matmul(linear.weight.clone()),
        };
        match &linear.bias {
            Some(bias) => y + bias.clone(),
            None => y,
        }
    }

    fn product_activated(&self, x: &Tensor<2>, linear: &Linear, activation: Activation, gated: bool) -> Tensor<2> {
        let y = self.product(x, linear);
        if !gated {
            return activate(y, activation);
        }
        let width = y.dims()[1] / 2;
        activate(y.clone().narrow(1, 0, width), activation) * y.narrow(1, width, width)
    }

    fn product_added(&self, x: &Tensor<2>, linear: &Linear, sum: Tensor<2>) -> Tensor<2> {
        sum + self.product(x, linear)
    }

    fn add(&self, x: Tensor<2>, y: &Tensor<2>) -> Tensor<2> {
        x + y.clone()
    }

    fn attend(&self, joined: Tensor<2>, batch: &Batch, rows: Rows, heads: &Heads<'_, Norm>) -> Tensor<2> {
        let mixed = attention::attend(self, joined, batch, heads);
        match batch.chosen(rows) {
            Some(rows) => self.select(&mixed, rows),
            None => mixed,
        }
    }
}

fn activate(x: Tensor<2>, activation: Activation) -> Tensor<2> {
    match activation {
        Activation::Silu => silu(x),
        Activation::Gelu => gelu(x),
        // (1 + tanh(u)) / 2 = sigmoid(2 u), which is one operation and has a cheap gradient.
        Activation::GeluTanh => {
            let cube = x.clone() * x.clone().square() * 0.044715;
            x.clone() * sigmoid((x + cube) * (2.0 * (2.0 / PI).sqrt()))
        }
        Activation::Relu => relu(x),
    }
}
