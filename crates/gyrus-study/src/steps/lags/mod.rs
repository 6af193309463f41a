//! Every layer at every lag: `lags.parquet`, `lag_targets.parquet` and `lags.json`.
//!
//! There is a map where rows are words and there are several lags; without one the step leaves empty results.

mod fits;
mod found;
mod map;
mod parts;
mod section;
mod table;
mod walk;

use std::path::PathBuf;

pub use self::found::{Found, ModelLags};
use self::map::Map;
pub use self::section::{figures, section};
use self::walk::{Walk, asked_shifts};
use crate::Error;
use crate::desk::Desk;
use crate::piece::{Piece, blocks, piece_file};
use crate::steps::extraction::{self, Variant};
use crate::steps::layers::n_layers;
use crate::store::write_json;
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 3] = ["lags.parquet", "lag_targets.parquet", "lags.json"];

/// Name of the step.
const STEP: &str = "lags";

/// Whether there is a map.
fn asked(desk: &Desk) -> bool {
    desk.study.lags.is_some() && desk.clock.lags().len() > 1
}

/// What decides every map, models apart.
fn settings(desk: &Desk) -> String {
    let (study, null) = (desk.study, &desk.study.inference);
    format!(
        "{:?} {} {} {} {:?} {:?} {} {:?} {}",
        null.null,
        null.shifts,
        null.least_shift,
        null.null_block,
        null.null_penalties,
        study.lag_map,
        study.words.main,
        study.targets(),
        desk.analysis_key()
    )
}

/// Every piece, in order: some layers of a model.
fn all_pieces<'a>(desk: &Desk<'a>) -> Result<Vec<Piece<'a>>, Error> {
    let mut pieces = Vec::new();
    for source in desk.study.names().filter(|_| asked(desk)) {
        let reads = extraction::reads(desk.study, source, &[Variant::Trained]);
        for layers in blocks(n_layers(desk, source)?) {
            let name = format!("{source}-layers-{}-{}", layers.start, layers.end);
            let whole = Piece::of_source(STEP, pieces.len(), source, reads.clone());
            pieces.push(Piece { name, layers, ..whole });
        }
    }
    Ok(pieces)
}

/// The file of a piece, within the results.
fn file(piece: &Piece) -> PathBuf {
    piece_file(STEP, &piece.name).with_extension("safetensors")
}

/// Makes the map of every piece.
///
/// # Errors
/// A file of activations that cannot be read, or a fit that fails.
pub fn pieces(desk: &mut Desk) -> Result<(), Error> {
    let (settings, pieces, mut walk) = (settings(desk), all_pieces(desk)?, None);
    desk.each(pieces, |desk, piece| {
        let model = desk.material.model_hash(piece.source).to_owned();
        let states = desk.content_key(&extraction::window_files(desk, &piece.reads, desk.study.words.main));
        let layers = format!("{:?}", piece.layers);
        desk.step(&piece.step_name(), &[&settings, &layers, &model, &states], |desk| {
            if walk.is_none() {
                // Made for the first piece that is not found finished.
                walk = Some(Walk::new(desk)?);
            }
            let walk = walk.as_mut().expect("it was just made");
            walk.map(desk, piece.source, piece.layers.clone())?.write(&desk.path(file(piece)))?;
            Ok(vec![file(piece)])
        })
    })
}

/// Runs the step.
///
/// # Errors
/// A piece that cannot be read, or a file that cannot be written.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let pieces = all_pieces(desk)?;
    let made = desk.content_key(&pieces.iter().map(file).collect::<Vec<_>>());
    desk.step(STEP, &[&settings(desk), &desk.models_key(), &made], |desk| {
        let maps = maps(desk, &pieces)?;
        let found = if asked(desk) { Found::of(desk, &maps, asked_shifts(desk)) } else { Found::default() };
        write_table(&desk.path(FILES[0]), table::cells(&maps, &found, desk.clock.lags()))?;
        write_table(&desk.path(FILES[1]), table::targets(&found))?;
        write_json(&desk.path(FILES[2]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// The map of every model, in the order of the study.
fn maps<'a>(desk: &Desk, pieces: &[Piece<'a>]) -> Result<Vec<(&'a str, Map)>, Error> {
    let of_one = pieces.chunk_by(|a, b| a.source == b.source).map(|own| {
        let maps = own.iter().map(|piece| Map::read(&desk.path(file(piece)), desk.clock.lags().len()));
        Ok((own[0].source, Map::in_turn(&maps.collect::<Result<Vec<_>, Error>>()?)))
    });
    of_one.collect()
}
