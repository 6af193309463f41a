//! Up to 48 queries of one head that see blocks of keys, one block after the other.

use super::activation::{cap, exp};
use super::attention::Attend;
use super::instructions::{Kernel, LANES, alone, multiply_add};
use super::keys::{BLOCK, Keys};
use super::pool::Buffer;
use super::shared::Shared;
use super::tile::{COLUMNS, ROWS, Start, Tile, VECTORS};
use super::turned::turn;

/// A number for every query.
type Lanes = [[f32; LANES]; VECTORS];

/// Queries of one head.
pub(super) struct Queries<'a> {
    attend: &'a Attend<'a>,
    /// Number of queries.
    n: usize,
    /// Vectors that hold them.
    vectors: usize,
    /// Their positions, ascending; the last one again where there are fewer.
    positions: [i32; COLUMNS],
    /// Turned and scaled, `(head_dim, COLUMNS)`.
    queries: Buffer,
    /// Scores of a block, then what they become, `(BLOCK, COLUMNS)`.
    scores: Buffer,
    /// Sums of weighted values so far, `(head_dim and padding, COLUMNS)`.
    mixed: Buffer,
    /// Greatest score so far.
    most: Lanes,
    /// Sum of weights so far.
    sums: Lanes,
}

impl<'a> Queries<'a> {
    /// The queries of `head` at the positions `wanted` of a sequence, at most `COLUMNS`.
    pub(super) fn new(attend: &'a Attend<'a>, sequence: usize, head: usize, wanted: &[usize]) -> Self {
        let head_dim = attend.attention.head_dim;
        let mut queries = attend.pool.take(head_dim * COLUMNS);
        let rows = &mut attend.pool.take(head_dim * ROWS);
        let vectors = wanted.len().div_ceil(LANES);
        let position = |lane: usize| wanted[lane.min(wanted.len() - 1)];
        let positions: [usize; COLUMNS] = std::array::from_fn(position);
        attend.instructions.run(TurnQueries {
            attend,
            sequence,
            head,
            positions: &positions[..vectors * LANES],
            rows,
            out: &mut queries,
        });
        let mut mixed = attend.pool.take(head_dim.next_multiple_of(ROWS) * COLUMNS);
        mixed.fill(0.0);
        Self {
            attend,
            n: wanted.len(),
            vectors,
            positions: positions.map(|position| position as i32),
            queries,
            scores: attend.pool.take(BLOCK * COLUMNS),
            mixed,
            most: [[f32::MIN; LANES]; VECTORS],
            sums: [[0.0; LANES]; VECTORS],
        }
    }

    /// Takes in the block of keys and values that starts at `position`.
    pub(super) fn see(&mut self, keys: &Keys, position: usize, bias: Option<&[f32]>) {
        let ends = self.ends(position);
        self.score(keys, position, &ends);
        let instructions = self.attend.instructions;
        instructions.run(Weigh { queries: self, position, ends: &ends, bias });
        self.mix(keys, position, &ends);
    }

    /// How many keys of the block from `position` on each vector sees, whole strips, ascending.
    fn ends(&self, position: usize) -> [usize; VECTORS] {
        std::array::from_fn(|v| {
            let last = self.positions[v * LANES + LANES - 1] as usize;
            (last + 1).saturating_sub(position).min(BLOCK).next_multiple_of(ROWS)
        })
    }

    /// scores_jq = sum over d of k_jd q_dq.
    fn score(&mut self, keys: &Keys, position: usize, ends: &[usize; VECTORS]) {
        for j in (0..ends[self.vectors - 1]).step_by(ROWS) {
            let v = ends[..self.vectors].partition_point(|end| *end <= j);
            let tile = Tile {
                left: keys.keys(position + j),
                right: &self.queries[v * LANES..],
                right_stride: COLUMNS,
                out: &mut self.scores[j * COLUMNS + v * LANES..],
                out_stride: COLUMNS,
                start: Start::Zero,
            };
            tile.multiply_any(self.vectors - v, self.attend.instructions);
        }
    }

    /// mixed_dq = mixed_dq + sum over j of v_jd p_jq.
    fn mix(&mut self, keys: &Keys, position: usize, ends: &[usize; VECTORS]) {
        for (strip, mixed) in self.mixed.chunks_exact_mut(ROWS * COLUMNS).enumerate() {
            let values = keys.values(position, strip);
            let mut start = 0;
            for v in 0..self.vectors {
                if ends[v] > start {
                    let tile = Tile {
                        left: &values[start..ends[v]],
                        right: &self.scores[start * COLUMNS + v * LANES..],
                        right_stride: COLUMNS,
                        out: &mut mixed[v * LANES..],
                        out_stride: COLUMNS,
                        start: Start::Out,
                    };
                    tile.multiply_any(self.vectors - v, self.attend.instructions);
                    start = ends[v];
                }
            }
        }
    }

    /// Writes the answers from `row` on, to the columns of `head`.
    pub(super) fn write(&mut self, row: usize, head: usize, out: &Shared<'_>) {
        let head_dim = self.attend.attention.head_dim;
        let mut answers = self.attend.pool.take(self.vectors * LANES * head_dim.next_multiple_of(ROWS));
        self.attend.instructions.run(Divide {
            mixed: &mut self.mixed,
            sums: &self.sums,
            columns: self.vectors * LANES,
        });
        let stride = head_dim.next_multiple_of(ROWS);
        for (strip, mixed) in self.mixed.chunks_exact(ROWS * COLUMNS).enumerate() {
            let rows = std::array::from_fn(|r| &mixed[r * COLUMNS..][..self.vectors * LANES]);
            turn(rows, &mut answers[strip * ROWS..], stride, self.attend.instructions);
        }
        for (lane, answer) in answers.chunks_exact(stride).take(self.n).enumerate() {
            // SAFETY: each head and row has its answer written once.
            let out = unsafe { out.part(row + lane, head * head_dim, head_dim) };
            out.copy_from_slice(&answer[..head_dim]);
        }
    }
}

/// Queries of a head, turned and scaled, to `(head_dim, COLUMNS)`.
struct TurnQueries<'a> {
    attend: &'a Attend<'a>,
    sequence: usize,
    head: usize,
    /// Of every lane, a multiple of `ROWS` of them.
    positions: &'a [usize],
    /// `(ROWS, head_dim)`.
    rows: &'a mut [f32],
    out: &'a mut [f32],
}

impl Kernel for TurnQueries<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { attend, sequence, head, positions, rows, out } = self;
        let (head_dim, scale) = (attend.attention.head_dim, attend.layer.scale as f32);
        for (strip, positions) in positions.chunks_exact(ROWS).enumerate() {
            for (row, position) in rows.chunks_exact_mut(head_dim).zip(positions) {
                attend.rotate(attend.head(sequence, *position, head), *position, row);
                for x in row {
                    *x *= scale;
                }
            }
            let rows = std::array::from_fn(|r| &rows[r * head_dim..][..head_dim]);
            turn(rows, &mut out[strip * ROWS..], COLUMNS, attend.instructions);
        }
    }
}

/// mixed_dq / sum_q in place.
struct Divide<'a> {
    /// `(dimensions, COLUMNS)`.
    mixed: &'a mut [f32],
    sums: &'a Lanes,
    /// Those that hold queries.
    columns: usize,
}

impl Kernel for Divide<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        for mixed in self.mixed.chunks_exact_mut(COLUMNS) {
            for (x, sum) in mixed[..self.columns].iter_mut().zip(self.sums.as_flattened()) {
                *x /= sum;
            }
        }
    }
}

/// Scores of a block become weights: p_jq = exp(s_jq - most_q), zero for keys that a query does not see.
/// Where the greatest score so far grows, the sums so far shrink by exp(old - new).
struct Weigh<'a, 'b> {
    queries: &'a mut Queries<'b>,
    /// Of the block's first key.
    position: usize,
    ends: &'a [usize; VECTORS],
    /// Added to the score of each position.
    bias: Option<&'a [f32]>,
}

impl Kernel for Weigh<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Queries { attend, vectors, positions, scores, mixed, most, sums, .. } = self.queries;
        let (scores, _) = scores.as_chunks_mut::<LANES>();
        let (mixed, _) = mixed.as_chunks_mut::<LANES>();
        let (positions, _) = positions.as_chunks::<LANES>();
        for v in (0..*vectors).filter(|v| self.ends[*v] > 0) {
            let mut block = Block { scores: &mut scores[..self.ends[v] * VECTORS], v };
            if let Some(bias) = self.bias {
                block.add(&bias[self.position..]);
            }
            if let Some(c) = attend.attention.softcap {
                block.cap::<FUSED>(c as f32);
            }
            block.hide(self.position, &positions[v], attend.layer.window);
            let factor = block.weigh::<FUSED>(&mut most[v], &mut sums[v]);
            if factor != [1.0; LANES] {
                for row in mixed.chunks_exact_mut(VECTORS).map(alone) {
                    let mut x = row[v];
                    for lane in 0..LANES {
                        x[lane] *= factor[lane];
                    }
                    row[v] = x;
                }
            }
        }
    }
}

/// The scores of one vector of queries in a block.
struct Block<'a> {
    /// `(keys, VECTORS)`.
    scores: &'a mut [[f32; LANES]],
    /// Index of the vector.
    v: usize,
}

impl Block<'_> {
    /// s_jq + bias_j; there may be fewer biases than keys, since the last keys may be padding.
    #[inline(always)]
    fn add(&mut self, bias: &[f32]) {
        for (row, bias) in self.scores.chunks_exact_mut(VECTORS).map(alone).zip(bias) {
            let mut s = row[self.v];
            for s in &mut s {
                *s += bias;
            }
            row[self.v] = s;
        }
    }

    #[inline(always)]
    fn cap<const FUSED: bool>(&mut self, c: f32) {
        for row in self.scores.chunks_exact_mut(VECTORS).map(alone) {
            let mut s = row[self.v];
            for s in &mut s {
                *s = cap::<FUSED>(*s, c);
            }
            row[self.v] = s;
        }
    }

    /// Minus infinity for the keys from `first` on that a query does not see.
    #[inline(always)]
    fn hide(&mut self, first: usize, positions: &[i32; LANES], window: Option<usize>) {
        let window = window.map_or(i32::MAX, |window| i32::try_from(window).unwrap_or(i32::MAX));
        let (first, last) = (first as i32, (first + self.scores.len() / VECTORS - 1) as i32);
        if positions[0] >= last && positions[LANES - 1] - first < window {
            return;
        }
        for (j, row) in (first..).zip(self.scores.chunks_exact_mut(VECTORS).map(alone)) {
            let mut s = row[self.v];
            for lane in 0..LANES {
                let own = positions[lane];
                let seen = j <= own && own - j < window;
                s[lane] = if seen { s[lane] } else { f32::NEG_INFINITY };
            }
            row[self.v] = s;
        }
    }

    /// exp(s - most) in place, with `most` and `sums` brought up to date; gives what older sums were multiplied by.
    #[inline(always)]
    fn weigh<const FUSED: bool>(&mut self, most: &mut [f32; LANES], sums: &mut [f32; LANES]) -> [f32; LANES] {
        let before = *most;
        let mut top = before;
        for row in self.scores.chunks_exact(VECTORS).map(alone) {
            let s = row[self.v];
            for lane in 0..LANES {
                top[lane] = if s[lane] > top[lane] { s[lane] } else { top[lane] };
            }
        }
        *most = top;
        let mut sum = [0.0; LANES];
        for row in self.scores.chunks_exact_mut(VECTORS).map(alone) {
            let mut s = row[self.v];
            for lane in 0..LANES {
                s[lane] = exp::<FUSED>(s[lane] - top[lane]);
                sum[lane] += s[lane];
            }
            row[self.v] = s;
        }
        let mut factor = [0.0; LANES];
        for lane in 0..LANES {
            factor[lane] = exp::<FUSED>(before[lane] - most[lane]);
            sums[lane] = multiply_add::<FUSED>(sums[lane], factor[lane], sum[lane]);
        }
        factor
    }
}
