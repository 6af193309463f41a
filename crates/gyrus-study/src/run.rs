//! The ordered list of steps of a study.

use std::path::{Path, PathBuf};

use gyrus_activations::Device;
use gyrus_encoding::Design;
use gyrus_report::Style;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cache::{Cache, Reason};
use crate::cost;
use crate::hash::{file_hash, text_hash};
use crate::settings::Study;
use crate::steps::clock::Clock;
use crate::steps::{
    benchmarks, canaries, ceilings, claims, context, convergence, dimension, encoding, extraction, generalisation,
    hierarchy, lags, material::Material, partition, power, report, similarity, simulation, text, truth,
};
use crate::store::{read_json, write_json};
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

/// Which pieces of a study a run makes: what it makes of each model by itself.
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
    /// Makes what is made of each model by itself, before that.
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
const STEPS: [Step; 18] = [
    Step::new("activations", |_| Ok(())).in_pieces(extraction::pieces),
    Step::new("text", text::run),
    Step::new("benchmarks", benchmarks::run).in_pieces(benchmarks::pieces),
    Step::new("encoding", encoding::run).in_pieces(encoding::pieces),
    Step::new("canaries", canaries::run).in_pieces(canaries::pieces),
    Step::new("hierarchy", hierarchy::run),
    Step::new("lags", lags::run),
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
pub fn steps() -> [&'static str; 18] {
    STEPS.map(|step| step.name)
}

/// The place in the study of the model or features that the step `step` is made of alone; none of another step.
pub fn piece_of(study: &Study, step: &str) -> Option<usize> {
    let pieced = steps().into_iter().filter(|name| step.starts_with(&format!("{name}-")));
    let piece = |name: &str| pieced.clone().any(|pieced| step == format!("{pieced}-{name}"));
    let states = extraction::variant_of(study, step).map(|(place, _)| place);
    states.or_else(|| study.names().position(piece))
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
        asked.clone().for_each(|step| on_event(Event::Planned { step: step.name.into(), cost: None, reason: None }));
        return Ok(Outcome { report: options.out.join("report.html"), ran: 1 + asked.count(), found: 0 });
    };
    let study = recorded.study.as_ref();
    let material = Material::gather(study, on_event)?;
    let clock = Clock::new(study, &material.story, on_event)?;
    let design = plan(study, &clock)?;
    let mut desk = Desk {
        study,
        device,
        material: &material,
        clock: &clock,
        design: &design,
        cache: Cache::new(&options.out),
        options,
        on_event,
        ran: recorded.ran,
        found: recorded.found,
    };
    let named = |step: &&Step| options.only.is_empty() || options.only.iter().any(|only| only == step.name);
    for step in STEPS.iter().filter(|step| (step.asked)(study)).filter(named) {
        (step.pieces)(&mut desk)?;
        match (options.pieces, step.reads && options.dry_run && desk.ran > 0) {
            (Pieces::Of(_), _) => {}
            (_, true) => desk.plan(step.name, None)?,
            (_, false) => (step.run)(&mut desk)?,
        }
    }
    Ok(Outcome { report: options.out.join("report.html"), ran: desk.ran, found: desk.found })
}

/// The plan of the analysis; whether the recordings are long enough for the settings shows before anything is computed.
fn plan(study: &Study, clock: &Clock) -> Result<Design, Error> {
    let settings = &study.encoding;
    let plan = || -> Result<Design, gyrus_encoding::Error> {
        Design::divided(clock.runs(), &settings.division(study.seed), settings.design()?)
    };
    plan().map_err(|source| Error::Plan { rows: clock.len(), source: Box::new(source.into()) })
}

/// What every step has in front of it.
pub(crate) struct Desk<'a> {
    pub study: &'a Study,
    pub device: &'a Device,
    pub material: &'a Material,
    pub clock: &'a Clock,
    pub design: &'a Design,
    pub cache: Cache,
    pub options: &'a Options,
    pub on_event: &'a mut dyn FnMut(Event),
    ran: usize,
    found: usize,
}

impl<'a> Desk<'a> {
    /// Names and hashes of models and features, in the order of the study: part of the key of every step that compares them.
    pub fn models_key(&self) -> String {
        let names = self.study.names();
        names.map(|name| format!("{name}={} ", self.material.model_hash(name))).collect()
    }

    /// What decides how states become features, and features scores.
    pub fn analysis_key(&self) -> String {
        let study = self.study;
        let rows = format!("{:?} {:?} {:?} {:?}", study.scans, study.lags, study.controls, study.encoding);
        format!("{rows} {} {} {}", study.seed, self.material.data_hash, self.material.story_hash)
    }

    /// Hash of what stands in the results' `files`, which earlier steps left; one that is not there counts as such.
    pub fn content_key(&self, files: &[PathBuf]) -> String {
        let hash = |file: &PathBuf| file_hash(&self.path(file)).unwrap_or_else(|_| "absent".into());
        text_hash(&files.iter().map(hash).collect::<Vec<_>>().join(" "))
    }

    /// Where `file` stands in the results.
    pub fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.options.out.join(file)
    }

    /// Names of the models and features whose pieces this run makes or finds, in the order of the study.
    pub fn names(&self) -> Vec<&'a str> {
        let names = self.study.names().enumerate();
        let own = |(place, _): &(usize, &str)| match self.options.pieces {
            Pieces::Of(shard) => shard.has(*place),
            Pieces::All | Pieces::Found => true,
        };
        names.filter(own).map(|(_, name)| name).collect()
    }

    /// As [`Self::step`], for a piece of the step `step` that is made of the model or features `name` alone, and is left in one
    /// file.
    pub fn piece<T: Serialize>(
        &mut self,
        (step, name): (&str, &str),
        parts: &[&str],
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<(), Error> {
        self.step(&format!("{step}-{name}"), parts, |desk| {
            let made = work(desk)?;
            let file = piece_file(step, name);
            write_json(&desk.path(&file), &made)?;
            Ok(vec![file])
        })
    }

    /// The pieces of the step `step` of the models and features `names`, in their order.
    ///
    /// # Errors
    /// A file that cannot be read or understood.
    pub fn read_pieces<'n, T: DeserializeOwned>(
        &self,
        step: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<T>, Error> {
        names.into_iter().map(|name| read_json(&self.path(piece_file(step, name)))).collect()
    }

    /// Hash of the pieces of the step `step`.
    pub fn pieces_key<'n>(&self, step: &str, names: impl IntoIterator<Item = &'n str>) -> String {
        self.content_key(&names.into_iter().map(|name| piece_file(step, name)).collect::<Vec<_>>())
    }

    /// Runs `work` for the step `name` decided by `parts`, unless it is found finished.
    /// `work` returns the files it wrote, paths within the results folder.
    pub fn step(
        &mut self,
        name: &str,
        parts: &[&str],
        work: impl FnOnce(&mut Self) -> Result<Vec<PathBuf>, Error>,
    ) -> Result<(), Error> {
        // Everything but models themselves runs on the processor.
        let device = if runs_models(name) { self.device.name() } else { "cpu" };
        let common = [self.options.program.as_str(), device, instruction_set(), name];
        let stage = crate::cache::Stage::new(name, &[&common, parts].concat());
        let step = name.to_owned();
        let Some(reason) = self.cache.lacks(&stage) else {
            self.found += 1;
            (self.on_event)(Event::Found { step });
            return Ok(());
        };
        if self.options.dry_run {
            return self.plan(name, Some(reason));
        }
        if self.options.pieces == Pieces::Found && !steps().contains(&name) {
            return Err(Error::Piece { step });
        }
        (self.on_event)(Event::Begun { step: step.clone() });
        let files = work(self).map_err(|source| Error::InStep { step: step.clone(), source: Box::new(source) })?;
        self.cache.remember(&stage, &files)?;
        self.ran += 1;
        (self.on_event)(Event::Finished { step });
        Ok(())
    }

    /// Says that a dry run would run the step `name`, and what that would take.
    fn plan(&mut self, name: &str, reason: Option<Reason>) -> Result<(), Error> {
        self.ran += 1;
        let cost = cost::expected(self, name)?;
        (self.on_event)(Event::Planned { step: name.to_owned(), cost: Some(cost), reason });
        Ok(())
    }
}

/// Whether the step `name` runs language models, and so depends on the device.
fn runs_models(name: &str) -> bool {
    name == "text" || ["activations-", "benchmarks-"].iter().any(|start| name.starts_with(start))
}

/// The file of a piece, within the results.
pub(crate) fn piece_file(step: &str, name: &str) -> PathBuf {
    PathBuf::from("pieces").join(step).join(format!("{name}.json"))
}

/// The widest vector instructions of this processor, which decide how sums are rounded.
pub(crate) fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            return "x86-64 with AVX-512";
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            return "x86-64 with AVX2";
        }
    }
    std::env::consts::ARCH
}
