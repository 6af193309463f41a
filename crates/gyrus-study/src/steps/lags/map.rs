//! The scores of a model, or of some of its layers, at every lag.

use std::borrow::Cow;
use std::path::Path;

use gyrus_encoding::Maxima;
use ndarray::{Array2, Array3, Axis, concatenate};

use crate::Error;
use crate::matrix_file::MatrixFile;
use crate::store::write_doubles;

/// The scores of a model, or of some of its layers.
#[derive(Debug)]
pub struct Map {
    /// r of controls and layer together, mean over folds, `(layers, lags, targets)`.
    pub r: Array3<f64>,
    /// The same less r of the controls alone at that lag.
    pub added: Array3<f64>,
    /// The null of each target over all layers and lags.
    pub null: Maxima,
}

impl Map {
    /// Nothing fitted yet of so many layers, lags, targets and draws of the null.
    pub fn new((layers, lags, targets): (usize, usize, usize), draws: usize) -> Self {
        let r = Array3::from_elem((layers, lags, targets), f64::NAN);
        Self { added: r.clone(), r, null: Maxima::new(targets, draws) }
    }

    /// Some layers, then those of the next of `maps`, and so on.
    ///
    /// # Panics
    /// They are of different lags or targets, or there are none.
    pub fn in_turn(maps: &[Self]) -> Self {
        let joined = |of: fn(&Self) -> &Array3<f64>| {
            let views: Vec<_> = maps.iter().map(|map| of(map).view()).collect();
            concatenate(Axis(0), &views).expect("maps of one study share their lags and targets")
        };
        let mut null = maps[0].null.clone();
        maps[1..].iter().for_each(|map| null.see_all(&map.null));
        Self { r: joined(|map| &map.r), added: joined(|map| &map.added), null }
    }

    /// Writes the map to `path`, whole or not at all: `r` and `added`, `(layers x lags, targets)`, and `null`,
    /// `(targets, draws)`.
    ///
    /// # Errors
    /// [`Error::Write`] naming the file.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let flat = |x: &Array3<f64>| {
            let (layers, lags, targets) = x.dim();
            x.clone().into_shape_with_order((layers * lags, targets)).expect("in standard layout")
        };
        let null = Cow::Owned(self.null.largest().to_owned());
        let tensors = [("r", Cow::Owned(flat(&self.r))), ("added", Cow::Owned(flat(&self.added))), ("null", null)];
        write_doubles(path, &tensors.map(|(name, x)| (name.to_owned(), x)))
    }

    /// Reads what [`Self::write`] wrote of so many lags.
    ///
    /// # Errors
    /// As [`MatrixFile::open`], and [`Error::Tensors`] if it is not a map of so many lags.
    pub fn read(path: &Path, lags: usize) -> Result<Self, Error> {
        let file = MatrixFile::open(path)?;
        let cube = |name: &str| -> Result<Array3<f64>, Error> {
            let flat: Array2<f64> = file.named(name)?;
            let (rows, targets) = flat.dim();
            let shaped = flat.into_shape_with_order((rows / lags.max(1), lags, targets));
            let reason = || format!("tensor `{name}` has {rows} rows, which {lags} lags do not divide");
            shaped.map_err(|_| Error::Tensors { path: path.to_owned(), reason: reason() })
        };
        Ok(Self { r: cube("r")?, added: cube("added")?, null: Maxima::from_largest(file.named("null")?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(layers: usize, seed: f64) -> Map {
        let mut map = Map::new((layers, 2, 3), 2);
        map.r = Array3::from_shape_fn((layers, 2, 3), |(i, j, k)| (seed + (i + 2 * j + 5 * k) as f64).cos());
        map.null.see(1, 0, seed);
        map
    }

    #[test]
    fn layers_follow_each_other_and_nulls_are_one() -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("map.safetensors");
        let maps = [map(2, 0.5), map(1, 0.25)];
        let both = Map::in_turn(&maps);
        both.write(&path)?;
        let found = Map::read(&path, 2)?;
        assert_eq!((found.r.dim(), &found.r), ((3, 2, 3), &both.r));
        assert_eq!(found.r.index_axis(Axis(0), 2), maps[1].r.index_axis(Axis(0), 0));
        assert_eq!(found.null.largest()[[1, 0]], 0.5);
        assert!(Map::read(&path, 4).is_err());
        Ok(())
    }
}
