//! What the decoder body asks of a device.
//!
//! There are two: [`crate::host`] with products and loops of our own in the processor's memory, and [`crate::gpu`] on burn.
//! Every array has a row per token.

use crate::Error;
use crate::architecture::{Activation, Attention, Layer, NormKind};
use crate::batch::{Batch, Rows};
use crate::rotary::Turns;

/// A device that computes.
pub(crate) trait Engine: Sync {
    /// Numbers `(rows, columns)`.
    type Array: Clone + Send + Sync;
    /// The weights of a product.
    type Linear: Clone + Send + Sync;
    /// The weights of a norm.
    type Norm: Clone + Send + Sync;

    /// The most sequences of `length` tokens that make a batch; depends on the model and the device alone.
    fn capacity(&self, length: usize, attention: &Attention) -> usize;

    /// Whether batches should be sent side by side.
    fn side_by_side(&self) -> bool;

    /// Bytes that one array may have, if there is a limit.
    fn largest_array(&self) -> Option<u64> {
        None
    }

    /// Numbers in host memory as an array, row after row.
    fn upload(&self, values: Vec<f32>, columns: usize) -> Self::Array;

    /// The numbers of an array, row after row.
    fn download(&self, x: &Self::Array) -> Result<Vec<f32>, Error>;

    /// Weights ready for [`Engine::product`].
    fn linear(&self, weights: LinearWeights) -> Self::Linear;

    /// Weights ready for [`Engine::normalise`].
    fn norm(&self, weights: NormWeights) -> Self::Norm;

    /// Some rows, in the order asked for.
    fn select(&self, x: &Self::Array, rows: &[usize]) -> Self::Array;

    /// Each row normalised.
    fn normalise(&self, x: &Self::Array, norm: &Self::Norm) -> Self::Array;

    /// y = x W + b, `(rows, in)` to `(rows, out)`.
    fn product(&self, x: &Self::Array, linear: &Self::Linear) -> Self::Array;

    /// As [`Engine::product`], where the first `columns` columns are wanted in `rows` alone: they may hold anything elsewhere.
    fn product_in_part(&self, x: &Self::Array, linear: &Self::Linear, columns: usize, rows: &[usize]) -> Self::Array {
        let _ = (columns, rows);
        self.product(x, linear)
    }

    /// activation(y), or activation(g) u where y = (g, u) is gated, of y = x W + b.
    fn product_activated(
        &self,
        x: &Self::Array,
        linear: &Self::Linear,
        activation: Activation,
        gated: bool,
    ) -> Self::Array;

    /// sum + x W + b.
    fn product_added(&self, x: &Self::Array, linear: &Self::Linear, sum: Self::Array) -> Self::Array;

    /// x + y.
    fn add(&self, x: Self::Array, y: &Self::Array) -> Self::Array;

    /// What the heads see: `joined` is `(tokens, queries | keys | values)`, the answer `(rows, queries)`
    /// for the rows asked for.
    fn attend(&self, joined: Self::Array, batch: &Batch, rows: Rows, heads: &Heads<'_, Self::Norm>) -> Self::Array;
}

/// A product's weights in host memory.
#[derive(Debug, Clone)]
pub(crate) struct LinearWeights {
    /// `(outputs, inputs)`, or `(inputs, outputs)` if `transposed`, row after row.
    pub(crate) values: Vec<f32>,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) transposed: bool,
    /// `(outputs)`.
    pub(crate) bias: Option<Vec<f32>>,
}

/// A norm's weights in host memory.
#[derive(Debug, Clone)]
pub(crate) struct NormWeights {
    pub(crate) kind: NormKind,
    pub(crate) epsilon: f64,
    /// As many numbers as a row has; one plus the weight where the family means that.
    pub(crate) gain: Vec<f32>,
    /// As long as `gain`.
    pub(crate) bias: Option<Vec<f32>>,
    /// Means are taken over stretches of so many numbers of a row; the whole row for all but the norms of heads.
    pub(crate) span: usize,
}

/// What the heads of one block do with queries, keys and values.
#[derive(Debug)]
pub(crate) struct Heads<'a, N> {
    pub(crate) attention: &'a Attention,
    pub(crate) layer: &'a Layer,
    /// The norms of all queries `(heads head_dim)` and of all keys `(kv_heads head_dim)`.
    pub(crate) norms: Option<(&'a N, &'a N)>,
    /// The rotations of every position, where queries and keys are turned.
    pub(crate) turns: Option<&'a Turns>,
}
