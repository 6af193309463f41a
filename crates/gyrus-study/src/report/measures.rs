//! Means that stand in findings and in no table: of context windows, and of layers and lags.

use std::path::Path;

use gyrus_report::{Column, Dataset};

use crate::Error;
use crate::steps::lags;
use crate::store::read_json;
use crate::summary::{Summary, WindowSummary};

/// The score of each model at each context window; nothing where no summary is.
///
/// # Errors
/// [`Error::Result`] for a summary that cannot be understood, and an [`Error::Report`].
pub fn window_scores(folder: &Path) -> Result<Option<Dataset>, Error> {
    let path = folder.join(crate::steps::encoding::SUMMARY);
    if !path.is_file() {
        return Ok(None);
    }
    let summary: Summary = read_json(&path)?;
    let rows: Vec<_> = summary.models.iter().flat_map(|m| m.windows.iter().map(move |w| (m.name.clone(), w))).collect();
    let number =
        |pick: fn(&WindowSummary) -> f64| Column::Numbers(rows.iter().map(|(_, window)| pick(window)).collect());
    let caption = "One row per model and context window, mean over places: the score, and that score less the one at the first window.";
    let dataset = Dataset::new("window_scores", caption)
        .column("model", Column::Texts(rows.iter().map(|(model, _)| model.clone()).collect()))?
        .column("window", Column::Texts(rows.iter().map(|(_, window)| window.window.clone()).collect()))?
        .column("score", number(|window| window.score.value))?
        .column("score_low", number(|window| window.score.low))?
        .column("score_high", number(|window| window.score.high))?
        .column("over_first", number(|window| window.over_first.value))?
        .column("over_first_low", number(|window| window.over_first.low))?
        .column("over_first_high", number(|window| window.over_first.high))?;
    Ok(Some(dataset))
}

/// A model, a layer, a lag and the mean r there.
type LagCell<'a> = (&'a String, usize, f64, Option<f64>);

/// The mean over targets of every layer at every lag; nothing where there is no map.
///
/// # Errors
/// As [`window_scores`].
pub fn lag_means(folder: &Path) -> Result<Option<Dataset>, Error> {
    let path = folder.join(lags::FILES[2]);
    if !path.is_file() {
        return Ok(None);
    }
    let found: lags::Found = read_json(&path)?;
    let seconds = &found.lags;
    let cells = found.models.iter().flat_map(|model| {
        let layers = model.mean.iter().enumerate();
        layers.flat_map(move |(layer, lags)| {
            lags.iter().zip(seconds).map(move |(r, lag)| (&model.model, layer, *lag, *r))
        })
    });
    let cells: Vec<_> = cells.collect();
    let numbers = |pick: fn(&LagCell) -> f64| Column::Numbers(cells.iter().map(pick).collect());
    let caption =
        "r of controls and layer together, mean over folds and targets, by layer and lag after the word in seconds.";
    let dataset = Dataset::new("lag_means", caption)
        .column("model", Column::Texts(cells.iter().map(|(model, ..)| (*model).clone()).collect()))?
        .column("layer", numbers(|cell| cell.1 as f64))?
        .column("lag", numbers(|cell| cell.2))?
        .column("r", numbers(|cell| cell.3.unwrap_or(f64::NAN)))?;
    Ok((dataset.rows() > 0).then_some(dataset))
}
