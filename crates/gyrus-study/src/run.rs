//! The ordered list of steps of a study.

use std::path::PathBuf;

use gyrus_activations::Device;
use gyrus_encoding::Design;
use gyrus_report::Style;

use crate::cache::{Cache, Reason, Stage};
use crate::desk::Desk;
use crate::settings::Study;
use crate::steps::clock::Clock;
use crate::steps::{
    benchmarks, canaries, ceilings, claims, context, convergence, dimension, encoding, extraction, fits,
    generalisation, hierarchy, lags, material::Material, partition, power, report, similarity, simulation, text, truth,
};
use crate::{Error, Event, Shard};

/// How a study is run; nothing here changes a number.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the results.
    pub out: PathBuf,
    /// Run only these steps (and what they need from disk); all if none are named.
    pub only: Vec<String>,
    /// Which pieces are made.
    pub pieces: Pieces,
    /// Name what would be run, and run nothing.
    pub dry_run: bool,
    /// Bytes of memory that a model and its states may take, apart from mapped files.
    pub memory: Option<u64>,
    /// How figures look; no number depends on it.
    pub style: Style,
    /// The command, for the report.
    pub command: String,
    /// SHA-256 of the running program: another program makes every step anew.
    pub program: String,
}

/// Which pieces of a study a run makes: what is made by itself, of one model or of some of its layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pieces {
    /// All of them, and then what is made of all models together.
    #[default]
    All,
    /// Those of one part, and nothing that is made of all models together.
    Of(Shard),
    /// None: those of all parts must be there.
    Found,
}

impl Pieces {
    /// Why `stage` has to be made anew; nothing if it is finished and whole. What parts made counts wherever they did.
    pub(crate) fn lacks(self, cache: &Cache, stage: &Stage) -> Option<Reason> {
        match self {
            Self::All => cache.lacks(stage),
            Self::Of(_) | Self::Found => cache.lacks_anywhere(stage),
        }
    }
}

impl Options {
    /// Everything, into the folder `out`, by a program with this SHA-256.
    pub fn new(out: PathBuf, program: String) -> Self {
        let command = format!("gyrus run --out {}", out.display());
        let (style, pieces) = (Style::default(), Pieces::All);
        Self { out, only: Vec::new(), pieces, dry_run: false, memory: None, style, command, program }
    }
}

/// Where the results are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The page, if it was made.
    pub report: PathBuf,
    /// Steps that were run, or in a dry run would have been.
    pub ran: usize,
    /// Steps that were found finished.
    pub found: usize,
}

/// A step of every study, or of those that ask for it.
struct Step {
    name: &'static str,
    /// Makes what is made of all models together.
    run: fn(&mut Desk) -> Result<(), Error>,
    /// Makes the pieces that are made by themselves, before that.
    pieces: fn(&mut Desk) -> Result<(), Error>,
    /// Whether it reads results before it knows its key, so that a dry run cannot tell what it would find.
    reads: bool,
    /// Whether a study asks for it.
    asked: fn(&Study) -> bool,
}

impl Step {
    const fn new(name: &'static str, run: fn(&mut Desk) -> Result<(), Error>) -> Self {
        Self { name, run, pieces: |_| Ok(()), reads: false, asked: |_| true }
    }

    const fn in_pieces(self, pieces: fn(&mut Desk) -> Result<(), Error>) -> Self {
        Self { pieces, ..self }
    }

    const fn reading(self) -> Self {
        Self { reads: true, ..self }
    }

    const fn if_asked(self, asked: fn(&Study) -> bool) -> Self {
        Self { asked, ..self }
    }
}

/// The steps, in order.
const STEPS: [Step; 19] = [
    Step::new("activations", |_| Ok(())).in_pieces(extraction::pieces),
    Step::new("text", text::run),
    Step::new("benchmarks", benchmarks::run).in_pieces(benchmarks::pieces),
    Step::new("fits", |_| Ok(())).in_pieces(fits::pieces),
    Step::new("encoding", encoding::run),
    Step::new("canaries", canaries::run),
    Step::new("hierarchy", hierarchy::run),
    Step::new("lags", lags::run).in_pieces(lags::pieces),
    Step::new("generalisation", generalisation::run),
    Step::new("ceilings", ceilings::run).reading(),
    Step::new("partition", partition::run).if_asked(|study| study.partition.is_some()),
    Step::new("dimension", dimension::run).in_pieces(dimension::pieces),
    Step::new("power", power::run),
    Step::new("similarity", similarity::run),
    Step::new("convergence", convergence::run).reading(),
    Step::new("context", context::run).in_pieces(context::pieces),
    Step::new("claims", claims::run).reading(),
    Step::new("truth", truth::run).reading().if_asked(truth::asked),
    Step::new("report", report::run).reading(),
];

/// Names of the steps that every study or some study has, in order.
pub fn steps() -> [&'static str; 19] {
    STEPS.map(|step| step.name)
}

/// Runs `study` on `device`; finished steps are found again by the hash of their inputs and settings.
///
/// # Errors
/// Whatever a step says; results of earlier steps stay whole.
pub fn run(
    study: &Study,
    device: &Device,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    let names = steps();
    if let Some(step) = options.only.iter().find(|step| !names.contains(&step.as_str())) {
        return Err(Error::Step { step: step.clone(), known: names.join(", ") });
    }
    study.require_present()?;
    let Some(recorded) = simulation::recorded(study, options, on_event)? else {
        let asked = STEPS.iter().filter(|step| (step.asked)(study));
        let planned = |step: &Step| Event::Planned {
            step: step.name.into(),
            piece: None,
            small: false,
            cost: None,
            reason: None,
        };
        asked.clone().for_each(|step| on_event(planned(step)));
        return Ok(Outcome { report: options.out.join("report.html"), ran: 1 + asked.count(), found: 0 });
    };
    let study = recorded.study.as_ref();
    let material = Material::gather(study, on_event)?;
    let clock = Clock::new(study, &material.story, on_event)?;
    let design = plan(study, &clock)?;
    let counts = (recorded.ran, recorded.found);
    let mut desk = Desk::new((study, options, device), (&material, &clock, &design), on_event, counts);
    let named = |step: &&Step| options.only.is_empty() || options.only.iter().any(|only| only == step.name);
    for step in STEPS.iter().filter(|step| (step.asked)(study)).filter(named) {
        (step.pieces)(&mut desk)?;
        match (options.pieces, step.reads && options.dry_run && desk.ran() > 0) {
            (Pieces::Of(_), _) => {}
            (_, true) => desk.plan(step.name, None)?,
            (_, false) => (step.run)(&mut desk)?,
        }
    }
    Ok(Outcome { report: options.out.join("report.html"), ran: desk.ran(), found: desk.found() })
}

/// The plan of the analysis; whether the recordings are long enough for the settings shows before anything is computed.
fn plan(study: &Study, clock: &Clock) -> Result<Design, Error> {
    let settings = &study.encoding;
    let plan = || -> Result<Design, gyrus_encoding::Error> {
        Design::divided(clock.runs(), &settings.division(study.seed), settings.design()?)
    };
    plan().map_err(|source| Error::Plan { rows: clock.len(), source: Box::new(source.into()) })
}
