//! Causal attention as tensor operations.
//!
//! Plain causal heads go to the backend's own attention; heads with a bias, a cap or a window are made of products here,
//! some queries at a time so that scores stay small.

use burn::tensor::Tensor;
use burn::tensor::activation::tanh;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;

use super::{Gpu, Norm, SCORES};
use crate::batch::Batch;
use crate::engine::{Engine, Heads};
use crate::rotary::{Layout, Turns};

/// What the heads see, `(tokens, queries | keys | values)` to `(tokens, queries)`.
pub(super) fn attend(gpu: &Gpu, joined: Tensor<2>, batch: &Batch, heads: &Heads<'_, Norm>) -> Tensor<2> {
    let model = heads.attention;
    let (sequences, length, dim) = (batch.sequences(), batch.length(), model.head_dim);
    let joined = match model.clip {
        Some(clip) => joined.clamp(-clip, clip),
        None => joined,
    };
    let part = |start: usize, n: usize| joined.clone().narrow(1, start * dim, n * dim);
    // (tokens, n dim) -> (sequences, n, length, dim)
    let split = |x: Tensor<2>, n: usize| x.reshape([sequences, length, n, dim]).swap_dims(1, 2);
    let normed = |x: Tensor<2>, norm: Option<&Norm>| norm.map_or_else(|| x.clone(), |norm| gpu.normalise(&x, norm));
    let turned = |x: Tensor<4>| match heads.turns {
        Some(turns) => turn(gpu, x, turns),
        None => x,
    };
    let queries = normed(part(0, model.heads), heads.norms.map(|norms| norms.0));
    let keys = normed(part(model.heads, model.kv_heads), heads.norms.map(|norms| norms.1));
    let values = part(model.heads + model.kv_heads, model.kv_heads);
    let shared = |x: Tensor<4>| {
        let expanded = x.unsqueeze_dim::<5>(2).repeat_dim(2, model.group());
        expanded.reshape([sequences, model.heads, length, dim])
    };
    let queries = turned(split(queries, model.heads));
    let keys = shared(turned(split(keys, model.kv_heads)));
    let values = shared(split(values, model.kv_heads));
    let plain = model.alibi.is_none() && model.softcap.is_none() && heads.layer.window.is_none_or(|w| w >= length);
    // The backend's own attention keeps every score for gradients, several times over.
    let out = if plain && !gpu.differentiates() {
        let options = AttentionModuleOptions { scale: Some(heads.layer.scale), is_causal: true, ..Default::default() };
        attention(queries, keys, values, None, None, options)
    } else {
        by_products(gpu, queries, keys, values, heads)
    };
    out.swap_dims(1, 2).reshape([sequences * length, model.query_width()])
}

/// The first 2 half dimensions of every head turned: (a, b) becomes (a cos - b sin, b cos + a sin),
/// `(sequences, heads, length, dim)`.
fn turn(gpu: &Gpu, x: Tensor<4>, turns: &Turns) -> Tensor<4> {
    let [sequences, heads, length, dim] = x.dims();
    let half = turns.half;
    let table = |values: &[f32]| -> Tensor<4> { gpu.tensor(values[..length * half].to_vec(), [1, 1, length, half]) };
    let (cos, sin) = (table(&turns.cos), table(&turns.sin));
    let turning = x.clone().narrow(3, 0, 2 * half);
    let (a, b) = match turns.layout {
        Layout::Half => (turning.clone().narrow(3, 0, half), turning.narrow(3, half, half)),
        Layout::Interleaved => {
            let pairs = turning.reshape([sequences, heads, length, half, 2]);
            let one = |i: usize| pairs.clone().narrow(4, i, 1).reshape([sequences, heads, length, half]);
            (one(0), one(1))
        }
    };
    let (a, b) = (a.clone() * cos.clone() - b.clone() * sin.clone(), b * cos + a * sin);
    let turned = match turns.layout {
        Layout::Half => Tensor::cat(vec![a, b], 3),
        Layout::Interleaved => Tensor::stack::<5>(vec![a, b], 4).reshape([sequences, heads, length, 2 * half]),
    };
    if 2 * half == dim { turned } else { Tensor::cat(vec![turned, x.narrow(3, 2 * half, dim - 2 * half)], 3) }
}

/// out_i = sum over j of e_ij v_j / sum over j of e_ij, e_ij = exp(s_ij - max over j of s_ij),
/// s_ij = cap(scale q_i k_j) + bias_j over the keys j that i may see.
///
/// Dividing the sums and not every e_ij, and taking the largest score as a constant, saves half of the passes over the scores,
/// and more of those that gradients need.
fn by_products(
    gpu: &Gpu,
    queries: Tensor<4>,
    keys: Tensor<4>,
    values: Tensor<4>,
    heads: &Heads<'_, Norm>,
) -> Tensor<4> {
    let [sequences, n_heads, length, _] = queries.dims();
    // With gradients half of the scores would be hidden ones: fewer queries at a time see fewer of them.
    let most = if gpu.differentiates() { length.div_ceil(4) } else { length };
    let together = (SCORES / (sequences * n_heads * length)).clamp(1, most);
    let queries = queries * heads.layer.scale;
    let chunk = |first: usize| {
        let last = (first + together).min(length);
        let (queries, n_keys) = (queries.clone().narrow(2, first, last - first), last);
        let scores = queries.matmul(keys.clone().narrow(2, 0, n_keys).swap_dims(2, 3));
        let scores = match heads.attention.softcap {
            Some(cap) => tanh(scores / cap) * cap,
            None => scores,
        };
        let scores = scores + bias(gpu, first..last, heads);
        let most = scores.clone().detach().max_dim(3);
        let e = (scores - most).exp();
        let sums = e.clone().sum_dim(3);
        e.matmul(values.clone().narrow(2, 0, n_keys)) / sums
    };
    let mut chunks: Vec<_> = (0..length).step_by(together).map(chunk).collect();
    if chunks.len() == 1 { chunks.remove(0) } else { Tensor::cat(chunks, 2) }
}

/// What is added to the score of query i (of `queries`) and key j, keys up to the last query: minus infinity where i may not
/// see j, else the head's bias, `(1, 1 or heads, queries, keys)`.
fn bias(gpu: &Gpu, queries: std::ops::Range<usize>, heads: &Heads<'_, Norm>) -> Tensor<4> {
    let (n_keys, window) = (queries.end, heads.layer.window);
    let hides = |i: usize, j: usize| j > i || window.is_some_and(|window| j + window <= i);
    let biases: Vec<Vec<f32>> = match &heads.attention.alibi {
        Some(alibi) => (0..heads.attention.heads).map(|head| alibi.bias(head, n_keys, heads.layer.scale)).collect(),
        None => vec![vec![0.0; n_keys]],
    };
    let shape = [1, biases.len(), queries.len(), n_keys];
    let mut values = Vec::with_capacity(shape.iter().product());
    for biases in biases {
        for i in queries.clone() {
            values.extend(biases.iter().enumerate().map(|(j, &b)| if hides(i, j) { f32::NEG_INFINITY } else { b }));
        }
    }
    gpu.tensor(values, shape)
}
