//! Causal attention over batches of equal sequences, positions as rotations.
//!
//! On a GPU it is the backend's own; on the processor a loop of ours, because heads of 8 or 16 dimensions
//! are too narrow for general matrix products and half of the scores are never needed.

use burn::tensor::Tensor;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use rayon::prelude::*;

use crate::Error;
use crate::architecture::Attention;
use crate::batch::{Batch, Rows};
use crate::device::{Device, Place};
use crate::kernel::{Kernel, LANES, exp, multiply_add, widest};
use crate::layer::{on_host, tensor};
use crate::rotary::Turns;

/// Sums kept in registers at once: as many keys, or dimensions of values, share each load.
const UNROLL: usize = 4;

/// What the heads see: `joined` is `(tokens, queries | keys | values)`, the answer `(rows, queries)` for the rows asked for.
pub(crate) fn attend(
    joined: Tensor<2>,
    batch: &Batch,
    rows: Rows,
    heads: &Attention,
    turns: &Turns,
    device: &Device,
) -> Result<Tensor<2>, Error> {
    match device.place() {
        Place::Gpu => Ok(batch.select(attend_on_gpu(joined, batch, heads, turns, device), rows, device)),
        Place::Host => {
            let out = on_host(joined, |joined| attend_on_host(joined, batch, rows, heads, turns))?;
            let n_rows = out.len() / heads.query_width();
            Ok(tensor(out, [n_rows, heads.query_width()], device))
        }
    }
}

fn attend_on_gpu(joined: Tensor<2>, batch: &Batch, heads: &Attention, turns: &Turns, device: &Device) -> Tensor<2> {
    let (sequences, length) = (batch.sequences(), batch.length());
    let part = |start: usize, n: usize| {
        let columns = joined.clone().narrow(1, start * heads.head_dim, n * heads.head_dim);
        columns.reshape([sequences, length, n, heads.head_dim]).swap_dims(1, 2)
    };
    // (sequences, kv heads, tokens, dim) -> (sequences, heads, tokens, dim)
    let shared = |x: Tensor<4>| {
        let expanded = x.unsqueeze_dim::<5>(2).repeat_dim(2, heads.group());
        expanded.reshape([sequences, heads.heads, length, heads.head_dim])
    };
    let queries = turn(part(0, heads.heads), turns, device);
    let keys = shared(turn(part(heads.heads, heads.kv_heads), turns, device));
    let values = shared(part(heads.heads + heads.kv_heads, heads.kv_heads));
    let options = AttentionModuleOptions { scale: Some(heads.scale), is_causal: true, ..Default::default() };
    let out = attention(queries, keys, values, None, None, options);
    out.swap_dims(1, 2).reshape([sequences * length, heads.query_width()])
}

/// (a, b) becomes (a cos - b sin, b cos + a sin) for the halves a, b of each head, `(sequences, heads, tokens, dim)`.
fn turn(x: Tensor<4>, turns: &Turns, device: &Device) -> Tensor<4> {
    let (half, length) = (turns.half, x.dims()[2]);
    let table =
        |values: &[f32]| -> Tensor<4> { tensor(values[..length * half].to_vec(), [length, half], device).unsqueeze() };
    let (cos, sin) = (table(&turns.cos), table(&turns.sin));
    let (a, b) = (x.clone().narrow(3, 0, half), x.narrow(3, half, half));
    Tensor::cat(vec![a.clone() * cos.clone() - b.clone() * sin.clone(), b * cos + a * sin], 3)
}

fn attend_on_host(joined: &[f32], batch: &Batch, rows: Rows, heads: &Attention, turns: &Turns) -> Vec<f32> {
    let stride = heads.query_width() + 2 * heads.key_width();
    let wanted: Vec<Vec<usize>> = (0..batch.sequences()).map(|sequence| batch.positions(sequence, rows)).collect();
    let parts: Vec<Vec<f32>> = (0..batch.sequences() * heads.kv_heads)
        .into_par_iter()
        .map(|part| {
            let (sequence, kv_head) = (part / heads.kv_heads, part % heads.kv_heads);
            let joined = &joined[sequence * batch.length() * stride..][..batch.length() * stride];
            widest(Heads { joined, stride, kv_head, heads, turns, wanted: &wanted[sequence] })
        })
        .collect();
    interleave(&parts, heads)
}

/// Puts the parts `(rows, group * dim)` of each sequence side by side.
fn interleave(parts: &[Vec<f32>], heads: &Attention) -> Vec<f32> {
    let width = heads.group() * heads.head_dim;
    let mut out = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for sequence in parts.chunks_exact(heads.kv_heads) {
        for row in 0..sequence[0].len() / width {
            for part in sequence {
                out.extend_from_slice(&part[row * width..][..width]);
            }
        }
    }
    out
}

/// The query heads of one key head over one sequence.
///
/// Neighbouring queries stand in lanes, so nothing is ever summed across lanes and scores of later keys are never made.
struct Heads<'a> {
    /// Queries, keys and values of every head, `(tokens, stride)`.
    joined: &'a [f32],
    stride: usize,
    kv_head: usize,
    heads: &'a Attention,
    turns: &'a Turns,
    /// Positions whose answer is wanted, ascending.
    wanted: &'a [usize],
}

impl Kernel for Heads<'_> {
    type Output = Vec<f32>;

    /// out_i = sum over j <= i of p_ij v_j with p_i = softmax(scale q_i k_j), `(wanted, group * dim)`.
    #[inline(always)]
    fn run<const FUSED: bool>(self) -> Vec<f32> {
        let (dim, group) = (self.heads.head_dim, self.heads.group());
        let tokens = self.wanted.last().map_or(0, |last| last + 1);
        let (keys, values) = (self.keys(tokens), self.values(tokens));
        let mut queries = vec![[0.0; LANES]; dim];
        let mut p = vec![[0.0; LANES]; tokens.next_multiple_of(UNROLL)];
        let mut mixed = vec![[0.0; LANES]; dim.next_multiple_of(UNROLL)];
        let mut out = vec![0.0; self.wanted.len() * group * dim];
        for (wanted, out) in self.wanted.chunks(LANES).zip(out.chunks_mut(LANES * group * dim)) {
            let tokens = wanted[wanted.len() - 1] + 1;
            for head in 0..group {
                self.load_queries(head, wanted, &mut queries);
                scores::<FUSED>(&queries, &keys, &mut p[..tokens.next_multiple_of(UNROLL)]);
                let sums = exponentials::<FUSED>(&mut p[..tokens], wanted);
                mix::<FUSED>(&p[..tokens], &values, &mut mixed);
                for (row, sum) in sums.iter().enumerate().take(wanted.len()) {
                    let out = &mut out[(row * group + head) * dim..][..dim];
                    for (out, mixed) in out.iter_mut().zip(&mixed) {
                        *out = mixed[row] / sum;
                    }
                }
            }
        }
        out
    }
}

impl Heads<'_> {
    /// Turned keys, one after the other, zeros after the last.
    #[inline(always)]
    fn keys(&self, tokens: usize) -> Vec<f32> {
        let (dim, half) = (self.heads.head_dim, self.turns.half);
        let mut keys = vec![0.0; dim * tokens.next_multiple_of(UNROLL)];
        for (t, out) in keys.chunks_exact_mut(dim).take(tokens).enumerate() {
            let key = self.row(t, self.heads.heads + self.kv_head);
            for i in 0..half {
                (out[i], out[i + half]) = self.turned(key, t, i);
            }
        }
        keys
    }

    /// Values in groups of dimensions, each one token after the other, zeros beyond the last dimension.
    #[inline(always)]
    fn values(&self, tokens: usize) -> Vec<Vec<[f32; UNROLL]>> {
        let column = self.heads.heads + self.heads.kv_heads + self.kv_head;
        let some = |t: usize, d: usize| {
            let value = self.row(t, column);
            std::array::from_fn(|i| value.get(d + i).copied().unwrap_or(0.0))
        };
        let groups = (0..self.heads.head_dim).step_by(UNROLL);
        groups.map(|d| (0..tokens).map(|t| some(t, d)).collect()).collect()
    }

    /// Turned and scaled queries at the wanted positions, `(dim, LANES)`; lanes beyond keep what they had.
    #[inline(always)]
    fn load_queries(&self, head: usize, wanted: &[usize], queries: &mut [[f32; LANES]]) {
        let (half, scale) = (self.turns.half, self.heads.scale as f32);
        for (lane, &t) in wanted.iter().enumerate() {
            let query = self.row(t, self.kv_head * self.heads.group() + head);
            for i in 0..half {
                let (a, b) = self.turned(query, t, i);
                queries[i][lane] = a * scale;
                queries[i + half][lane] = b * scale;
            }
        }
    }

    /// The numbers of token `t` for the head in `column`, counted over queries, keys and values.
    #[inline(always)]
    fn row(&self, t: usize, column: usize) -> &[f32] {
        &self.joined[t * self.stride + column * self.heads.head_dim..][..self.heads.head_dim]
    }

    /// Pair `i` of a head, turned as position `t` asks.
    #[inline(always)]
    fn turned(&self, x: &[f32], t: usize, i: usize) -> (f32, f32) {
        let half = self.turns.half;
        let (cos, sin) = (self.turns.cos[t * half + i], self.turns.sin[t * half + i]);
        (x[i] * cos - x[i + half] * sin, x[i + half] * cos + x[i] * sin)
    }
}

/// p_j = sum over d of q_d k_jd for the keys that `p` has room for.
#[inline(always)]
fn scores<const FUSED: bool>(queries: &[[f32; LANES]], keys: &[f32], p: &mut [[f32; LANES]]) {
    let dim = queries.len();
    let (blocks, _) = p.as_chunks_mut::<UNROLL>();
    for (keys, block) in keys.chunks_exact(UNROLL * dim).zip(blocks) {
        let (k0, rest) = keys.split_at(dim);
        let (k1, rest) = rest.split_at(dim);
        let (k2, k3) = rest.split_at(dim);
        let [mut p0, mut p1, mut p2, mut p3] = [[0.0; LANES]; UNROLL];
        for ((((q, k0), k1), k2), k3) in queries.iter().zip(k0).zip(k1).zip(k2).zip(k3) {
            add_product::<FUSED>(&mut p0, q, *k0);
            add_product::<FUSED>(&mut p1, q, *k1);
            add_product::<FUSED>(&mut p2, q, *k2);
            add_product::<FUSED>(&mut p3, q, *k3);
        }
        *block = [p0, p1, p2, p3];
    }
}

/// p_j becomes exp(p_j - max p), zero for keys after a lane's own position; gives the sums over j.
#[inline(always)]
fn exponentials<const FUSED: bool>(p: &mut [[f32; LANES]], wanted: &[usize]) -> [f32; LANES] {
    hide_later(p, wanted, f32::NEG_INFINITY);
    let mut most = [f32::NEG_INFINITY; LANES];
    for row in p.iter() {
        for (most, p) in most.iter_mut().zip(row) {
            *most = if *p > *most { *p } else { *most };
        }
    }
    for row in p.iter_mut() {
        for (p, most) in row.iter_mut().zip(&most) {
            *p -= most;
        }
    }
    for p in p.as_flattened_mut() {
        *p = exp::<FUSED>(*p);
    }
    hide_later(p, wanted, 0.0);
    let mut sums = [0.0; LANES];
    for row in p.iter() {
        for (sum, p) in sums.iter_mut().zip(row) {
            *sum += p;
        }
    }
    sums
}

/// Keys after a lane's own position get `value`.
#[inline(always)]
fn hide_later(p: &mut [[f32; LANES]], wanted: &[usize], value: f32) {
    for (lane, &own) in wanted.iter().enumerate() {
        for row in &mut p[own + 1..] {
            row[lane] = value;
        }
    }
}

/// mixed_d = sum over j of p_j v_jd.
#[inline(always)]
fn mix<const FUSED: bool>(p: &[[f32; LANES]], values: &[Vec<[f32; UNROLL]>], mixed: &mut [[f32; LANES]]) {
    let (blocks, _) = mixed.as_chunks_mut::<UNROLL>();
    for (values, block) in values.iter().zip(blocks) {
        let [mut m0, mut m1, mut m2, mut m3] = [[0.0; LANES]; UNROLL];
        for (p, [v0, v1, v2, v3]) in p.iter().zip(values) {
            add_product::<FUSED>(&mut m0, p, *v0);
            add_product::<FUSED>(&mut m1, p, *v1);
            add_product::<FUSED>(&mut m2, p, *v2);
            add_product::<FUSED>(&mut m3, p, *v3);
        }
        *block = [m0, m1, m2, m3];
    }
}

/// sum + x y in every lane.
#[inline(always)]
fn add_product<const FUSED: bool>(sum: &mut [f32; LANES], x: &[f32; LANES], y: f32) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum = multiply_add::<FUSED>(*x, y, *sum);
    }
}
