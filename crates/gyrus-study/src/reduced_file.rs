//! Files with the features of every layer as an analysis reads them, reduced on the training rows of each fold.

use std::borrow::Cow;
use std::path::Path;

use gyrus_encoding::Reduced;
use ndarray::Array2;

use crate::Error;
use crate::matrix_file::MatrixFile;
use crate::store::write_doubles;

/// A mapped file of reduced layers.
///
/// It has one tensor `layer.L.fold.K`, `(rows, components)`, for each layer and outer fold,
/// or one `layer.L`, `(rows, width)`, where the folds share the features.
#[derive(Debug)]
pub struct ReducedFile {
    file: MatrixFile,
    /// The tensors of each layer, one for each fold.
    layers: Vec<Vec<usize>>,
    shared: bool,
}

/// Writes the reduced layers of a model to `path`, in f64, whole or not at all.
///
/// # Errors
/// [`Error::Write`] naming the file.
pub fn write_reduced(path: &Path, layers: &[Reduced]) -> Result<(), Error> {
    let mut tensors: Vec<(String, Cow<Array2<f64>>)> = Vec::new();
    for (layer, reduced) in layers.iter().enumerate() {
        match reduced {
            Reduced::Same(x) => tensors.push((format!("layer.{layer}"), Cow::Borrowed(x))),
            Reduced::PerFold(folds) | Reduced::Projected { bases: folds, .. } => {
                let of_fold = |fold| (format!("layer.{layer}.fold.{fold}"), reduced.of_fold(fold));
                tensors.extend((0..folds.len()).map(of_fold));
            }
        }
    }
    write_doubles(path, &tensors)
}

impl ReducedFile {
    /// Maps the file `path`.
    ///
    /// # Errors
    /// As [`MatrixFile::open`], and [`Error::Tensors`] if it is not a file of reduced layers.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = MatrixFile::open(path)?;
        let wrong = |reason: String| Error::Tensors { path: path.to_owned(), reason };
        let name = |layer: usize, fold: Option<usize>| match fold {
            None => format!("layer.{layer}"),
            Some(fold) => format!("layer.{layer}.fold.{fold}"),
        };
        let find = |name: String| (0..file.len()).find(|tensor| file.name(*tensor) == name);
        let shared = find(name(0, None)).is_some();
        let folds = |layer: usize| match shared {
            true => find(name(layer, None)).map(|tensor| vec![tensor]),
            false => {
                Some((0..).map_while(|fold| find(name(layer, Some(fold)))).collect()).filter(|f: &Vec<_>| !f.is_empty())
            }
        };
        let layers: Vec<Vec<usize>> = (0..).map_while(folds).collect();
        match layers.iter().map(Vec::len).sum::<usize>() == file.len() {
            true => Ok(Self { file, layers, shared }),
            false => Err(wrong("expected `layer.0` to `layer.L`, or each with its folds, and nothing else".into())),
        }
    }

    /// Number of layers, the input of the first block included.
    pub fn n_layers(&self) -> usize {
        self.layers.len()
    }

    /// The features of one layer.
    pub fn layer(&self, layer: usize) -> Reduced {
        let mut folds = self.layers[layer].iter().map(|tensor| self.file.matrix(*tensor));
        match self.shared {
            true => Reduced::Same(folds.next().expect("a tensor for each layer")),
            false => Reduced::PerFold(folds.collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    use super::*;

    fn check(layers: &[Reduced]) -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("reduced.safetensors");
        write_reduced(&path, layers)?;
        let file = ReducedFile::open(&path)?;
        assert_eq!(file.n_layers(), layers.len());
        for (layer, expected) in layers.iter().enumerate() {
            match (file.layer(layer), expected) {
                (Reduced::Same(found), Reduced::Same(expected)) => assert_eq!(found, expected),
                (Reduced::PerFold(found), Reduced::PerFold(expected)) => assert_eq!(&found, expected),
                other => panic!("{other:?}"),
            }
        }
        Ok(())
    }

    #[test]
    fn layers_come_back_as_they_were() -> Result<(), Error> {
        let fold = |x: f64| array![[x, 0.1], [1.0 / 3.0, -x]];
        check(&(0..12).map(|layer| Reduced::Same(fold(f64::from(layer)))).collect::<Vec<_>>())?;
        let narrow = array![[0.5], [0.25]];
        check(&[Reduced::PerFold(vec![fold(1.0), narrow]), Reduced::PerFold(vec![fold(2.0), fold(3.0)])])
    }

    #[test]
    fn other_tensors_are_refused() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("other.safetensors");
        let zero = TensorView::new(Dtype::F64, vec![1, 1], &[0; 8])?;
        std::fs::write(&path, safetensors::serialize([("layer.1", zero)], None)?)?;
        let error = ReducedFile::open(&path).expect_err("no first layer");
        assert!(error.to_string().contains("other.safetensors"), "{error}");
        Ok(())
    }
}
