//! Causal attention over batches of equal sequences.
//!
//! Queries stand in lanes and keys go by in blocks: scores of a block never leave the nearest memory, and the softmax
//! is carried from block to block by its running maximum and sum. Blocks start at fixed positions,
//! so an answer depends neither on the other queries nor on how work was cut for threads.

use rayon::prelude::*;

use super::instructions::Instructions;
use super::keys::{BLOCK, Keys};
use super::pool::Pool;
use super::queries::Queries;
use super::shared::Shared;
use super::tile::COLUMNS;
use crate::architecture::{Attention, Layer};
use crate::batch::{Batch, Rows};
use crate::rotary::{Layout, Turns};

/// Wanted queries of one head from which on they may be computed at the same time.
const LONG: usize = 512;

/// Queries, keys and values of a batch, clipped and normalised, and what to do with them.
pub(super) struct Attend<'a> {
    /// `(tokens, queries | keys | values)`.
    pub(super) joined: &'a [f32],
    pub(super) batch: &'a Batch,
    pub(super) rows: Rows,
    pub(super) attention: &'a Attention,
    pub(super) layer: &'a Layer,
    pub(super) turns: Option<&'a Turns>,
    pub(super) instructions: Instructions,
    pub(super) pool: &'a Pool,
}

impl Attend<'_> {
    /// out_i = sum over j of p_ij v_j with p_i = softmax(cap(scale q_i k_j + bias_j)) over the keys j that query i sees,
    /// `(wanted rows, queries)`.
    pub(super) fn write(&self, out: &mut [f32]) {
        let wanted: Vec<_> =
            (0..self.batch.sequences()).map(|sequence| self.batch.positions(sequence, self.rows)).collect();
        let mut rows = vec![0; wanted.len()];
        for sequence in 1..wanted.len() {
            rows[sequence] = rows[sequence - 1] + wanted[sequence - 1].len();
        }
        let out = Shared::new(out, self.attention.query_width());
        let kv_heads = self.attention.kv_heads;
        (0..wanted.len() * kv_heads).into_par_iter().for_each(|part| {
            let (sequence, kv_head) = (part / kv_heads, part % kv_heads);
            self.part(sequence, kv_head, &wanted[sequence], rows[sequence], &out);
        });
    }

    /// The answers of the query heads of one key head over one sequence.
    fn part(&self, sequence: usize, kv_head: usize, wanted: &[usize], row: usize, out: &Shared<'_>) {
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return };
        let tokens = self.first_key(*first)..last + 1;
        let heads = kv_head * self.attention.group()..(kv_head + 1) * self.attention.group();
        let bias = |head| self.attention.alibi.as_ref().map(|alibi| alibi.bias(head, tokens.end, self.layer.scale));
        let biases: Vec<_> = heads.clone().map(bias).collect();
        let keys = Keys::new(self, sequence, kv_head, tokens.clone());
        let n_blocks = wanted.len().div_ceil(COLUMNS);
        let one = |task: usize| {
            // The last queries see the most keys, so they start first.
            let (block, head) = (n_blocks - 1 - task / heads.len(), heads.start + task % heads.len());
            let start = block * COLUMNS;
            let wanted = &wanted[start..wanted.len().min(start + COLUMNS)];
            let bias = biases[head - heads.start].as_deref();
            let mut queries = Queries::new(self, sequence, head, wanted);
            for position in (self.first_key(wanted[0])..wanted[wanted.len() - 1] + 1).step_by(BLOCK) {
                queries.see(&keys, position, bias);
            }
            queries.write(row + start, head, out);
        };
        let n_tasks = n_blocks * heads.len();
        if wanted.len() < LONG { (0..n_tasks).for_each(one) } else { (0..n_tasks).into_par_iter().for_each(one) }
    }

    /// Start of the first block that the query at `position` sees.
    fn first_key(&self, position: usize) -> usize {
        let first = self.layer.window.map_or(0, |window| (position + 1).saturating_sub(window));
        first / BLOCK * BLOCK
    }

    /// The numbers of a token for the head in `column`, counted over queries, keys and values, `(head_dim)`.
    pub(super) fn head(&self, sequence: usize, position: usize, column: usize) -> &[f32] {
        let stride = self.attention.joined_width();
        let row = sequence * self.batch.length() + position;
        &self.joined[row * stride + column * self.attention.head_dim..][..self.attention.head_dim]
    }

    /// (a, b) becomes (a cos - b sin, b cos + a sin) for each pair of a head's numbers that turns.
    #[inline(always)]
    pub(super) fn rotate(&self, x: &[f32], position: usize, out: &mut [f32]) {
        let Some(Turns { layout, half, cos, sin }) = self.turns else { return out.copy_from_slice(x) };
        let (cos, sin) = (&cos[position * half..][..*half], &sin[position * half..][..*half]);
        let (turning, still) = x.split_at(2 * half);
        let (out, rest) = out.split_at_mut(2 * half);
        rest.copy_from_slice(still);
        match layout {
            Layout::Half => {
                let (a, b) = turning.split_at(*half);
                let (out_a, out_b) = out.split_at_mut(*half);
                for i in 0..*half {
                    out_a[i] = a[i] * cos[i] - b[i] * sin[i];
                    out_b[i] = b[i] * cos[i] + a[i] * sin[i];
                }
            }
            Layout::Interleaved => {
                let pairs = turning.as_chunks::<2>().0.iter().zip(out.as_chunks_mut::<2>().0);
                for (([a, b], out), (cos, sin)) in pairs.zip(cos.iter().zip(sin)) {
                    *out = [a * cos - b * sin, b * cos + a * sin];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::alibi::{Alibi, AlibiRule};
    use crate::architecture::NormKind;
    use crate::engine::{Engine, Heads, NormWeights};
    use crate::host::Host;

    struct Case {
        length: usize,
        /// Kept rows, all if none.
        kept: Option<Vec<usize>>,
        attention: Attention,
        window: Option<usize>,
        /// How many dimensions turn, and how.
        turning: Option<(usize, Layout)>,
        norms: bool,
    }

    fn case(length: usize, heads: usize, kv_heads: usize, head_dim: usize) -> Case {
        let attention = Attention {
            heads,
            kv_heads,
            head_dim,
            input_bias: false,
            output_bias: false,
            clip: None,
            head_norm: None,
            alibi: None,
            softcap: None,
        };
        Case { length, kept: None, attention, window: None, turning: None, norms: false }
    }

    const SEQUENCES: usize = 2;

    fn numbers(n: usize, seed: f32) -> Vec<f32> {
        (0..n).map(|i| ((i as f32 + seed) * 0.737).sin() + ((i / 7) as f32 * 0.11).cos()).collect()
    }

    impl Case {
        fn stride(&self) -> usize {
            self.attention.joined_width()
        }

        fn scale(&self) -> f64 {
            1.2 / (self.attention.head_dim as f64).sqrt()
        }

        fn layer(&self) -> Layer {
            Layer { rotary: None, window: self.window, scale: self.scale() }
        }

        fn turns(&self) -> Option<Turns> {
            let (dimensions, layout) = self.turning?;
            let half = dimensions / 2;
            let angle = |i: usize| (i / half) as f64 * 0.3 / (1 + i % half) as f64;
            let cos = (0..self.length * half).map(|i| angle(i).cos() as f32).collect();
            let sin = (0..self.length * half).map(|i| angle(i).sin() as f32).collect();
            Some(Turns { layout, half, cos, sin })
        }

        fn norm(&self, columns: usize) -> NormWeights {
            let gain = (0..columns).map(|i| 1.0 + (i as f32 * 0.3).sin() * 0.5).collect();
            NormWeights { kind: NormKind::Rms, epsilon: 1e-6, gain, bias: None, span: self.attention.head_dim }
        }

        fn run(&self, joined: &[f32], host: &Host) -> Vec<f32> {
            let n = SEQUENCES * self.length;
            let batch = match &self.kept {
                Some(kept) => Batch::new(vec![0; n], self.length, kept.clone()),
                None => Batch::whole(vec![0; n], self.length),
            };
            let norms = [self.attention.query_width(), self.attention.key_width()];
            let norms = norms.map(|columns| Arc::new(self.norm(columns)));
            let (layer, turns) = (self.layer(), self.turns());
            let heads = Heads {
                attention: &self.attention,
                layer: &layer,
                norms: self.norms.then_some((&norms[0], &norms[1])),
                turns: turns.as_ref(),
            };
            let joined = host.upload(joined.to_vec(), self.stride());
            host.download(&host.attend(joined, &batch, Rows::Kept, &heads)).expect("numbers in memory")
        }

        /// A head's numbers of one row, clipped, normalised and turned, in f64.
        fn head(&self, joined: &[f32], row: usize, column: usize) -> Vec<f64> {
            let dim = self.attention.head_dim;
            let x = &joined[row * self.stride() + column * dim..][..dim];
            let clip = self.attention.clip.unwrap_or(f64::INFINITY);
            let mut x: Vec<f64> = x.iter().map(|x| f64::from(*x).clamp(-clip, clip)).collect();
            if column >= self.attention.heads + self.attention.kv_heads {
                return x;
            }
            if self.norms {
                let part = if column < self.attention.heads { column } else { column - self.attention.heads };
                let norm = self.norm(self.attention.query_width().max(self.attention.key_width()));
                let root = (x.iter().map(|x| x * x).sum::<f64>() / dim as f64 + norm.epsilon).sqrt();
                x.iter_mut().zip(&norm.gain[part * dim..]).for_each(|(x, gain)| *x *= f64::from(*gain) / root);
            }
            let Some(turns) = self.turns() else { return x };
            for i in 0..turns.half {
                let (a, b) = match turns.layout {
                    Layout::Half => (i, i + turns.half),
                    Layout::Interleaved => (2 * i, 2 * i + 1),
                };
                let at = row % self.length * turns.half + i;
                let (cos, sin) = (f64::from(turns.cos[at]), f64::from(turns.sin[at]));
                (x[a], x[b]) = (x[a] * cos - x[b] * sin, x[b] * cos + x[a] * sin);
            }
            x
        }

        /// The definition, in f64, for one row and head.
        fn exact(&self, heads: &[Vec<Vec<f64>>], row: usize, head: usize) -> Vec<f64> {
            let (attention, own) = (&self.attention, row % self.length);
            let key = attention.heads + head / attention.group();
            let first = self.window.map_or(0, |window| (own + 1).saturating_sub(window));
            let score = |j: usize| {
                let dot: f64 = heads[row][head].iter().zip(&heads[row - own + j][key]).map(|(q, k)| q * k).sum();
                let bias = attention.alibi.as_ref().map_or(0.0, |alibi| alibi.bias(head, j + 1, self.scale())[j]);
                let score = self.scale() * dot + f64::from(bias);
                attention.softcap.map_or(score, |c| c * (score / c).tanh())
            };
            let scores: Vec<f64> = (first..=own).map(score).collect();
            let most = scores.iter().copied().fold(f64::MIN, f64::max);
            let p: Vec<f64> = scores.iter().map(|s| (s - most).exp()).collect();
            let sum: f64 = p.iter().sum();
            let value = |j: usize, d: usize| heads[row - own + j][key + attention.kv_heads][d];
            let mixed = |d| p.iter().zip(first..).map(|(p, j)| p * value(j, d)).sum::<f64>() / sum;
            (0..attention.head_dim).map(mixed).collect()
        }

        fn rows(&self) -> Vec<usize> {
            self.kept.clone().unwrap_or_else(|| (0..SEQUENCES * self.length).collect())
        }
    }

    /// Every instruction set against the definition.
    fn check(case: Case) {
        let n = SEQUENCES * case.length;
        let joined = numbers(n * case.stride(), 0.2);
        let columns = case.attention.heads + 2 * case.attention.kv_heads;
        let heads: Vec<Vec<Vec<f64>>> =
            (0..n).map(|row| (0..columns).map(|column| case.head(&joined, row, column)).collect()).collect();
        for instructions in Instructions::all() {
            let found = case.run(&joined, &Host::with(instructions));
            let dim = case.attention.head_dim;
            assert_eq!(found.len(), case.rows().len() * case.attention.query_width());
            for (row, found) in case.rows().iter().zip(found.chunks(case.attention.query_width())) {
                for (head, found) in found.chunks(dim).enumerate() {
                    for (found, expected) in found.iter().zip(case.exact(&heads, *row, head)) {
                        let allowed = 2e-5 * (1.0 + expected.abs());
                        assert!((f64::from(*found) - expected).abs() < allowed, "row {row}: {found} {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_length_up_to_seventy_agrees_with_f64() {
        (1..=70).for_each(|length| check(case(length, 2, 1, 8)));
    }

    #[test]
    fn every_head_size_agrees_with_f64() {
        [1, 2, 8, 12, 16, 64, 80, 128, 256].into_iter().for_each(|dim| check(case(35, 2, 2, dim)));
    }

    #[test]
    fn lengths_about_a_block_agree_with_f64() {
        [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 50].into_iter().for_each(|length| check(case(length, 1, 1, 12)));
    }

    #[test]
    fn shared_keys_agree_with_f64() {
        [1, 2, 3, 6].into_iter().for_each(|kv_heads| check(case(50, 6, kv_heads, 16)));
    }

    #[test]
    fn windows_agree_with_f64() {
        [1, 2, 17, 64, BLOCK, 200, 1000].into_iter().for_each(|window| {
            check(Case { window: Some(window), ..case(2 * BLOCK + 30, 1, 1, 8) });
        });
    }

    #[test]
    fn turns_agree_with_f64() {
        for layout in [Layout::Half, Layout::Interleaved] {
            for dimensions in [2, 6, 16] {
                check(Case { turning: Some((dimensions, layout)), ..case(40, 2, 1, 16) });
            }
        }
    }

    #[test]
    fn norms_clips_biases_and_caps_agree_with_f64() {
        let mut all = Case { turning: Some((8, Layout::Half)), norms: true, window: Some(20), ..case(60, 4, 2, 16) };
        all.attention.clip = Some(0.8);
        all.attention.softcap = Some(3.0);
        all.attention.alibi = Some(Alibi { slopes: vec![0.5, 0.25, 0.1, 0.01], rule: AlibiRule::Bf16Scaled });
        check(all);
        let mut alibi = case(2 * BLOCK + 9, 2, 1, 8);
        alibi.attention.alibi = Some(Alibi { slopes: vec![1.0, 0.003], rule: AlibiRule::Plain });
        check(alibi);
    }

    #[test]
    fn kept_rows_agree_with_f64() {
        let length = BLOCK + 40;
        let kept = (0..SEQUENCES * length).filter(|row| row % 7 == 3 || row % 50 == 0).collect();
        check(Case { kept: Some(kept), ..case(length, 2, 1, 12) });
        check(Case { kept: Some(vec![length - 1]), ..case(length, 2, 1, 12) });
        check(Case { kept: Some(vec![]), ..case(length, 2, 1, 12) });
    }

    #[test]
    fn an_answer_is_the_same_whatever_the_threads_and_the_other_rows() {
        let long = |kept| Case { kept, window: Some(300), ..case(LONG + 90, 2, 1, 12) };
        let joined = numbers(SEQUENCES * (LONG + 90) * long(None).stride(), 0.2);
        let expected = long(None).run(&joined, &Host::new());
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            assert_eq!(pool.install(|| long(None).run(&joined, &Host::new())), expected, "{threads} threads");
        }
        let kept = vec![0, 5, 130, 131, 500, LONG + 89, LONG + 90, 2 * LONG + 100];
        let width = long(None).attention.query_width();
        let of_kept: Vec<f32> = kept.iter().flat_map(|row| expected[row * width..][..width].to_vec()).collect();
        assert_eq!(long(Some(kept)).run(&joined, &Host::new()), of_kept);
    }
}
