//! Files with fits: what some layers reached on every panel, and on moved recordings.

use std::borrow::Cow;
use std::path::Path;

use gyrus_encoding::{FoldInfluence, FoldScores};
use ndarray::{Array1, Array2, Array3, ArrayView3, Axis, concatenate, s};

use crate::Error;
use crate::matrix_file::MatrixFile;
use crate::steps::scores::Fitted;
use crate::store::write_doubles;

/// What one layer reached.
#[derive(Debug)]
pub struct LayerFits {
    /// On each panel that is fitted, the group last.
    pub panels: Vec<Fitted>,
    /// r of the group's moved recordings, `(folds, shifts x targets)`, where a null is asked for.
    pub moved: Option<Array2<f64>>,
}

/// The sums of a block and target: of p, y, p^2, y^2 and p y.
const KINDS: usize = 5;

/// Those that are the same for every layer: of y and y^2.
const OF_RESPONSES: [usize; 2] = [1, 3];

/// Those of each layer: of p, p^2 and p y.
const OF_LAYERS: [usize; 3] = [0, 2, 4];

/// Writes `layers` to `path`, in f64, whole or not at all.
///
/// There is one tensor `rows`, `(folds, blocks)`, of rows of each fold's blocks, 0 beyond the last; for panel P
/// `panel.P.responses`, `(blocks of all folds x 2, targets)`, the sums of responses, which all layers share; for layer L, from
/// 0, and panel P `layer.L.panel.P.sums`, `(blocks of all folds x 3, targets)`, those that have predictions in them,
/// `.penalties`, `(folds, targets)`, and `.falls`, `(folds x folds, targets)`; and `layer.L.moved` where a null is asked for.
///
/// # Errors
/// [`Error::Write`] naming the file.
pub fn write_fits(path: &Path, layers: &[LayerFits]) -> Result<(), Error> {
    let mut tensors: Vec<(String, Cow<Array2<f64>>)> = Vec::new();
    let panels = layers.first().map_or(&[][..], |first| &first.panels);
    tensors.extend(panels.first().map(|panel| ("rows".into(), Cow::Owned(rows(&panel.scores)))));
    for (p, panel) in panels.iter().enumerate() {
        tensors.push((format!("panel.{p}.responses"), Cow::Owned(kinds(&panel.scores, &OF_RESPONSES))));
    }
    for (l, layer) in layers.iter().enumerate() {
        for (p, Fitted { scores, influence }) in layer.panels.iter().enumerate() {
            let name = |what: &str| format!("layer.{l}.panel.{p}.{what}");
            tensors.push((name("sums"), Cow::Owned(kinds(scores, &OF_LAYERS))));
            tensors.push((name("penalties"), Cow::Owned(scores.penalties().to_owned())));
            tensors.push((name("falls"), Cow::Owned(flat(influence.falls()))));
        }
        tensors.extend(layer.moved.iter().map(|moved| (format!("layer.{l}.moved"), Cow::Borrowed(moved))));
    }
    write_doubles(path, &tensors)
}

/// Reads what [`write_fits`] wrote.
///
/// # Errors
/// As [`MatrixFile::open`], and [`Error::Tensors`] if it is not a file of fits.
pub fn read_fits(path: &Path) -> Result<Vec<LayerFits>, Error> {
    let file = MatrixFile::open(path)?;
    let wrong = |reason: String| Error::Tensors { path: path.to_owned(), reason };
    let rows = file.named("rows")?;
    let panel = |l: usize, p: usize| -> Result<Option<Fitted>, Error> {
        let name = |what: &str| format!("layer.{l}.panel.{p}.{what}");
        let Some(sums) = file.find(&name("sums")) else { return Ok(None) };
        let responses = file.named(&format!("panel.{p}.responses"))?;
        let fitted = fitted(&rows, [&responses, &sums], file.named(&name("penalties"))?, &file.named(&name("falls"))?);
        fitted.map(Some).ok_or_else(|| wrong(format!("tensors of `{}` do not fit each other", name(""))))
    };
    let layer = |l: usize| -> Result<Option<LayerFits>, Error> {
        let panels = (0..).map(|p| panel(l, p)).take_while(|panel| !matches!(panel, Ok(None)));
        let panels: Vec<Fitted> = panels.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        Ok((!panels.is_empty()).then(|| LayerFits { panels, moved: file.find(&format!("layer.{l}.moved")) }))
    };
    (0..).map(layer).take_while(|layer| !matches!(layer, Ok(None))).filter_map(Result::transpose).collect()
}

/// Rows of each block of each fold, `(folds, blocks)`, 0 beyond a fold's last.
fn rows(scores: &FoldScores) -> Array2<f64> {
    let folds: Vec<_> = scores.sums().map(|(rows, _)| rows.to_owned()).collect();
    let blocks = folds.iter().map(Array1::len).max().unwrap_or(0);
    Array2::from_shape_fn((folds.len(), blocks), |(fold, block)| folds[fold].get(block).copied().unwrap_or(0.0))
}

/// Some of the sums of every block of every fold, `(blocks of all folds x wanted, targets)`.
fn kinds(scores: &FoldScores, wanted: &[usize]) -> Array2<f64> {
    let sums: Vec<Array2<f64>> = scores.sums().map(|(_, sums)| flat(sums.select(Axis(1), wanted).view())).collect();
    let views: Vec<_> = sums.iter().map(Array2::view).collect();
    concatenate(Axis(0), &views).expect("folds share their targets")
}

/// `(a, b, targets)` as `(a x b, targets)`.
fn flat(x: ArrayView3<f64>) -> Array2<f64> {
    let (a, b, targets) = x.dim();
    x.as_standard_layout().into_owned().into_shape_with_order((a * b, targets)).expect("in standard layout")
}

/// The fit of these numbers, of which the sums are those of responses and those of a layer; none if they are not of one.
fn fitted(rows: &Array2<f64>, sums: [&Array2<f64>; 2], penalties: Array2<f64>, falls: &Array2<f64>) -> Option<Fitted> {
    let [responses, layer] = sums;
    let targets = layer.ncols();
    let mut first = 0;
    let mut folds = Vec::new();
    for rows in rows.rows() {
        let rows: Array1<f64> = rows.iter().copied().take_while(|rows| *rows > 0.0).collect();
        let blocks = first..first + rows.len();
        let mut all = Array3::zeros((rows.len(), KINDS, targets));
        for (part, kinds) in [(responses, &OF_RESPONSES[..]), (layer, &OF_LAYERS[..])] {
            let fits = blocks.end * kinds.len() <= part.nrows() && part.ncols() == targets;
            let own = fits.then(|| part.slice(s![blocks.start * kinds.len()..blocks.end * kinds.len(), ..]))?;
            let own = own.to_shape((rows.len(), kinds.len(), targets)).ok()?;
            for (at, kind) in kinds.iter().enumerate() {
                all.slice_mut(s![.., *kind, ..]).assign(&own.slice(s![.., at, ..]));
            }
        }
        first = blocks.end;
        folds.push((rows, all));
    }
    let n = folds.len();
    let whole = (first * OF_RESPONSES.len(), first * OF_LAYERS.len()) == (responses.nrows(), layer.nrows());
    let falls: Array3<f64> = falls.clone().into_shape_with_order((n, n, targets)).ok()?;
    let scores = FoldScores::from_sums(folds, penalties).ok().filter(|_| whole)?;
    Some(Fitted { scores, influence: FoldInfluence::from_falls(falls).ok()? })
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    use super::*;

    fn fits(moved: bool) -> LayerFits {
        let fold = |n: usize, seed: f64| {
            let sums = Array3::from_shape_fn((n, KINDS, 2), |(i, j, k)| (seed + (i + 3 * j + 7 * k) as f64).sin());
            (Array1::from_elem(n, 4.0), sums)
        };
        let panel = |seed: f64| Fitted {
            scores: FoldScores::from_sums(vec![fold(3, seed), fold(2, seed)], Array2::from_elem((2, 2), seed))
                .expect("shapes that fit"),
            influence: FoldInfluence::from_falls(Array3::from_elem((2, 2, 2), f64::NAN)).expect("as many folds"),
        };
        let moved = moved.then(|| Array2::from_elem((2, 6), 1.0 / 3.0));
        LayerFits { panels: vec![panel(0.1), panel(0.2)], moved }
    }

    #[test]
    fn fits_come_back_to_the_bit() -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, again) = (folder.path().join("fits.safetensors"), folder.path().join("again.safetensors"));
        let layers: Vec<LayerFits> = (0..11).map(|layer| fits(layer != 1)).collect();
        write_fits(&path, &layers)?;
        let found = read_fits(&path)?;
        assert_eq!((found.len(), found[10].panels.len(), found[1].moved.is_none()), (11, 2, true));
        write_fits(&again, &found)?;
        assert!(std::fs::read(&path).expect("written") == std::fs::read(&again).expect("written"));
        Ok(())
    }

    #[test]
    fn what_is_no_file_of_fits_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("other.safetensors");
        let zero = || TensorView::new(Dtype::F64, vec![1, 1], &[0; 8]);
        std::fs::write(&path, safetensors::serialize([("layer.0", zero()?)], None)?)?;
        assert!(read_fits(&path).is_err_and(|error| error.to_string().contains("no tensor `rows`")));
        let names =
            ["rows", "panel.0.responses", "layer.0.panel.0.sums", "layer.0.panel.0.penalties", "layer.0.panel.0.falls"];
        let tensors: Vec<_> =
            names.into_iter().map(|name| Ok((name, zero()?))).collect::<Result<_, Box<dyn std::error::Error>>>()?;
        std::fs::write(&path, safetensors::serialize(tensors, None)?)?;
        assert!(read_fits(&path).is_err_and(|error| error.to_string().contains("do not fit each other")));
        Ok(())
    }
}
