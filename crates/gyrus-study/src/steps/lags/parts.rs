//! The targets of the group in parts that fit into memory at all lags.

use std::ops::Range;

use ndarray::{Array2, s};

use crate::Error;
use crate::settings::Targets;
use crate::steps::clock::Clock;
use crate::steps::heard::Heard;

/// Bytes of the responses that stand in memory together.
const PART: usize = 256 << 20;

/// Some targets of one listener, or of all where they share them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    listener: usize,
    targets: Range<usize>,
}

/// Some targets of the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Their places among the targets of the group.
    pub targets: Range<usize>,
    pieces: Vec<Piece>,
}

/// All targets of the group in order, as many together as [`PART`] allows, one at least.
pub fn parts(clock: &Clock, listeners: &[Heard], targets: Targets) -> Vec<Part> {
    let together = (PART / (clock.len() * clock.lags().len() * size_of::<f64>()).max(1)).max(1);
    cut(&counts(listeners, targets), together)
}

/// Targets of each listener, of the first alone where they are shared.
fn counts(listeners: &[Heard], targets: Targets) -> Vec<usize> {
    let counted = match targets {
        Targets::Shared => &listeners[..listeners.len().min(1)],
        Targets::Own => listeners,
    };
    counted.iter().map(|heard| heard.targets.len()).collect()
}

/// Listeners with `counts` targets in parts of `together` targets.
fn cut(counts: &[usize], together: usize) -> Vec<Part> {
    let all: Vec<(usize, usize)> =
        counts.iter().enumerate().flat_map(|(listener, n)| (0..*n).map(move |target| (listener, target))).collect();
    let part = |(i, part): (usize, &[(usize, usize)])| {
        let of_one = part.chunk_by(|a, b| a.0 == b.0);
        let pieces = of_one.map(|own| Piece { listener: own[0].0, targets: own[0].1..own[own.len() - 1].1 + 1 });
        let first = i.saturating_mul(together);
        Part { targets: first..first + part.len(), pieces: pieces.collect() }
    };
    all.chunks(together.max(1)).enumerate().map(part).collect()
}

impl Part {
    /// All targets of the group together.
    pub fn whole(listeners: &[Heard], targets: Targets) -> Vec<Self> {
        cut(&counts(listeners, targets), usize::MAX)
    }

    /// Responses at every lag, `(rows, lags x targets)`, lag by lag.
    ///
    /// # Errors
    /// A lag's window that could fall between two samples.
    pub fn responses(&self, clock: &Clock, listeners: &[Heard], targets: Targets) -> Result<Array2<f64>, Error> {
        let n = self.targets.len();
        let mut all = Array2::zeros((clock.len(), clock.lags().len() * n));
        let mut first = 0;
        for Piece { listener, targets: own } in &self.pieces {
            let responses = match targets {
                Targets::Shared => clock.mean_responses(listeners, own.clone())?,
                Targets::Own => clock.responses(&listeners[*listener], own.clone())?,
            };
            for lag in 0..clock.lags().len() {
                let (to, from) = (lag * n + first, lag * own.len());
                all.slice_mut(s![.., to..to + own.len()]).assign(&responses.slice(s![.., from..from + own.len()]));
            }
            first += own.len();
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_every_target_once_in_order() {
        let piece = |listener, targets| Piece { listener, targets };
        let parts = cut(&[3, 1, 4], 3);
        assert_eq!(parts.iter().map(|part| part.targets.clone()).collect::<Vec<_>>(), [0..3, 3..6, 6..8]);
        assert_eq!(parts[0].pieces, [piece(0, 0..3)]);
        assert_eq!(parts[1].pieces, [piece(1, 0..1), piece(2, 0..2)]);
        assert_eq!(parts[2].pieces, [piece(2, 2..4)]);
    }
}
