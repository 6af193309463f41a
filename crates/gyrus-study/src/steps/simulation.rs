//! Recordings with a known answer for a study that asks for them: a BIDS tree in `recordings/`, read as any other.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cache::{Cache, Stage};
use crate::desk::instruction_set;
use crate::hash::file_hash;
use crate::lock::Lock;
use crate::run::{Options, Pieces};
use crate::settings::{BidsSettings, FeatureEntry, SimulationSettings, Study};
use crate::simulated::{CortexSources, DESCRIPTION, SimulatedCortex, TASK, TRUTH};
use crate::{Error, Event};

/// Name of the step.
pub const NAME: &str = "simulation";

/// The folder of the recordings, within the results.
const FOLDER: &str = "recordings";

/// The levels that electrodes hear, within the results.
const LEVELS: &str = "recordings/levels.safetensors";

/// The truth about the recordings, within the results.
pub fn truth() -> PathBuf {
    Path::new(FOLDER).join(TRUTH)
}

/// A study with recordings, and whether they were made or found for it.
pub struct Recorded<'a> {
    /// The study.
    pub study: Cow<'a, Study>,
    /// 1 if recordings were made.
    pub ran: usize,
    /// 1 if they were found.
    pub found: usize,
}

/// `study` with the recordings that its simulation makes, and what it plants as features where that is asked for;
/// any other study is left as it is. None in a dry run that finds no recordings.
///
/// # Errors
/// A file that cannot be read or written, or an impossible setting.
pub fn recorded<'a>(
    study: &'a Study,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Option<Recorded<'a>>, Error> {
    let Some(settings) = &study.simulation else {
        return Ok(Some(Recorded { study: Cow::Borrowed(study), ran: 0, found: 0 }));
    };
    let words = &study.story.as_ref().expect("a simulation has a story").words;
    let hashes = [words, &settings.vectors, &settings.counts].map(|path| file_hash(path));
    let inputs = hashes.into_iter().collect::<Result<Vec<_>, _>>()?.join(" ");
    let plain = format!("{:?} {}", SimulationSettings { levels: None, ..settings.clone() }, study.seed);
    let stage = Stage::new(NAME, &options.program, ["cpu", instruction_set()], &[&plain, &inputs]);
    let cache = Cache::new(&options.out);
    // Parts of a study that run beside each other need the same recordings: the first makes them.
    let waited = match options.pieces {
        Pieces::Of(_) if !options.dry_run => Some(Lock::making(&options.out, NAME)?),
        _ => None,
    };
    let reason = options.pieces.lacks(&cache, &stage);
    let found = reason.is_none();
    match (found, options.dry_run) {
        (true, _) => on_event(Event::Found { step: NAME.into(), small: false }),
        (false, true) => {
            on_event(Event::Planned { step: NAME.into(), piece: None, small: false, cost: None, reason });
            return Ok(None);
        }
        (false, false) => {
            on_event(Event::Begun { step: NAME.into(), small: false });
            let sources = CortexSources { words, vectors: &settings.vectors, counts: &settings.counts };
            let made = make(sources, settings, study.seed, &options.out, on_event);
            let files = made.map_err(|source| Error::InStep { step: NAME.into(), source: Box::new(source) })?;
            cache.remember(&stage, &files)?;
            on_event(Event::Finished { step: NAME.into(), small: false });
        }
    }
    drop(waited);
    let study = Cow::Owned(with_recordings(study.clone(), settings, &options.out));
    Ok(Some(Recorded { study, ran: usize::from(!found), found: usize::from(found) }))
}

/// Writes the recordings, and gives the files that they are made of, paths within the results.
fn make(
    sources: CortexSources,
    settings: &SimulationSettings,
    seed: u64,
    out: &Path,
    on_event: &mut dyn FnMut(Event),
) -> Result<Vec<PathBuf>, Error> {
    let cortex = SimulatedCortex::hear(sources, settings.params(), seed)?;
    cortex.notes().map(Event::Note).for_each(on_event);
    let folder = out.join(FOLDER);
    cortex.write_tree(&folder)?;
    cortex.write_truth(&folder)?;
    cortex.write_levels(&out.join(LEVELS))?;
    let names = cortex.implant().patients().iter().map(|patient| &patient.name);
    let signal = |name: &String| format!("{FOLDER}/sub-{name}/ieeg/sub-{name}_task-{TASK}_desc-{DESCRIPTION}_ieeg.edf");
    let places =
        |name: &String| format!("{FOLDER}/sub-{name}/ieeg/sub-{name}_space-MNI152NLin2009cAsym_electrodes.tsv");
    let files = names.flat_map(|name| [signal(name), places(name)]);
    Ok(files.chain([LEVELS.to_owned()]).map(PathBuf::from).chain([truth()]).collect())
}

/// The study as it would be of recordings in `out`.
fn with_recordings(mut study: Study, settings: &SimulationSettings, out: &Path) -> Study {
    study.bids = Some(BidsSettings {
        folder: out.join(FOLDER),
        task: TASK.into(),
        derivative: None,
        description: Some(DESCRIPTION.into()),
        listeners: Vec::new(),
        start: 0.0,
        distances: true,
        landmark: None,
        surfaces: None,
    });
    let levels = settings.levels.iter().map(|name| FeatureEntry { name: name.clone(), file: out.join(LEVELS) });
    study.features.extend(levels);
    study
}
