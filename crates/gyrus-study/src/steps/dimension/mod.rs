//! How many dimensions layers fill, and how they score when all are cut to the same number: `dimension.parquet`.
//!
//! A layer may predict better than another only because it fills more dimensions, or fewer; these are the rival accounts.

mod found;
mod profiles;
mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::Dimension;
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::found::{Dimensions, LayerDimensions, MEASURES};
use self::profiles::Profiles;
pub use self::section::section;
use crate::Error;
use crate::activation_files::ActivationFile;
use crate::desk::Desk;
use crate::keep::Keep;
use crate::matrix_file::MatrixFile;
use crate::piece::Piece;
use crate::steps::averages::Averages;
use crate::steps::extraction::{self, Variant, activations_file, all_files, is_compared, model_files};
use crate::steps::layers::{COMPARED, Layers};
use crate::steps::scores::Fitted;
use crate::store::write_json;
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["dimension.parquet", "dimension.json"];

/// Name of the step.
const STEP: &str = "dimension";

/// The layers of one model variant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    /// Dimensions of each.
    dimensions: Vec<Dimension>,
    /// Components that each needs.
    needed: Vec<usize>,
}

/// Measures every model by itself: itself and its first twin.
///
/// # Errors
/// A file of states that cannot be read.
pub fn pieces(desk: &mut Desk) -> Result<(), Error> {
    let settings = format!("{:?} {}", desk.study.words, desk.analysis_key());
    let (study, sources) = (desk.study, sources(desk));
    let pieces = study.names().enumerate().map(|(place, name)| {
        let variants: Vec<Variant> = Variant::all(study.words.twins).collect();
        Piece::of_source(STEP, place, name, extraction::reads(study, name, &variants))
    });
    desk.each(pieces.collect(), |desk, piece| {
        let states = desk.content_key(&model_files(desk, piece.source));
        let model = desk.material.model_hash(piece.source).to_owned();
        desk.piece(piece, &[&settings, &model, &states], |desk| {
            let own = sources.iter().filter(|(source, _)| *source == piece.source);
            let measure = |(name, variant): &(&str, Variant)| {
                Ok(Measured { dimensions: of_words(desk, name, *variant)?, needed: needed(desk, (name, *variant))? })
            };
            own.map(measure).collect::<Result<Vec<Measured>, Error>>()
        })
    })
}

/// Runs the step.
///
/// # Errors
/// A piece or a file of states that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let asked = format!("{:?} {:?} {:?}", study.dimension, study.words, study.targets());
    let states = format!("{} {}", desk.content_key(&all_files(desk)), desk.pieces_key(STEP, study.names()));
    desk.step(STEP, &[&asked, &desk.analysis_key(), &desk.models_key(), &states], |desk| {
        let dimensions = dimensions(desk)?;
        write_table(&desk.path(FILES[0]), table::table(&dimensions))?;
        write_json(&desk.path(FILES[1]), &dimensions)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn dimensions(desk: &mut Desk) -> Result<Dimensions, Error> {
    let study = desk.study;
    let sources = sources(desk);
    let pieces: Vec<Vec<Measured>> = desk.read_pieces(STEP, study.names())?;
    let (measured, needed): (Vec<_>, Vec<_>) =
        pieces.into_iter().flatten().map(|measured| (measured.dimensions, measured.needed)).unzip();
    let trained = sources.iter().zip(&needed).filter(|((_, variant), _)| *variant == Variant::Trained);
    let least = trained.flat_map(|(_, layers)| layers).copied().filter(|n| *n > 0).min();
    let most = study.encoding.components.unwrap_or(usize::MAX);
    let matched = study.dimension.components.or(least).unwrap_or(1).min(most);
    let panels = desk.clock.panels(&desk.material.story.listeners)?;
    let controls =
        panels.par_iter().map(|panel| Fitted::controls(desk.design, panel)).collect::<Result<Vec<_>, _>>()?;
    let averages = Averages::new(&controls, study.targets(), 0, study.seed);
    let group = panels.last().expect("the group is always there");
    let models = sources.iter().zip(measured.into_iter().zip(needed));
    let models =
        models.map(|(source, layers)| Profiles::of(desk, *source, matched, group)?.model(*source, layers, &averages));
    Ok(Dimensions {
        matched,
        asked: study.dimension.components.is_some(),
        components: study.encoding.components,
        kept: match study.words.keep {
            Keep::None => Some(COMPARED),
            Keep::Components(kept) => Some(kept),
            Keep::F32 | Keep::F16 => None,
        },
        group: group.name.clone(),
        models: models.collect::<Result<_, _>>()?,
    })
}

/// Trained models, each with its first twin, and features of any origin.
fn sources<'a>(desk: &Desk<'a>) -> Vec<(&'a str, Variant)> {
    let study = desk.study;
    let variants = || Variant::all(study.words.twins).filter(|variant| is_compared(*variant));
    let models = study.models.iter().flat_map(|model| variants().map(move |variant| (model.name.as_str(), variant)));
    models.chain(study.features.iter().map(|features| (features.name.as_str(), Variant::Trained))).collect()
}

/// The dimensions of every layer over all words of the story.
fn of_words(desk: &Desk, name: &str, variant: Variant) -> Result<Vec<Dimension>, Error> {
    let of = |states: Array2<f64>| Ok(Dimension::of(states.view())?);
    if let Some(features) = desk.study.features.iter().find(|features| features.name == name) {
        let file = MatrixFile::open(&features.file)?;
        return (0..file.len()).into_par_iter().map(|layer| of(file.matrix(layer))).collect();
    }
    let file = ActivationFile::open(&desk.path(activations_file(name, variant, desk.study.words.main)))?;
    (0..file.n_layers()).into_par_iter().map(|layer| of(file.layer(layer)?.mapv(f64::from))).collect()
}

/// Components that hold 95 % of the variance of every layer as the analysis reads it, on training rows.
fn needed(desk: &Desk, (name, variant): (&str, Variant)) -> Result<Vec<usize>, Error> {
    let layers = Layers::open(desk, (name, variant, desk.study.words.main))?;
    let of = |layer| Ok(desk.design.components_for(SHARE, &layers.layer(layer)?)?);
    (0..layers.n_layers()).into_par_iter().map(of).collect()
}

/// The share of variance that [`needed`] components hold.
const SHARE: f64 = 0.95;
