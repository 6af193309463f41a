//! What is made by itself: the parts of a study are made of such pieces.

use std::ops::Range;
use std::path::PathBuf;

use crate::steps::extraction::Variant;

/// A piece of a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece<'a> {
    /// Name of the step.
    pub step: &'static str,
    /// Name of the piece, unique in the step, and a file name: that of its model or features, and what comes after it.
    pub name: String,
    /// Its place among the pieces of the step, which decides the part that it belongs to.
    pub place: usize,
    /// The model or features that it is made of.
    pub source: &'a str,
    /// The variants whose states it reads; none of features.
    pub reads: Vec<(&'a str, Variant)>,
    /// The layers that it is made of; none if it is made of a whole model.
    pub layers: Range<usize>,
    /// The panels that it is made of, the group last, of fits.
    pub panels: Range<usize>,
}

impl<'a> Piece<'a> {
    /// The piece of the step `step` that is made of all layers of the model or features `source`, the one at that `place`.
    pub fn of_source(step: &'static str, place: usize, source: &'a str, reads: Vec<(&'a str, Variant)>) -> Self {
        Self { step, name: source.to_owned(), place, source, reads, layers: 0..0, panels: 0..0 }
    }

    /// Whether it is one of the many that are made of some layers.
    pub fn is_small(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Name of its step, and of the record that says that it is finished.
    pub fn step_name(&self) -> String {
        format!("{}-{}", self.step, self.name)
    }
}

/// The file of a piece that is left in one, within the results.
pub(crate) fn piece_file(step: &str, name: &str) -> PathBuf {
    PathBuf::from("pieces").join(step).join(format!("{name}.json"))
}

/// Layers that one piece has at most.
const LAYERS: usize = 8;

/// `n` layers in blocks that are as even as can be: each is a piece.
pub(crate) fn blocks(n: usize) -> impl Iterator<Item = Range<usize>> {
    let together = n.div_ceil(n.div_ceil(LAYERS).max(1)).max(1);
    (0..n).step_by(together).map(move |first| first..(first + together).min(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_even_and_have_every_layer_once() {
        let cut = |n| blocks(n).collect::<Vec<_>>();
        assert_eq!((cut(0).len(), cut(8).len(), cut(9)), (0, 1, vec![0..5, 5..9]));
        let layers = cut(33);
        assert_eq!((layers.len(), layers.last().map(Range::len)), (5, Some(5)));
        assert_eq!(layers.into_iter().flatten().collect::<Vec<_>>(), (0..33).collect::<Vec<_>>());
    }
}
