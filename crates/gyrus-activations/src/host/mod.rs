//! The processor as an engine: products and loops of our own, on all the cores that rayon's pool has.
//!
//! A number is the same whatever the number of threads, and whatever the other rows and sequences in its batch are.

mod activation;
mod array;
mod attention;
mod instructions;
mod keys;
mod norm;
mod panels;
mod pool;
mod product;
mod queries;
mod shared;
mod tile;
#[cfg(target_arch = "x86_64")]
mod tile_avx2;
#[cfg(target_arch = "x86_64")]
mod tile_avx512;
mod turned;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use self::array::Array;
use self::attention::Attend;
use self::instructions::{Instructions, Kernel};
use self::norm::{Normalise, normalise};
use self::panels::Panels;
use self::pool::Pool;
use self::product::{Finish, Product};
use crate::Error;
use crate::architecture::{Activation, Attention};
use crate::batch::{Batch, Rows};
use crate::engine::{Engine, Heads, LinearWeights, NormWeights};

/// Tokens in a batch at most (one sequence may have more): few enough for the processor's shared memory,
/// enough to read the weights seldom.
const TOKENS: usize = 512;

/// Numbers that one task adds.
const ADDED: usize = 1 << 16;

/// The processor.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    instructions: Instructions,
    pool: Pool,
}

impl Host {
    /// This machine's, with the widest instructions that it has.
    pub(crate) fn new() -> Self {
        Self::with(Instructions::widest())
    }

    fn with(instructions: Instructions) -> Self {
        Self { instructions, pool: Pool::default() }
    }

    fn finish(&self, x: &Array, panels: &Panels, finish: Finish) -> Array {
        let product = self.prepared(x, panels, panels.all(), finish);
        let mut out = self.pool.take(x.rows() * product.width());
        product.write(&mut out);
        Array::new(out, product.width())
    }

    fn prepared<'a>(&'a self, x: &'a Array, panels: &'a Panels, wanted: Range<usize>, finish: Finish) -> Product<'a> {
        Product { x: x.numbers(), panels, wanted, finish, instructions: self.instructions, pool: &self.pool }
    }

    /// Queries, keys and values clipped, queries and keys normalised, in place.
    fn prepare(&self, joined: &mut Array, heads: &Heads<'_, Arc<NormWeights>>) {
        if heads.attention.clip.is_none() && heads.norms.is_none() {
            return;
        }
        let columns = joined.columns();
        joined.numbers_mut().par_chunks_mut(columns).for_each(|row| {
            if let Some(clip) = heads.attention.clip {
                row.iter_mut().for_each(|x| *x = x.clamp(-clip as f32, clip as f32));
            }
            if let Some((queries, keys)) = heads.norms {
                let (first, rest) = row.split_at_mut(heads.attention.query_width());
                for (x, norm) in [(first, queries), (&mut rest[..heads.attention.key_width()], keys)] {
                    let before = x.to_vec();
                    self.instructions.run(Normalise { x: &before, out: x, norm });
                }
            }
        });
    }
}

impl Engine for Host {
    type Array = Array;
    type Linear = Panels;
    type Norm = Arc<NormWeights>;

    fn capacity(&self, length: usize, _: &Attention) -> usize {
        (TOKENS / length.max(1)).max(1)
    }

    fn side_by_side(&self) -> bool {
        true
    }

    fn upload(&self, values: Vec<f32>, columns: usize) -> Array {
        let mut numbers = self.pool.take(values.len());
        numbers.copy_from_slice(&values);
        Array::new(numbers, columns)
    }

    fn download(&self, x: &Array) -> Result<Vec<f32>, Error> {
        Ok(x.numbers().to_vec())
    }

    fn linear(&self, weights: LinearWeights) -> Panels {
        Panels::new(&weights, self.instructions, &self.pool)
    }

    fn norm(&self, weights: NormWeights) -> Arc<NormWeights> {
        Arc::new(weights)
    }

    fn select(&self, x: &Array, rows: &[usize]) -> Array {
        let columns = x.columns();
        let mut out = self.pool.take(rows.len() * columns);
        for (out, row) in out.chunks_exact_mut(columns).zip(rows) {
            out.copy_from_slice(&x.numbers()[row * columns..][..columns]);
        }
        Array::new(out, columns)
    }

    fn normalise(&self, x: &Array, norm: &Arc<NormWeights>) -> Array {
        let mut out = self.pool.take(x.numbers().len());
        normalise(x.numbers(), &mut out, norm, self.instructions);
        Array::new(out, x.columns())
    }

    fn product(&self, x: &Array, linear: &Panels) -> Array {
        self.finish(x, linear, Finish::Plain)
    }

    fn product_in_part(&self, x: &Array, linear: &Panels, columns: usize, rows: &[usize]) -> Array {
        let few = linear.within(columns);
        let (first, rest) = (0..few, few..linear.all().end);
        let mut out = self.pool.take(x.rows() * linear.outputs);
        self.prepared(x, linear, rest, Finish::Plain).write(&mut out);
        let mut part = self.pool.take(rows.len() * linear.outputs);
        self.prepared(&self.select(x, rows), linear, first, Finish::Plain).write(&mut part);
        let few = linear.panels()[..few].iter().map(|panel| panel.columns).sum();
        for (row, part) in rows.iter().zip(part.chunks_exact(linear.outputs)) {
            out[row * linear.outputs..][..few].copy_from_slice(&part[..few]);
        }
        Array::new(out, linear.outputs)
    }

    fn product_activated(&self, x: &Array, linear: &Panels, activation: Activation, gated: bool) -> Array {
        self.finish(x, linear, if gated { Finish::Gated(activation) } else { Finish::Activated(activation) })
    }

    fn product_added(&self, x: &Array, linear: &Panels, mut sum: Array) -> Array {
        self.prepared(x, linear, linear.all(), Finish::Added).write(sum.numbers_mut());
        sum
    }

    fn add(&self, mut x: Array, y: &Array) -> Array {
        let parts = x.numbers_mut().par_chunks_mut(ADDED).zip(y.numbers().par_chunks(ADDED));
        parts.for_each(|(x, y)| self.instructions.run(Add(x, y)));
        x
    }

    fn attend(&self, mut joined: Array, batch: &Batch, rows: Rows, heads: &Heads<'_, Arc<NormWeights>>) -> Array {
        self.prepare(&mut joined, heads);
        let Heads { attention, layer, turns, .. } = *heads;
        let n_rows = batch.chosen(rows).map_or(joined.rows(), <[usize]>::len);
        let mut out = self.pool.take(n_rows * attention.query_width());
        let (instructions, pool) = (self.instructions, &self.pool);
        Attend { joined: joined.numbers(), batch, rows, attention, layer, turns, instructions, pool }.write(&mut out);
        Array::new(out, attention.query_width())
    }
}

/// x + y, in place of x.
struct Add<'a>(&'a mut [f32], &'a [f32]);

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        for (x, y) in self.0.iter_mut().zip(self.1) {
            *x += y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `columns` of `outputs` columns are wanted in rows 1 and 4 of seven.
    fn check(outputs: usize, columns: usize) {
        let host = Host::new();
        let numbers = |n: usize| (0..n).map(|i| (i as f32 * 0.737).sin()).collect::<Vec<_>>();
        let weights = LinearWeights { values: numbers(9 * outputs), inputs: 9, outputs, transposed: false, bias: None };
        let (x, linear) = (host.upload(numbers(7 * 9), 9), host.linear(weights));
        let whole = host.product(&x, &linear);
        let part = host.product_in_part(&x, &linear, columns, &[1, 4]);
        for (row, (whole, part)) in whole.numbers().chunks(outputs).zip(part.numbers().chunks(outputs)).enumerate() {
            let from = if [1, 4].contains(&row) { 0 } else { columns };
            assert_eq!(whole[from..], part[from..], "row {row}");
        }
    }

    #[test]
    fn a_product_in_part_is_the_product_where_it_is_wanted() {
        check(150, 48);
        check(151, 60);
        check(96, 96);
        check(20, 5);
        check(20, 0);
    }
}
