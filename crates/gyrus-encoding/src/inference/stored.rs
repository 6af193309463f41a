//! A jackknife on its way through a file.

use ndarray::{Array1, Array2, ArrayView1};
use serde::{Deserialize, Serialize};

use super::jackknife::{Jackknife, Scale};

/// The numbers of a [`Jackknife`]; what is undefined is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    r: Vec<Option<f64>>,
    without_block: Vec<Vec<Option<f64>>>,
    without_listener: Vec<Vec<Option<f64>>>,
    falls: Vec<Vec<Option<f64>>>,
    scale: Scale,
}

impl From<Jackknife> for Stored {
    fn from(jackknife: Jackknife) -> Self {
        let row = |values: ArrayView1<f64>| values.iter().map(|value| Some(*value).filter(|v| !v.is_nan())).collect();
        let rows = |values: &Array2<f64>| values.rows().into_iter().map(row).collect();
        Self {
            r: row(jackknife.r.view()),
            without_block: jackknife.without_block.iter().map(|fold| row(fold.view())).collect(),
            without_listener: rows(&jackknife.without_listener),
            falls: rows(&jackknife.falls),
            scale: jackknife.scale,
        }
    }
}

impl TryFrom<Stored> for Jackknife {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let (folds, row) =
            (stored.r.len(), |values: Vec<Option<f64>>| values.into_iter().map(|v| v.unwrap_or(f64::NAN)));
        let rows = |values: Vec<Vec<Option<f64>>>, what: &str| {
            let shape = (values.len(), folds);
            let flat: Vec<f64> = values.into_iter().flat_map(row).collect();
            Array2::from_shape_vec(shape, flat).map_err(|_| format!("{what} are not those of {folds} folds"))
        };
        if stored.without_block.len() != folds || stored.falls.len() != folds {
            return Err(format!("blocks or falls are not those of {folds} folds"));
        }
        Ok(Self {
            r: row(stored.r).collect(),
            without_block: stored.without_block.into_iter().map(|fold| row(fold).collect::<Array1<f64>>()).collect(),
            without_listener: rows(stored.without_listener, "listeners")?,
            falls: rows(stored.falls, "falls")?,
            scale: stored.scale,
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn what_is_stored_comes_back() -> Result<(), Box<dyn std::error::Error>> {
        let jackknife = Jackknife {
            r: array![0.1, 1.0 / 3.0],
            without_block: vec![array![0.1, 0.2], array![f64::MIN_POSITIVE]],
            without_listener: Array2::zeros((0, 2)),
            falls: array![[0.0, 1e-300], [0.25, -0.5]],
            scale: Scale::Fisher,
        };
        let text = serde_json::to_string(&jackknife)?;
        assert_eq!(serde_json::from_str::<Jackknife>(&text)?, jackknife);
        let undefined = Jackknife { r: array![f64::NAN, 0.5], ..jackknife };
        let back: Jackknife = serde_json::from_str(&serde_json::to_string(&undefined)?)?;
        assert!(back.r[0].is_nan() && back.r[1] == 0.5);
        assert!(serde_json::from_str::<Jackknife>(&text.replacen("[[0.0,", "[[0.0,0.0,", 1)).is_err());
        Ok(())
    }
}
