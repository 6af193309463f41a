//! Causal attention as tensor operations.
//!
//! Plain causal heads go to the backend's own attention; heads with a bias, a cap or a window are made of products here,
//! some queries at a time so that scores stay small.

use burn::tensor::activation::{softmax, tanh};
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Bool, Tensor, TensorData};

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
    let out = if model.alibi.is_none() && model.softcap.is_none() && heads.layer.window.is_none_or(|w| w >= length) {
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

/// out_i = sum over j of p_ij v_j, p_i = softmax(cap(scale q_i k_j + bias_j)) over the keys j that i may see.
fn by_products(
    gpu: &Gpu,
    queries: Tensor<4>,
    keys: Tensor<4>,
    values: Tensor<4>,
    heads: &Heads<'_, Norm>,
) -> Tensor<4> {
    let [sequences, n_heads, length, _] = queries.dims();
    let together = (SCORES / (sequences * n_heads * length)).clamp(1, length);
    let chunk = |first: usize| {
        let last = (first + together).min(length);
        let (queries, n_keys) = (queries.clone().narrow(2, first, last - first), last);
        let scores = queries.matmul(keys.clone().narrow(2, 0, n_keys).swap_dims(2, 3)) * heads.layer.scale;
        let scores = match &heads.attention.alibi {
            Some(alibi) => {
                let bias = |head| alibi.bias(head, n_keys, heads.layer.scale);
                scores + gpu.tensor((0..n_heads).flat_map(bias).collect(), [1, n_heads, 1, n_keys])
            }
            None => scores,
        };
        let scores = match heads.attention.softcap {
            Some(cap) => tanh(scores / cap) * cap,
            None => scores,
        };
        let scores = scores.mask_fill(hidden(gpu, first..last, heads.layer.window), f32::NEG_INFINITY);
        softmax(scores, 3).matmul(values.clone().narrow(2, 0, n_keys))
    };
    Tensor::cat((0..length).step_by(together).map(chunk).collect(), 2)
}

/// Whether query i (of `queries`) may not see key j, `(1, 1, queries, keys)`, keys up to the last query.
fn hidden(gpu: &Gpu, queries: std::ops::Range<usize>, window: Option<usize>) -> Tensor<4, Bool> {
    let n_keys = queries.end;
    let hides = |i: usize, j: usize| j > i || window.is_some_and(|window| j + window <= i);
    let mask: Vec<bool> = queries.clone().flat_map(|i| (0..n_keys).map(move |j| hides(i, j))).collect();
    Tensor::from_data(TensorData::new(mask, [1, 1, queries.len(), n_keys]), &gpu.device)
}
