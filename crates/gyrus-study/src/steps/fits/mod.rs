//! Every layer of every model on every listener: the pieces that nearly all of a study's time goes into.
//!
//! A piece is one series of a model (trained weights at one window, a twin, shuffled words), some neighbouring layers, and some
//! listeners. Listeners whose targets one decomposition of a layer serves are not cut apart.

mod job;

use std::cell::OnceCell;
use std::ops::Range;
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

/// Listeners that one piece has at most, the group among them.
const LISTENERS: usize = 8;

/// How many panels are fitted: the group alone, or every listener too.
///
/// # Errors
/// Responses that cannot be made.
pub fn n_panels(desk: &Desk) -> Result<usize, Error> {
    if let Some(n) = desk.n_panels.get() {
        return Ok(*n);
    }
    let panels = desk.clock.panels(&desk.material.story.listeners)?;
    let n = Fitted::fitted_panels(&desk.study.encoding, &panels).len();
    Ok(*desk.n_panels.get_or_init(|| n))
}

/// The panels of each piece of `job`, of all that are fitted.
fn panels_of(desk: &Desk, job: Job) -> Result<Vec<Range<usize>>, Error> {
    let n = n_panels(desk)?;
    let first = if job.of_group() { n - 1 } else { 0 };
    Ok((first..n).step_by(LISTENERS).map(|first| first..(first + LISTENERS).min(n)).collect())
}

/// Every piece of the model or features `source`, in order, with its job; the first has the place `first`.
fn of_source<'a>(desk: &Desk<'a>, source: &'a str, first: usize) -> Result<Vec<(Job, Piece<'a>)>, Error> {
    let (layers, mut all) = (n_layers(desk, source)?, Vec::new());
    for job in Job::all(desk.study, source) {
        for block in blocks(layers) {
            for panels in panels_of(desk, job)? {
                let mut name = format!("{source}-{}-layers-{}-{}", job.name(), block.start, block.end);
                if panels.len() < n_panels(desk)? && !job.of_group() {
                    name += &format!("-listeners-{}-{}", panels.start, panels.end);
                }
                let reads = extraction::reads(desk.study, source, &[job.variant]);
                let (place, layers) = (first + all.len(), block.clone());
                all.push((job, Piece { step: STEP, name, place, source, reads, layers, panels }));
            }
        }
    }
    Ok(all)
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
        let part = format!("layers {:?}, panels {:?}", piece.layers, piece.panels);
        desk.step(&piece.step_name(), &[&settings(desk, job), &part, &model, &states], |desk| {
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
    let fitted = Fitted::fitted_panels(encoding, &bench.panels);
    let panels = &fitted[piece.panels.clone()];
    // The null is that of the group, which comes last.
    let moved = job.moved && piece.panels.end == fitted.len();
    let moved = moved.then(|| Moved::new(desk.study, design, group, &bench.shifts)).transpose()?;
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
    let jobs = Job::all(desk.study, piece.source);
    let own = |job: &Job| piece.name.starts_with(&format!("{}-{}-layers-", piece.source, job.name()));
    let last = Some(piece.panels.end) == desk.n_panels.get().copied();
    last && jobs.iter().any(|job| job.moved && own(job))
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
    let pieces: Vec<Piece> =
        of_source(desk, source, 0)?.into_iter().filter(|(own, _)| *own == job).map(|(_, p)| p).collect();
    for block in pieces.chunk_by(|a, b| a.layers == b.layers) {
        let parts = block.iter().map(|piece| read_fits(&desk.path(file(piece)))).collect::<Result<Vec<_>, Error>>()?;
        for layer in side_by_side(parts) {
            fitted.push(if job.of_group() { layer.panels } else { Fitted::of_all(panels, layer.panels) });
            moved.extend(layer.moved);
        }
    }
    let Job { variant, window, predictors, .. } = job;
    Ok(Series { model: source.to_owned(), variant, window, predictors, fitted, moved })
}

/// Layers of which each of `parts` has some panels.
fn side_by_side(parts: Vec<Vec<LayerFits>>) -> Vec<LayerFits> {
    let join = |mut all: Vec<LayerFits>, part: Vec<LayerFits>| {
        all.iter_mut().zip(part).for_each(|(layer, more)| {
            layer.panels.extend(more.panels);
            layer.moved = layer.moved.take().or(more.moved);
        });
        all
    };
    parts.into_iter().reduce(join).unwrap_or_default()
}

/// Every series of the model or features `source` that [`crate::steps::inference`] asks of, shuffled words apart.
///
/// # Errors
/// A piece that cannot be read.
pub fn all_series<'a>(desk: &Desk<'a>, panels: &[Panel], source: &'a str) -> Result<Vec<Series>, Error> {
    let jobs = Job::all(desk.study, source).into_iter().filter(|job| job.variant != Variant::Shuffled);
    jobs.map(|job| series(desk, panels, source, job)).collect()
}
