//! Every layer at every lag: `lags.parquet`, `lag_targets.parquet` and `lags.json`.
//!
//! There is a map where rows are words and there are several lags; without one the step leaves empty results.

mod fits;
mod found;
mod parts;
mod section;
mod table;
mod walk;

use std::path::PathBuf;

pub use self::found::{Found, ModelLags};
pub use self::section::{figures, section};
use self::walk::Walk;
use crate::Error;
use crate::run::Desk;
use crate::steps::extraction::all_files;
use crate::store::write_json;
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 3] = ["lags.parquet", "lag_targets.parquet", "lags.json"];

/// Runs the step.
///
/// # Errors
/// A file of activations that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings = format!(
        "{:?} {} {} {} {:?} {:?} {:?} {:?}",
        study.inference.null,
        study.inference.shifts,
        study.inference.least_shift,
        study.inference.null_block,
        study.inference.null_penalties,
        study.lag_map,
        study.words,
        study.targets()
    );
    let inputs = format!("{} {}", desk.analysis_key(), desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("lags", &[&settings, &inputs, &states], |desk| {
        let (maps, found) = find(desk)?;
        write_table(&desk.path(FILES[0]), table::cells(&maps, &found, desk.clock.lags()))?;
        write_table(&desk.path(FILES[1]), table::targets(&found))?;
        write_json(&desk.path(FILES[2]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// The map of every model, and what is told of it.
fn find(desk: &mut Desk) -> Result<(Vec<walk::Map>, Found), Error> {
    if desk.study.lags.is_none() || desk.clock.lags().len() < 2 {
        return Ok((Vec::new(), Found::default()));
    }
    let asked = desk.study.lag_map.shifts.unwrap_or(desk.study.inference.shifts);
    let (inference, seed) = (&desk.study.inference, desk.study.seed.wrapping_add(2));
    let shifts = match asked {
        0 => Vec::new(),
        asked => inference.orders(desk.clock.runs(), asked, seed)?,
    };
    let maps = Walk::new(desk, &shifts)?.maps()?;
    let found = Found::of(desk, &maps, shifts.len());
    Ok((maps, found))
}
