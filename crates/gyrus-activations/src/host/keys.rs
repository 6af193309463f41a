//! Keys and values of one head over one sequence, laid out for the tiles.

use std::ops::Range;

use super::attention::Attend;
use super::instructions::Kernel;
use super::pool::Buffer;
use super::tile::ROWS;
use super::turned::turn;

/// Keys of one block.
pub(super) const BLOCK: usize = 128;

/// Keys and values of one head over one sequence.
pub(super) struct Keys {
    /// `(strips, head_dim, ROWS)`, turned; a strip is `ROWS` neighbouring keys.
    keys: Buffer,
    /// `(blocks, dimension strips, BLOCK, ROWS)`; zeros beyond the last dimension and the last token.
    values: Buffer,
    head_dim: usize,
    /// First key, the start of a block.
    first: usize,
}

impl Keys {
    /// Keys and values of head `head` at the positions `tokens` of a sequence, the first a multiple of `BLOCK`.
    pub(super) fn new(attend: &Attend<'_>, sequence: usize, head: usize, tokens: Range<usize>) -> Self {
        Self {
            keys: turned_keys(attend, sequence, head, tokens.clone()),
            values: values(attend, sequence, head, tokens.clone()),
            head_dim: attend.attention.head_dim,
            first: tokens.start,
        }
    }

    /// A strip of keys, `(head_dim, ROWS)`, from position `position` on.
    pub(super) fn keys(&self, position: usize) -> &[[f32; ROWS]] {
        let strip = (position - self.first) / ROWS;
        self.keys[strip * self.head_dim * ROWS..][..self.head_dim * ROWS].as_chunks().0
    }

    /// `ROWS` dimensions of the values of the block from position `position` on, `(BLOCK, ROWS)`.
    pub(super) fn values(&self, position: usize, strip: usize) -> &[[f32; ROWS]] {
        let block = (position - self.first) / BLOCK;
        let strips = self.head_dim.div_ceil(ROWS);
        self.values[(block * strips + strip) * BLOCK * ROWS..][..BLOCK * ROWS].as_chunks().0
    }
}

fn turned_keys(attend: &Attend<'_>, sequence: usize, head: usize, tokens: Range<usize>) -> Buffer {
    let head_dim = attend.attention.head_dim;
    let mut keys = attend.pool.take(tokens.len().div_ceil(ROWS) * head_dim * ROWS);
    let rows = &mut attend.pool.take(head_dim * ROWS);
    attend.instructions.run(TurnKeys { attend, sequence, head, tokens, rows, out: &mut keys });
    keys
}

/// Keys of a head, turned, to `(strips, head_dim, ROWS)`.
struct TurnKeys<'a> {
    attend: &'a Attend<'a>,
    sequence: usize,
    head: usize,
    tokens: Range<usize>,
    /// `(ROWS, head_dim)`.
    rows: &'a mut [f32],
    out: &'a mut [f32],
}

impl Kernel for TurnKeys<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { attend, sequence, head, tokens, rows, out } = self;
        let (head_dim, column) = (attend.attention.head_dim, attend.attention.heads + head);
        for (strip, out) in out.chunks_exact_mut(head_dim * ROWS).enumerate() {
            for (r, row) in rows.chunks_exact_mut(head_dim).enumerate() {
                // The last key again where there are fewer: nobody sees it.
                let position = (tokens.start + strip * ROWS + r).min(tokens.end - 1);
                attend.rotate(attend.head(sequence, position, column), position, row);
            }
            turn(std::array::from_fn(|r| &rows[r * head_dim..][..head_dim]), out, ROWS, attend.instructions);
        }
    }
}

fn values(attend: &Attend<'_>, sequence: usize, head: usize, tokens: Range<usize>) -> Buffer {
    let (head_dim, column) = (attend.attention.head_dim, attend.attention.heads + attend.attention.kv_heads + head);
    let in_block = BLOCK * head_dim.next_multiple_of(ROWS);
    let mut values = attend.pool.take(tokens.len().div_ceil(BLOCK) * in_block);
    for (block, out) in values.chunks_exact_mut(in_block).enumerate() {
        let start = tokens.start + block * BLOCK;
        let n = BLOCK.min(tokens.end - start);
        for (strip, out) in out.chunks_exact_mut(BLOCK * ROWS).enumerate() {
            let (out, beyond) = out.as_chunks_mut::<ROWS>().0.split_at_mut(n);
            beyond.as_flattened_mut().fill(0.0);
            for (t, out) in out.iter_mut().enumerate() {
                let value = &attend.head(sequence, start + t, column)[strip * ROWS..];
                match value.first_chunk() {
                    Some(value) => *out = *value,
                    None => *out = std::array::from_fn(|d| value.get(d).copied().unwrap_or(0.0)),
                }
            }
        }
    }
    values
}
