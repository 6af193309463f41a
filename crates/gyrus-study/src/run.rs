//! The ordered list of steps of a study.

use std::path::{Path, PathBuf};

use gyrus_activations::Device;
use gyrus_encoding::Design;
use gyrus_report::Style;

use crate::cache::Cache;
use crate::cost;
use crate::hash::{file_hash, text_hash};
use crate::settings::Study;
use crate::steps::clock::Clock;
use crate::steps::{
    benchmarks, canaries, ceilings, claims, context, convergence, dimension, encoding, extraction, generalisation,
    hierarchy, lags, material::Material, partition, power, report, similarity, simulation, text, truth,
};
use crate::{Error, Event};

/// How a study is run; nothing here changes a number.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the results.
    pub out: PathBuf,
    /// Run only this step (and what it needs from disk).
    pub only: Option<String>,
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
    run: fn(&mut Desk) -> Result<(), Error>,
    /// Whether it reads results before it knows its key, so that a dry run cannot tell what it would find.
    reads: bool,
    /// Whether a study asks for it.
    asked: fn(&Study) -> bool,
}

impl Step {
    const fn new(name: &'static str, run: fn(&mut Desk) -> Result<(), Error>) -> Self {
        Self { name, run, reads: false, asked: |_| true }
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
    Step::new("activations", extraction::run),
    Step::new("text", text::run),
    Step::new("benchmarks", benchmarks::run),
    Step::new("encoding", encoding::run),
    Step::new("canaries", canaries::run),
    Step::new("hierarchy", hierarchy::run),
    Step::new("lags", lags::run),
    Step::new("generalisation", generalisation::run),
    Step::new("ceilings", ceilings::run).reading(),
    Step::new("partition", partition::run).if_asked(|study| study.partition.is_some()),
    Step::new("dimension", dimension::run),
    Step::new("power", power::run),
    Step::new("similarity", similarity::run),
    Step::new("convergence", convergence::run).reading(),
    Step::new("context", context::run),
    Step::new("claims", claims::run).reading(),
    Step::new("truth", truth::run).reading().if_asked(truth::asked),
    Step::new("report", report::run).reading(),
];

/// Names of the steps that every study or some study has, in order.
pub fn steps() -> [&'static str; 18] {
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
    if let Some(step) = options.only.as_ref().filter(|step| !names.contains(&step.as_str())) {
        return Err(Error::Step { step: step.clone(), known: names.join(", ") });
    }
    study.require_present()?;
    let Some(recorded) = simulation::recorded(study, options, on_event)? else {
        let asked = STEPS.iter().filter(|step| (step.asked)(study));
        asked.clone().for_each(|step| on_event(Event::Planned { step: step.name.into(), cost: None }));
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
    let wanted = |step: &&Step| (step.asked)(study) && options.only.as_deref().is_none_or(|only| only == step.name);
    for step in STEPS.iter().filter(wanted) {
        match step.reads && desk.options.dry_run && desk.ran > 0 {
            true => desk.plan(step.name)?,
            false => (step.run)(&mut desk)?,
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

impl Desk<'_> {
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

    /// Runs `work` for the step `name` decided by `parts`, unless it is found finished.
    /// `work` returns the files it wrote, paths within the results folder.
    pub fn step(
        &mut self,
        name: &str,
        parts: &[&str],
        work: impl FnOnce(&mut Self) -> Result<Vec<PathBuf>, Error>,
    ) -> Result<(), Error> {
        let common = [self.options.program.as_str(), self.device.name(), instruction_set(), name];
        let stage = crate::cache::Stage::new(name, &[&common, parts].concat());
        let step = name.to_owned();
        if self.cache.holds(&stage) {
            self.found += 1;
            (self.on_event)(Event::Found { step });
            return Ok(());
        }
        if self.options.dry_run {
            return self.plan(name);
        }
        (self.on_event)(Event::Begun { step: step.clone() });
        let files = work(self).map_err(|source| Error::InStep { step: step.clone(), source: Box::new(source) })?;
        self.cache.remember(&stage, &files)?;
        self.ran += 1;
        (self.on_event)(Event::Finished { step });
        Ok(())
    }

    /// Says that a dry run would run the step `name`, and what that would take.
    fn plan(&mut self, name: &str) -> Result<(), Error> {
        self.ran += 1;
        let cost = cost::expected(self, name)?;
        (self.on_event)(Event::Planned { step: name.to_owned(), cost: Some(cost) });
        Ok(())
    }
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
