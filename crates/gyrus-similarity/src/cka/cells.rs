//! How the rows are cut for the walk over Gram tiles.
//!
//! Groups are what the jackknife leaves out, segments are parts of a group whose products are summed as one, and strips
//! are runs of segments whose tiles fit into memory.
//! The cut depends on shapes and the budget only, never on the number of threads, so that results do not.

use std::ops::Range;

use crate::stretch::parts;

/// Largest strip in rows: above this the panels of a strip leave the cache and gain nothing.
const LARGEST_STRIP: usize = 1024;

/// Smallest strip in rows, used however small the budget is.
const SMALLEST_STRIP: usize = 16;

/// Largest segment in rows: the tile of a strip with itself is computed twice within a segment.
const LARGEST_SEGMENT: usize = 256;

/// Rows that are summed as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) rows: Range<usize>,
    /// The group that they belong to.
    pub(crate) group: usize,
}

/// The cut of n rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    /// Rows of each group.
    pub(crate) groups: Vec<Range<usize>>,
    /// Consecutive segments of each strip; none is empty.
    pub(crate) strips: Vec<Vec<Segment>>,
}

impl Cells {
    /// Cuts `n` rows into `groups` groups, the first ones a row longer where they cannot be equal, and into strips; the
    /// tiles of two strips of `layers` representations take at most `memory` bytes, unless the smallest strips take more.
    pub(crate) fn new(n: usize, groups: usize, layers: usize, memory: usize) -> Self {
        let largest = (memory / (size_of::<f32>() * layers.max(1))).isqrt().clamp(SMALLEST_STRIP, LARGEST_STRIP);
        let groups = parts(0..n, groups);
        let mut strips: Vec<Vec<Segment>> = Vec::new();
        for (group, rows) in groups.iter().enumerate() {
            for rows in parts(rows.clone(), rows.len().div_ceil(largest.min(LARGEST_SEGMENT))) {
                match strips.last_mut().filter(|strip| rows.end - rows_of(strip).start <= largest) {
                    Some(strip) => strip.push(Segment { rows, group }),
                    None => strips.push(vec![Segment { rows, group }]),
                }
            }
        }
        Self { groups, strips }
    }

    /// The rows that each subset leaves out: none first, then each group where there is more than one.
    pub(crate) fn left_out(&self) -> Vec<Range<usize>> {
        let groups = if self.groups.len() > 1 { self.groups.as_slice() } else { &[] };
        std::iter::once(0..0).chain(groups.iter().cloned()).collect()
    }

    /// Entries of the largest tile.
    pub(crate) fn largest_tile(&self) -> usize {
        self.strips.iter().map(|strip| rows_of(strip).len().pow(2)).max().unwrap_or(0)
    }
}

/// The rows of consecutive segments.
pub(crate) fn rows_of(strip: &[Segment]) -> Range<usize> {
    strip.first().map_or(0, |first| first.rows.start)..strip.last().map_or(0, |last| last.rows.end)
}

/// The segments with those of a group that stand side by side made one.
pub(crate) fn merged(strip: &[Segment]) -> Vec<Segment> {
    let mut merged: Vec<Segment> = Vec::new();
    for segment in strip {
        match merged.last_mut().filter(|last| last.group == segment.group) {
            Some(last) => last.rows.end = segment.rows.end,
            None => merged.push(segment.clone()),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_cover_the_rows_once_whatever_the_budget_and_keep_groups_apart() {
        for (n, groups) in [(4, 1), (17, 4), (512, 1), (513, 7), (2088, 20), (5000, 1)] {
            for memory in [0, 1 << 16, 1 << 22, usize::MAX] {
                let cells = Cells::new(n, groups, 18, memory);
                let segments: Vec<&Segment> = cells.strips.iter().flatten().collect();
                let rows: Vec<usize> = segments.iter().flat_map(|segment| segment.rows.clone()).collect();
                assert_eq!(rows, (0..n).collect::<Vec<_>>());
                assert!(segments.iter().all(|s| !s.rows.is_empty() && s.rows.end <= cells.groups[s.group].end));
                assert!(segments.iter().all(|s| s.rows.start >= cells.groups[s.group].start));
            }
        }
    }

    #[test]
    fn a_larger_budget_gives_larger_tiles_up_to_a_limit() {
        let tile = |memory| Cells::new(10_000, 1, 4, memory).largest_tile();
        assert!(tile(0) <= SMALLEST_STRIP * SMALLEST_STRIP && tile(1 << 20) > tile(0));
        assert!(tile(1 << 20) * 4 * 4 <= 1 << 20);
        assert!(tile(usize::MAX) > tile(1 << 20) && tile(usize::MAX) <= LARGEST_STRIP * LARGEST_STRIP);
    }
}
