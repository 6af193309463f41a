//! Every layer of every model on every listener: the pieces that nearly all of a study's time goes into.
//!
//! A piece is one series of a model (trained weights at one window, a twin, shuffled words) and some neighbouring layers.
//! Listeners are not cut apart: where they have targets of their own one decomposition of a layer serves them all.

mod job;

use std::cell::OnceCell;
use std::path::PathBuf;

use gyrus_encoding::RowOrder;
use rayon::prelude::*;

pub use self::job::Job;
use crate::Error;
use crate::desk::Desk;
use crate::fits_file::{LayerFits, read_fits, write_fits};
use crate::piece::{Piece, blocks};
use crate::steps::clock::Panel;
use crate::steps::extraction::{self, Variant};
use crate::steps::layers::{Layers, n_layers};
use crate::steps::scores::{Fitted, Series};
use crate::steps::shift_null::Moved;

/// Name of the step.
const STEP: &str = "fits";

/// What every fit is made with.
struct Bench {
    /// The listeners, then the group.
    panels: Vec<Panel>,
    /// The orders of the null.
    shifts: Vec<RowOrder>,
}

impl Bench {
    fn new(desk: &Desk) -> Result<Self, Error> {
        let panels = desk.clock.panels(&desk.material.story.listeners)?;
        // Controls that cannot be fitted show before hours are spent on layers.
        let alone = |panel: &Panel| Fitted::controls(desk.design, panel).map(drop);
        Fitted::fitted_panels(&desk.study.encoding, &panels).par_iter().try_for_each(alone)?;
        Ok(Self { panels, shifts: null_shifts(desk)? })
    }
}

/// The orders of rows of the null of what layers add to their controls.
///
/// # Errors
/// Runs that are too short for them.
pub fn null_shifts(desk: &Desk) -> Result<Vec<RowOrder>, Error> {
    let (asked, seed) = (&desk.study.inference, desk.study.seed.wrapping_add(2));
    Ok(asked.orders(desk.clock.runs(), asked.shifts, seed)?)
}

/// What decides every fit, its states apart.
fn settings(desk: &Desk, job: Job) -> String {
    let (study, asked) = (desk.study, &desk.study.inference);
    let null = match job.moved {
        true => format!(
            "{:?} {} {} {} {:?}",
            asked.null, asked.shifts, asked.least_shift, asked.null_block, asked.null_penalties
        ),
        false => String::new(),
    };
    format!("{} {null} {:?} {}", job.name(), study.targets(), desk.analysis_key())
}

/// Every piece of the model or features `source`, in order, with its job; the first has the place `first`.
fn of_source<'a>(desk: &Desk<'a>, source: &'a str, first: usize) -> Result<Vec<(Job, Piece<'a>)>, Error> {
    let layers = n_layers(desk, source)?;
    let all = Job::all(desk.study, source).into_iter().flat_map(|job| blocks(layers).map(move |block| (job, block)));
    let piece = |(i, (job, block)): (usize, (Job, std::ops::Range<usize>))| {
        let name = format!("{source}-{}-layers-{}-{}", job.name(), block.start, block.end);
        let reads = extraction::reads(desk.study, source, &[job.variant]);
        (job, Piece { step: STEP, name, place: first + i, source, reads, layers: block })
    };
    Ok(all.enumerate().map(piece).collect())
}

/// The file of a piece, within the results.
fn file(piece: &Piece) -> PathBuf {
    PathBuf::from("pieces").join(STEP).join(format!("{}.safetensors", piece.name))
}

/// Makes every piece.
///
/// # Errors
/// Settings that the recordings do not allow, a file of activations that cannot be read, or a fit that fails.
pub fn pieces(desk: &mut Desk) -> Result<(), Error> {
    let (mut jobs, mut pieces) = (Vec::new(), Vec::new());
    for name in desk.study.names() {
        for (job, piece) in of_source(desk, name, pieces.len())? {
            jobs.push(job);
            pieces.push(piece);
        }
    }
    let bench = OnceCell::new();
    desk.each(pieces, |desk, piece| {
        let job = jobs[piece.place];
        let model = desk.material.model_hash(piece.source).to_owned();
        let states = desk.content_key(&extraction::window_files(desk, &piece.reads, job.window));
        let layers = format!("{:?}", piece.layers);
        desk.step(&piece.step_name(), &[&settings(desk, job), &layers, &model, &states], |desk| {
            if bench.get().is_none() {
                // Made for the first piece that is not found finished.
                drop(bench.set(Bench::new(desk)?));
            }
            let fits = fit(desk, bench.get().expect("it was just made"), job, piece)?;
            write_fits(&desk.path(file(piece)), &fits)?;
            Ok(vec![file(piece)])
        })
    })
}

/// Fits every layer of a piece; the outcome does not depend on the number of threads.
fn fit(desk: &Desk, bench: &Bench, job: Job, piece: &Piece) -> Result<Vec<LayerFits>, Error> {
    let (design, encoding) = (desk.design, &desk.study.encoding);
    let group = bench.panels.last().expect("the group is always there");
    let panels = match job.of_group() {
        true => std::slice::from_ref(group),
        false => Fitted::fitted_panels(encoding, &bench.panels),
    };
    let moved = job.moved.then(|| Moved::new(desk.study, design, group, &bench.shifts)).transpose()?;
    let layers = Layers::open(desk, (piece.source, job.variant, job.window))?;
    let fit = |layer: usize| {
        let layer = layers.layer(layer)?;
        let on = |panel: &Panel| Fitted::layer((design, encoding), &layer, job.predictors, panel);
        let panels = panels.par_iter().map(on).collect::<Result<Vec<_>, Error>>()?;
        let group = &panels.last().expect("the group is always fitted").scores;
        let moved = moved.as_ref().map(|moved| moved.layer(&layer, group)).transpose()?;
        Ok(LayerFits { panels, moved })
    };
    piece.layers.clone().into_par_iter().map(fit).collect()
}

/// Whether moved recordings are fitted in `piece`, too.
pub fn has_null(desk: &Desk, piece: &Piece) -> bool {
    let null = [Job::main(desk.study), Job::shuffled(desk.study)];
    null.iter().any(|job| piece.name.starts_with(&format!("{}-{}-layers", piece.source, job.name())))
}

/// The files of all pieces of the model or features `source`, for those jobs that are `wanted`, within the results.
///
/// # Errors
/// Features that cannot be read.
pub fn files<'a>(desk: &Desk<'a>, source: &'a str, wanted: impl Fn(Job) -> bool) -> Result<Vec<PathBuf>, Error> {
    let all = of_source(desk, source, 0)?;
    Ok(all.iter().filter(|(job, _)| wanted(*job)).map(|(_, piece)| file(piece)).collect())
}

/// What `job` reached with the model or features `source`, put together from its pieces.
///
/// # Errors
/// A piece that cannot be read.
pub fn series<'a>(desk: &Desk<'a>, panels: &[Panel], source: &'a str, job: Job) -> Result<Series, Error> {
    let (mut fitted, mut moved) = (Vec::new(), Vec::new());
    for file in files(desk, source, |other| other == job)? {
        for layer in read_fits(&desk.path(file))? {
            fitted.push(if job.of_group() { layer.panels } else { Fitted::of_all(panels, layer.panels) });
            moved.extend(layer.moved);
        }
    }
    let Job { variant, window, predictors, .. } = job;
    Ok(Series { model: source.to_owned(), variant, window, predictors, fitted, moved })
}

/// Every series of the model or features `source` that [`crate::steps::inference`] asks of, shuffled words apart.
///
/// # Errors
/// A piece that cannot be read.
pub fn all_series<'a>(desk: &Desk<'a>, panels: &[Panel], source: &'a str) -> Result<Vec<Series>, Error> {
    let jobs = Job::all(desk.study, source).into_iter().filter(|job| job.variant != Variant::Shuffled);
    jobs.map(|job| series(desk, panels, source, job)).collect()
}
