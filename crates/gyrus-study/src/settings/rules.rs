//! What a study file may say, beyond what its types allow.

use std::path::Path;

use gyrus_recordings::WordFormat;
use gyrus_recordings::bids::Landmark;

use gyrus_benchmarks::Task;

use super::{Backward, RecordingEntry, SCHEMA, SchemeName, Share, Study, TargetLag, Targets};
use crate::Error;

/// A setting, whether it holds, and what is wrong if it does not.
type Rule = (&'static str, bool, String);

/// The first rule that `study`, read from `path`, breaks.
///
/// # Errors
/// [`Error::Setting`] naming it.
pub(super) fn check(study: &Study, path: &Path) -> Result<(), Error> {
    let all = [
        general(study),
        names(study),
        benchmarks(study),
        rows(study),
        lags(study),
        folds(study),
        partition(study),
        counts(study),
    ]
    .into_iter()
    .flatten();
    match all.into_iter().find(|(_, holds, _)| !holds) {
        Some((setting, _, reason)) => Err(Error::Setting { path: path.to_owned(), setting, reason }),
        None => Ok(()),
    }
}

fn general(study: &Study) -> Vec<Rule> {
    let windows = &study.words.windows;
    let repeated = windows.iter().enumerate().find(|(i, window)| windows[..*i].contains(window));
    vec![
        ("schema", study.schema == SCHEMA, format!("must be {SCHEMA} for this program: `{}`", study.schema)),
        ("name", is_plain(&study.name), format!("must be a plain file name: `{}`", study.name)),
        (
            "words.windows",
            repeated.is_none(),
            format!("has a window twice: `{}`", repeated.map_or(String::new(), |(_, window)| window.to_string())),
        ),
        (
            "words.main",
            windows.contains(&study.words.main),
            format!("is not one of `words.windows`: `{}`", study.words.main),
        ),
    ]
}

/// Names of models and features, which are names of folders in the results.
fn names(study: &Study) -> Vec<Rule> {
    let models = study.models.iter().map(|model| model.name.as_str());
    let levels = study.simulation.iter().filter_map(|simulation| simulation.levels.as_deref());
    let features = study.features.iter().map(|features| features.name.as_str());
    let mut names: Vec<&str> = models.chain(features).chain(levels).collect();
    names.sort_unstable();
    // The results of a twin stand in a folder of their own, `NAME-twin-1`, those of shuffled words in `NAME-shuffled`.
    let variant = |rest: &str| rest.starts_with("-twin-") || rest == "-shuffled";
    let variant_of = |a: &str, b: &str| a.strip_prefix(b).is_some_and(variant);
    let taken = names.iter().find(|a| names.iter().any(|b| variant_of(a, b)));
    vec![
        ("models", !names.is_empty(), "is empty, and so is `features`".into()),
        ("models.name", names.iter().all(|name| is_plain(name)), format!("must be plain file names: {names:?}")),
        ("models.name", names.windows(2).all(|pair| pair[0] != pair[1]), format!("is given twice: {names:?}")),
        (
            "models.name",
            taken.is_none(),
            format!("is the name of another model's twin or shuffled words: `{}`", taken.unwrap_or(&"")),
        ),
    ]
}

/// What says how good models are.
fn benchmarks(study: &Study) -> Vec<Rule> {
    let mut names: Vec<&str> = study.benchmarks.iter().map(|benchmark| benchmark.task.as_str()).collect();
    names.sort_unstable();
    let mixed = study.benchmarks.iter().find(|benchmark| !benchmark.is_one_kind());
    let unknown = study.benchmarks.iter().filter(|benchmark| benchmark.published.is_none());
    let unknown = unknown.map(|benchmark| benchmark.task.as_str()).find(|task| Task::named(task).is_err());
    let tokens = study.models.iter().filter_map(|model| model.tokens);
    let wrong = tokens.clone().find(|tokens| !(tokens.is_finite() && *tokens > 0.0));
    vec![
        ("benchmarks.task", names.windows(2).all(|pair| pair[0] != pair[1]), format!("is given twice: {names:?}")),
        (
            "benchmarks",
            mixed.is_none(),
            format!("needs either `data` or `published`: `{}`", mixed.map_or("", |benchmark| &benchmark.task)),
        ),
        (
            "benchmarks.task",
            unknown.is_none(),
            format!("is none of `gyrus benchmark --list`: `{}`", unknown.unwrap_or("")),
        ),
        ("models.tokens", wrong.is_none(), format!("must be positive: `{}`", wrong.unwrap_or(0.0))),
    ]
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.')
}

/// Where recordings come from, and what a row is.
fn rows(study: &Study) -> Vec<Rule> {
    let mut subjects: Vec<&str> = study.recordings.iter().map(|recording| recording.subject.as_str()).collect();
    subjects.sort_unstable();
    let good = |r: &RecordingEntry| r.rate.is_none_or(|rate| rate.is_finite() && rate > 0.0) && r.start.is_finite();
    let rate = study.recordings.iter().find(|r| !good(r));
    let sources = [study.bids.is_some(), study.simulation.is_some(), !study.recordings.is_empty()];
    let sources = sources.into_iter().filter(|given| *given).count();
    let landmark = study.bids.as_ref().and_then(|bids| bids.landmark.as_ref());
    let lags = study.lags.as_ref();
    vec![
        (
            "data",
            study.data.is_some() != study.story.is_some(),
            "or `story` must be given, and not both: a data set, or files of one's own".into(),
        ),
        (
            "recordings",
            sources == usize::from(study.story.is_some()),
            "or `bids` or `simulation` must be given, one of them, if and only if `story` is".into(),
        ),
        (
            "story.times",
            study.story.as_ref().is_none_or(|story| {
                story.times.is_none() || matches!(story.format, Some(WordFormat::NaturalStories(_)))
            }),
            "are those of Natural Stories: `story.format` must be `{ natural-stories = \"1\" }`".into(),
        ),
        (
            "story.format",
            study.story.as_ref().is_none_or(|story| story.format.is_none() || story.column.is_none()),
            "and `column` must not be given both: the column is of events".into(),
        ),
        (
            "story.backward",
            study.story.as_ref().is_none_or(|story| story.backward == Backward::Error || story.table().is_some()),
            "is \"untimed\", which is for a table with a row for each word".into(),
        ),
        (
            "preparation",
            study.preparation.is_none() || study.bids.is_some() || !study.recordings.is_empty(),
            "is for signals of `bids` or `recordings`".into(),
        ),
        (
            "electrodes",
            study.electrodes.is_none() || study.targets() == Targets::Own,
            "are chosen where each listener has their own: `story.targets` must be \"own\"".into(),
        ),
        (
            "electrodes.level",
            study.electrodes.as_ref().is_none_or(|chosen| chosen.level > 0.0 && chosen.level <= 1.0),
            "must be above 0 and at most 1".into(),
        ),
        ("bids.start", study.bids.as_ref().is_none_or(|bids| bids.start.is_finite()), "must be a number".into()),
        (
            "bids.landmark",
            landmark.is_none_or(Landmark::is_whole),
            "needs `left`, `right` or both, as three numbers in mm each".into(),
        ),
        (
            "bids.surfaces",
            study.bids.as_ref().and_then(|bids| bids.surfaces.as_ref()).is_none_or(|surfaces| surfaces.limit > 0.0),
            "needs a `limit` above 0 mm".into(),
        ),
        (
            "recordings.subject",
            subjects.windows(2).all(|pair| pair[0] != pair[1]),
            format!("is given twice: {subjects:?}"),
        ),
        (
            "recordings.rate",
            rate.is_none(),
            format!("and `start` must be numbers, the rate above 0: `{}`", rate.map_or("", |r| r.subject.as_str())),
        ),
        (
            "scans",
            study.scans.is_some() != lags.is_some(),
            "or `lags` must be given, and not both: rows are scans, or words".into(),
        ),
        (
            "scans.delays",
            study.scans.as_ref().is_none_or(super::ScanSettings::delays_suit),
            "must be given for the response \"fir\", can be for \"lanczos\", and have no meaning for \"canonical\""
                .into(),
        ),
        (
            "scans.cosines",
            study.scans.as_ref().is_none_or(|scans| scans.cosines.is_some() != scans.high_pass.is_some()),
            "or `high_pass` must be given, and not both: drift is removed by number or by period".into(),
        ),
        (
            "controls.words",
            study.controls.unsuited().is_none(),
            format!(
                "cannot hold what differs from model to model or comes with the recordings: {:?}",
                study.controls.unsuited()
            ),
        ),
        (
            "controls.neighbours",
            study.controls.neighbours == 0 || lags.is_some(),
            "is for rows that are words: where rows are scans the response model spreads words over them".into(),
        ),
    ]
}

/// Where rows are words: when they have their responses.
fn lags(study: &Study) -> Vec<Rule> {
    let Some(lags) = &study.lags else { return Vec::new() };
    let (all, epochs) = (lags.lags(), lags.epochs.as_ref());
    let repeated = all.iter().enumerate().find(|(i, lag)| all[..*i].contains(lag)).map(|(_, lag)| *lag);
    let windows = [!lags.seconds.is_empty(), lags.window.is_some()];
    let wrong = epochs.and_then(|epochs| epochs.lags().err());
    let several = if epochs.is_some() { "lags" } else { "`lags.seconds`" };
    vec![
        (
            "lags.seconds",
            windows == [epochs.is_none(); 2],
            "and `window` must be given, or `epochs`: means around lags, or epochs resampled".into(),
        ),
        ("lags.epochs", wrong.is_none(), wrong.map_or_else(String::new, |wrong| format!("makes no sense: {wrong}"))),
        ("lags.seconds", repeated.is_none(), format!("has a lag twice: `{}`", repeated.unwrap_or(f64::NAN))),
        (
            "lags.main",
            lags.main_at().is_some(),
            match epochs {
                None => format!("is not one of `lags.seconds`: `{}`", lags.main),
                Some(epochs) => format!(
                    "is not one of the lags of `lags.epochs`, {} s and on in steps of {} s: `{}`",
                    epochs.from,
                    epochs.rate.recip(),
                    lags.main
                ),
            },
        ),
        (
            "lags.target",
            lags.target == TargetLag::Main || all.len() > 1,
            format!("is \"evoked\", which needs several {several} to choose from"),
        ),
    ]
}

fn folds(study: &Study) -> Vec<Rule> {
    let encoding = &study.encoding;
    let by_group = [Some(encoding.scheme), encoding.inner_scheme].contains(&Some(SchemeName::LeaveGroupOut));
    let groups = encoding.groups.len();
    let tables: Vec<_> = study.recordings.iter().map(|recording| recording.targets.as_ref()).collect();
    vec![
        (
            "encoding.breaks",
            encoding.breaks.windows(2).all(|pair| pair[0] < pair[1]) && encoding.breaks.iter().all(|b| b.is_finite()),
            format!("must be times in order: {:?}", encoding.breaks),
        ),
        (
            "encoding.groups",
            groups == 0 || groups == encoding.breaks.len() + 1,
            format!("must be one for each of the {} runs: {groups}", encoding.breaks.len() + 1),
        ),
        ("encoding.groups", groups > 0 || !by_group, "are needed by the scheme \"leave-group-out\"".into()),
        (
            "encoding.share",
            encoding.share != Share::Groups
                || study.bids.is_some()
                || study.simulation.is_some()
                || (!tables.is_empty() && tables.iter().all(Option::is_some)),
            "is \"groups\", which needs `targets` of every one of `recordings`, with a column `group`".into(),
        ),
    ]
}

/// Bands that variance is divided among.
fn partition(study: &Study) -> Vec<Rule> {
    let Some(partition) = &study.partition else { return Vec::new() };
    let wrong = partition.wrong(study.controls.vectors.is_some());
    let shared = partition.banded && study.encoding.share != Share::None;
    vec![
        ("partition.bands", wrong.is_none(), wrong.unwrap_or_default()),
        (
            "partition.banded",
            !shared,
            "must be false with `encoding.share`: a penalty for each band is each target's own".into(),
        ),
        ("partition.shares", partition.shares >= 1, format!("must be at least 1: `{}`", partition.shares)),
    ]
}

fn counts(study: &Study) -> Vec<Rule> {
    let counts = [
        ("encoding.components", study.encoding.components.unwrap_or(1), 1),
        ("dimension.components", study.dimension.components.unwrap_or(1), 1),
        ("encoding.block", study.encoding.block, 2),
        ("inference.draws", study.inference.draws, 100),
        // p cannot reach .05 with fewer.
        ("inference.shifts", study.inference.shifts, 19),
        ("lag_map.shifts", study.lag_map.shifts.filter(|shifts| *shifts > 0).unwrap_or(19), 19),
        ("inference.least_shift", study.inference.least_shift, 1),
        ("inference.null_block", study.inference.null_block, 1),
        // Without groups there are no intervals; one alone leaves nothing to compare.
        ("similarity.groups", Some(study.similarity.groups).filter(|groups| *groups > 0).unwrap_or(2), 2),
        // Without shifts there are no p values.
        ("similarity.shifts", Some(study.similarity.shifts).filter(|shifts| *shifts > 0).unwrap_or(19), 19),
        ("similarity.best", study.similarity.best.unwrap_or(2), 2),
        ("text.characters", study.text.characters, 1),
    ];
    let rule = |(setting, value, least)| (setting, value >= least, format!("must be at least {least}: `{value}`"));
    counts.map(rule).to_vec()
}
