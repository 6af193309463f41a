//! Every layer of every model against every other: `similarity.parquet`, and what that says of pairs of models.

mod pairs;
mod section;
mod sources;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{LEAST_SHIFT, circular_shifts};
use gyrus_similarity::{Representation, cka_null, layer_map};
use gyrus_types::Progress;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

pub use self::pairs::{Matches, ModelPair};
pub use self::section::{Drawings, correspondences, map, section};
pub use self::sources::Compared;
use crate::desk::Desk;
use crate::matrix_file::MatrixFile;
use crate::matrix_rows::MatrixRows;
use crate::settings::SimilaritySettings;
use crate::steps::extraction::all_files;
use crate::store::write_json;
use crate::tables::write_table;
use crate::{Error, Event};

/// The files of the step, within the results.
pub const FILES: [&str; 4] = ["similarity.parquet", "similarity.json", "correspondence.parquet", "layer-map.parquet"];

/// Memory for Gram tiles and their transforms in bytes, besides sums over rows.
pub const MEMORY: usize = 256 << 20;

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Similarity {
    /// The settings it was found with.
    pub settings: SimilaritySettings,
    /// Models in order; the first twin of each model comes after it.
    pub models: Vec<Compared>,
    /// Debiased CKA, row by row; undefined for a layer that does not vary.
    pub debiased: Vec<Vec<Option<f64>>>,
    /// Biased CKA, row by row.
    pub biased: Vec<Vec<Option<f64>>>,
    /// Every pair of models once.
    pub pairs: Vec<ModelPair>,
    /// Each layer on the map, across and upward; none for a layer that does not vary.
    pub points: Vec<Option<[f64; 2]>>,
    /// The shares of squared distances that the two axes of the map show.
    pub shares: [Option<f64>; 2],
}

/// Runs the step.
///
/// # Errors
/// A file of activations that cannot be read.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings = format!("{:?} {:?} {} {}", study.similarity, study.words, study.seed, desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("similarity", &[&settings, &states], |desk| {
        compare(desk)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn compare(desk: &mut Desk) -> Result<(), Error> {
    let settings = &desk.study.similarity;
    let (models, files) = sources::sources(desk)?;
    let of_file = |file| (0..MatrixFile::len(file)).map(move |layer| MatrixRows::new(file, layer));
    let layers: Vec<MatrixRows> = files.iter().flat_map(of_file).collect();
    let rows = layers.first().map_or(0, |layer| layer.dim().0);
    let plan = settings.plan(MEMORY).with_rows_besides();
    let cka = plan.run(&layers, &mut on_progress(desk, "tiles"))?;
    let shifts = circular_shifts(rows, LEAST_SHIFT, settings.shifts, desk.study.seed);
    let null = cka_null(&layers, &shifts, settings.gap, MEMORY, &mut on_progress(desk, "bands of diagonals"))?;
    let map = layer_map(cka.debiased.view())?;
    let defined = |value: &f64| (!value.is_nan()).then_some(*value);
    let matrix = |matrix: &Array2<f64>| matrix.outer_iter().map(|row| row.iter().map(defined).collect()).collect();
    let found = Similarity {
        settings: settings.clone(),
        debiased: matrix(&cka.debiased),
        biased: matrix(&cka.biased),
        pairs: pairs::model_pairs(&Compared::places(&models), &cka, &null),
        points: map.points.outer_iter().map(|at| Some([defined(&at[0])?, defined(&at[1])?])).collect(),
        shares: map.shares.map(|share| defined(&share)),
        models,
    };
    write_table(&desk.path(FILES[0]), table::pairs(&found.models, &cka, &null))?;
    write_json(&desk.path(FILES[1]), &found)?;
    write_table(&desk.path(FILES[2]), table::matches(&found))?;
    write_table(&desk.path(FILES[3]), table::map(&found.models, &map))
}

/// Tells how many of how many `unit`s are done.
fn on_progress<'a>(desk: &'a mut Desk, unit: &'static str) -> impl FnMut(u64, u64) + 'a {
    let on_event = &mut *desk.on_event;
    move |done, total| {
        let progress = Progress { done, total };
        on_event(Event::Progress { step: "similarity".into(), progress, unit });
    }
}
