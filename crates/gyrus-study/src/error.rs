//! What can go wrong in a study.

use std::path::PathBuf;

/// A failure of a study, naming the file where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("write `{}` (what was there before is whole)", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Results that another run writes to.
    #[error("lock `{}`: {owner} writes to these results", path.display())]
    Locked {
        /// The file that is locked.
        path: PathBuf,
        /// Who holds it, as it said itself.
        owner: String,
    },
    /// A piece that a merge does not find.
    #[error("merge: the piece `{step}` is missing, or was made of something else")]
    Piece {
        /// Name of its step.
        step: String,
    },
    /// A disk with less room than a study needs.
    #[error("write to `{}`: {} are needed and {} are free", path.display(), crate::cost::size(*needed), crate::cost::size(*free))]
    Space {
        /// Folder of the results.
        path: PathBuf,
        /// Bytes that are still to be written.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A study file that is not one.
    #[error("understand the study file `{}`", path.display())]
    Study {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: Box<toml::de::Error>,
    },
    /// A setting with a value that makes no sense.
    #[error("setting `{setting}` of `{}` {reason}", path.display())]
    Setting {
        /// The study file.
        path: PathBuf,
        /// Section and name.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A step that fails.
    #[error("step `{step}`")]
    InStep {
        /// Name of the step.
        step: String,
        /// Why.
        source: Box<Error>,
    },
    /// Settings that the recordings are too short for.
    #[error("section `[encoding]` does not suit recordings of {rows} scans or words")]
    Plan {
        /// Rows of the analysis.
        rows: usize,
        /// What does not fit.
        source: Box<Error>,
    },
    /// A filter that leaves nothing of the recordings.
    #[error(
        "setting `scans.cosines`, or what `scans.high_pass` makes of it, must be less than the {scans} scans of every run: `{cosines}`"
    )]
    Cosines {
        /// Cosines to remove.
        cosines: usize,
        /// Scans of a run.
        scans: usize,
    },
    /// Recordings of scans that do not share them.
    #[error("the recordings of `{a}` and `{b}` differ in number, time or rate of their scans")]
    OtherScans {
        /// One listener.
        a: String,
        /// The other.
        b: String,
    },
    /// A lag that no word has a response at.
    #[error("at lag {lag} s of `lags.seconds` no word lies inside the recording of `{listener}`")]
    LagOutside {
        /// The lag in seconds.
        lag: f64,
        /// Whose recording.
        listener: String,
    },
    /// Epochs that the samples of a recording do not make.
    #[error("`lags.epochs` cannot be made of the recording of `{listener}`")]
    Epochs {
        /// Whose recording.
        listener: String,
        /// Why.
        source: gyrus_signals::Error,
    },
    /// Lags that no word has a response at all of.
    #[error("no word has a response at every lag of `lags` in every recording")]
    NoRows,
    /// A table of targets that is not of those of the signal.
    #[error("`{}` has {found} rows, `{}` has {expected} targets", path.display(), other.display())]
    TargetRows {
        /// The table.
        path: PathBuf,
        /// Its rows.
        found: usize,
        /// The signal.
        other: PathBuf,
        /// Columns of the signal.
        expected: usize,
    },
    /// A table of targets with one of somebody else.
    #[error("target {column} (from 0) of `{}` is one of patient `{patient}`, the recording is of `{subject}`", path.display())]
    OtherPatient {
        /// The table.
        path: PathBuf,
        /// The target.
        column: usize,
        /// Whose the table says it is.
        patient: String,
        /// Whose recording it describes.
        subject: String,
    },
    /// Targets that are to share penalties by groups, and have none.
    #[error(
        "no target of `{subject}` has a group, and `encoding.share` is \"groups\"; give `recordings.targets` a column `group`"
    )]
    NoGroups {
        /// Whose targets.
        subject: String,
    },
    /// Nobody with an electrode that answers to speech.
    #[error(
        "no electrode of {listeners} listeners answers to speech with q of at most {level}; `electrodes` says how that is tested"
    )]
    NoAnswer {
        /// Listeners that were tested.
        listeners: usize,
        /// The largest q that would have been an answer.
        level: f64,
    },
    /// Data or models of a study that are not on this machine.
    #[error("study `{study}` needs `{}`, which is not there", path.display())]
    Absent {
        /// Name of the study.
        study: String,
        /// The missing file or folder.
        path: PathBuf,
    },
    /// A tensor file that does not hold what it should.
    #[error("understand `{}`: {reason}", path.display())]
    Tensors {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A state that half precision cannot hold.
    #[error("`{}`: layer {layer} (from 0) of word {word} (from 1) has the value {value}, beyond f16; keep f32", path.display())]
    BeyondHalf {
        /// The file.
        path: PathBuf,
        /// Index of the layer.
        layer: usize,
        /// Number of the word.
        word: usize,
        /// The value.
        value: f32,
    },
    /// A table that cannot be made or written.
    #[error("make the table `{}`", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What polars says.
        source: Box<polars::error::PolarsError>,
    },
    /// Results of another version than this program reads.
    #[error("`{}` is of schema {found}, and this program reads schema {known}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u64,
        /// The one that is read.
        known: u32,
    },
    /// A folder that holds no result.
    #[error("there are no results in `{}`", .0.display())]
    NoResults(PathBuf),
    /// A result of an earlier step that cannot be understood.
    #[error("understand `{}`; remove it and run again", path.display())]
    Result {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A step asked for that does not exist.
    #[error("there is no step `{step}`; the steps are {known}")]
    Step {
        /// The step asked for.
        step: String,
        /// The steps there are.
        known: String,
    },
    /// Two arrays of a command that do not belong together.
    #[error("`{}` has {found} rows, `{}` has {expected}", path.display(), other.display())]
    Rows {
        /// The file with other rows.
        path: PathBuf,
        /// Its rows.
        found: usize,
        /// The file that it must match.
        other: PathBuf,
        /// Rows of that file.
        expected: usize,
    },
    /// No listener that can be used.
    #[error("no listener of `{}` can be used", folder.display())]
    NoListener {
        /// The data set's folder.
        folder: PathBuf,
    },
    /// Controls that cannot be fitted, for example motion that never changes.
    #[error("the controls of `{listener}` cannot be fitted")]
    Controls {
        /// Whose controls.
        listener: String,
        /// What the fit says.
        source: gyrus_encoding::Error,
    },
    /// A failure in the words or recordings.
    #[error(transparent)]
    Recordings(#[from] gyrus_recordings::Error),
    /// From reading signals or arrays.
    #[error(transparent)]
    Formats(#[from] gyrus_formats::Error),
    /// A failure in signals.
    #[error(transparent)]
    Signals(#[from] gyrus_signals::Error),
    /// A failure in tokens or windows.
    #[error(transparent)]
    Windows(#[from] gyrus_windows::Error),
    /// A failure in a model.
    #[error(transparent)]
    Activations(#[from] gyrus_activations::Error),
    /// Scores that others measured cannot be used.
    #[error("the published scores in `{path}`: {reason}")]
    Published {
        /// The table.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A story that cannot be heard by a simulated cortex.
    #[error("could not have `{path}` heard")]
    Simulation {
        /// The words.
        path: PathBuf,
        /// Why.
        #[source]
        source: gyrus_simulation::Error,
    },
    /// A failure in benchmarks.
    #[error(transparent)]
    Benchmarks(#[from] gyrus_benchmarks::Error),
    /// A failure in encoding.
    #[error(transparent)]
    Encoding(#[from] gyrus_encoding::Error),
    /// A failure in principal components.
    #[error(transparent)]
    Ridge(#[from] gyrus_ridge::Error),
    /// A failure in similarity.
    #[error(transparent)]
    Similarity(#[from] gyrus_similarity::Error),
    /// A failure in a figure or the page.
    #[error(transparent)]
    Report(#[from] gyrus_report::Error),
    /// A value that would not be valid.
    #[error(transparent)]
    Types(#[from] gyrus_types::Error),
}

impl Error {
    /// What the user can do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InStep { source, .. } => source.hint(),
            Self::Absent { .. } => Some(
                "paths count from the folder of the study file; the data and models of the studies that come with \
                 the program are not part of its repository and stand in the folder `shared` beside it"
                    .into(),
            ),
            Self::Locked { .. } => Some(
                "wait until it ends, or choose another folder with `--out`; a lock is freed when its owner dies".into(),
            ),
            Self::Piece { .. } => Some(
                "run the part that makes it with `gyrus run STUDY --shard I/N`, by the same program on the same kind of \
                 processor; `gyrus run STUDY` makes everything that is missing"
                    .into(),
            ),
            Self::Space { .. } => Some(
                "free some space, choose another folder with `--out`, or keep less of the states with `keep` in the study \
                 file"
                    .into(),
            ),
            Self::Write { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                Some("choose a folder that you may write to with `--out`".into())
            }
            Self::Write { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => Some(
                "free some space or choose another folder with `--out`, and run again: finished steps are found".into(),
            ),
            Self::Schema { found, known, .. } if *found > u64::from(*known) => {
                Some("a newer program made these results: make the report with that one".into())
            }
            Self::Schema { .. } => Some("an older program made these results: run the study again".into()),
            Self::NoResults(_) => Some("name the folder that `gyrus run` wrote, such as `results/small`".into()),
            _ => None,
        }
    }
}
