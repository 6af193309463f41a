//! What a step will take, told before it is run.
//!
//! Each step has a count of the operations that most of its time goes into; `rates.rs` says how long one takes.
//! A count leaves out what is small, so that an estimate is right within a factor of two or three and not to the second.

mod rates;
mod sizes;
mod told;

pub use self::sizes::Sizes;
use self::sizes::Source;
pub use self::told::size;
use crate::Error;
use crate::desk::Desk;
use crate::piece::Piece;
use crate::steps::{extraction, fits};

/// What a step is expected to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Seconds, on the processor and as many threads as there are; none for what a GPU does.
    pub seconds: Option<f64>,
    /// Bytes of memory at most, apart from mapped files.
    pub memory: u64,
    /// Bytes that its files take.
    pub disk: u64,
}

/// What the step `name` of the study on `desk` is expected to take, which may be that of a `piece`.
///
/// # Errors
/// A tokenizer or window that cannot be used.
pub fn expected(desk: &Desk, name: &str, piece: Option<&Piece>) -> Result<Cost, Error> {
    let sizes = sizes(desk)?;
    if let Some(piece) = piece.filter(|piece| piece.is_small()) {
        return Ok(of_layers(desk, sizes, piece));
    }
    if let Some((model, variant)) = extraction::variant_of(desk.study, name) {
        return extracted(desk, sizes, model, variant);
    }
    let threads = rayon::current_num_threads() as f64;
    let operations = operations(sizes, name) / threads;
    Ok(Cost {
        seconds: Some(operations + rates::STEP),
        memory: sizes.material + working(sizes, name),
        disk: files(sizes, name),
    })
}

/// The sizes of the study on `desk`, counted once.
fn sizes<'d>(desk: &'d Desk) -> Result<&'d Sizes, Error> {
    match desk.sizes.get() {
        Some(sizes) => Ok(sizes),
        None => Sizes::of(desk).map(|sizes| desk.sizes.get_or_init(|| sizes)),
    }
}

/// The fits of some layers.
fn of_layers(desk: &Desk, sizes: &Sizes, piece: &Piece) -> Cost {
    let place = desk.study.names().position(|name| name == piece.source).expect("pieces are of the study's sources");
    let source = Source { layers: piece.layers.len(), ..sizes.sources[place].clone() };
    // Of all series that of the headline numbers and that of shuffled words have a null.
    let (panels, moved) = (&sizes.fitted[piece.panels.clone()], fits::has_null(desk, piece));
    let (operations, disk) = match piece.step {
        "lags" => (sizes.maps(&source), sizes.map_bytes(&source)),
        _ if moved => (sizes.fits(&source, panels) + sizes.nulls(&source), sizes.fit_bytes(&source, panels, true)),
        _ => (sizes.fits(&source, panels), sizes.fit_bytes(&source, panels, false)),
    };
    Cost {
        seconds: Some(operations / rayon::current_num_threads() as f64 + rates::STEP),
        memory: sizes.material + 2 * disk,
        disk,
    }
}

/// A model on its way through the story.
fn extracted(desk: &Desk, sizes: &Sizes, model: usize, variant: extraction::Variant) -> Result<Cost, Error> {
    let threads = rayon::current_num_threads() as f64;
    let (source, model) = (&sizes.sources[model], &desk.study.models[model]);
    let need = extraction::variant_need(desk, model, variant)?;
    let windows = extraction::variant_windows(desk, variant).len();
    let work = source.passage(need.tokens as f64) + sizes.kept(source, windows);
    let seconds = work / threads + rates::MODEL;
    let states = (sizes.words * source.width * 8) as u64;
    let memory = sizes.material + need.least() + need.streams + states;
    let disk = extraction::variant_disk(desk, model, variant);
    Ok(Cost { seconds: (!desk.device.is_gpu()).then_some(seconds), memory, disk })
}

/// Processor seconds of what takes most of the step's time.
fn operations(sizes: &Sizes, name: &str) -> f64 {
    let read = |tokens: f64| sizes.models().map(|source| source.passage(tokens)).sum();
    let draws = sizes.sources.len() as f64 * sizes.draws as f64;
    let group = sizes.group() as f64;
    match name {
        "text" => read(sizes.text_tokens),
        "benchmarks" => read(sizes.item_tokens),
        "encoding" => draws * group * rates::FINDING,
        "canaries" => sizes.positions(),
        "hierarchy" => draws * group * rates::HIERARCHY,
        "dimension" => sizes.sources.iter().map(|source| sizes.neighbours(source) + sizes.matched(source)).sum(),
        "generalisation" if sizes.shared => sizes.sources.iter().map(|source| sizes.fits(source, &sizes.fitted)).sum(),
        "similarity" => sizes.similarity() + sizes.similarity_null(),
        "context" => sizes.models().map(|source| sizes.context(source)).sum(),
        "claims" => draws * rates::CLAIM,
        "report" => rates::REPORT,
        _ => 0.0,
    }
}

/// Bytes beside the material while a step runs.
fn working(sizes: &Sizes, name: &str) -> u64 {
    match name {
        "encoding" => sizes.sums(|source| source.series),
        "canaries" | "hierarchy" | "generalisation" | "dimension" => sizes.sums(|_| 2),
        "similarity" => rates::SIMILARITY_MEMORY + sizes.row_sums(),
        "context" => rates::SIMILARITY_MEMORY + sizes.layer_states(),
        _ => 0,
    }
}

/// Bytes of the tables that grow with a study.
fn files(sizes: &Sizes, name: &str) -> u64 {
    let layers: usize = sizes.sources.iter().map(|source| source.layers * source.series).sum();
    let targets: usize = sizes.panels.iter().sum();
    (match name {
        "encoding" => layers * targets * sizes.folds * rates::SCORE_BYTES,
        "lags" if sizes.lags > 1 => sizes.layers() * sizes.lags * sizes.group() * rates::CELL_BYTES,
        "similarity" => sizes.layers() * sizes.layers() * rates::PAIR_BYTES,
        "report" => rates::REPORT_BYTES,
        _ => rates::SMALL_BYTES,
    }) as u64
}
