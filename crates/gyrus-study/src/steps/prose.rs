//! Findings in words. A difference is called one only where its interval says so.

use gyrus_encoding::{Estimate, FoldRow, Peak};
use gyrus_windows::WindowSpec;

use crate::settings::{Study, Targets};
use crate::summary::{ModelSummary, PairSummary, Summary};

/// Three digits with the interval, if there is one.
pub fn interval(estimate: &Estimate) -> String {
    match has_interval(estimate) {
        _ if estimate.value.is_nan() => "undefined".into(),
        true => format!("{:.3} [{:.3}, {:.3}]", estimate.value, estimate.low, estimate.high),
        false => format!("{:.3} (no interval)", estimate.value),
    }
}

/// A layer with the interval, if there is one.
pub fn peak(peak: &Peak) -> String {
    match peak.low.is_nan() {
        true => format!("{} (no interval)", peak.layer),
        false => format!("{} [{:.0}, {:.0}]", peak.layer, peak.low, peak.high),
    }
}

/// Whether the interval is defined: too few folds, blocks or listeners have none.
fn has_interval(estimate: &Estimate) -> bool {
    !estimate.low.is_nan() && !estimate.high.is_nan()
}

/// How often intervals held the truth where it is known: docs/CALIBRATION.md, the columns of the jackknife.
pub const COVERAGE: &str = "In simulations with a known answer such intervals held r 93 to 97 times in 100, but 88 where \
     smooth features predict white responses very well in a short recording; those of what is added to controls, \
     simulated in longer recordings only, held it 93 to 97 times.";

/// So many things.
fn counted(n: usize, thing: &str) -> String {
    if n == 1 { format!("{n} {thing}") } else { format!("{n} {thing}s") }
}

/// What was run, on what.
pub fn lead(study: &Study, summary: &Summary) -> String {
    let refused: Vec<&str> = summary.refused.iter().map(|refused| refused.subject.as_str()).collect();
    let left_out = match refused.as_slice() {
        [] => String::new(),
        names => format!(" ({} refused: {})", names.len(), names.join(", ")),
    };
    let twins = || format!(", each with {},", counted(study.words.twins as usize, "untrained twin"));
    let models = counted(study.models.len(), "language model");
    let features = match study.features.len() {
        1 => "1 set of features".to_owned(),
        n => format!("{n} sets of features"),
    };
    let sources = match (study.models.is_empty(), study.features.is_empty()) {
        (true, _) => features,
        (_, true) => models + &twins(),
        _ => format!("{models}{} and {features}", twins()),
    };
    let (group, rows) = (group(study), rows(study));
    let recordings = match study.targets() {
        Targets::Shared => format!("{} regions", summary.regions.len()),
        Targets::Own => format!("{} targets of their own", summary.regions.len()),
    };
    let measured = if study.data.is_some() { "fMRI" } else { "recordings" };
    format!(
        "{sources} against {measured} of {} listeners{left_out} in {recordings}: \
         {} {rows} each, a story of {} words, {} of them with a time.\n\n\
         The headline score is r between prediction and {group}, the group from here on, on held-out {rows}, \
         for the layer that was best on the other folds, on top of the controls{}.",
        summary.listeners.len(),
        summary.rows,
        summary.words,
        summary.timed_words,
        if study.models.is_empty() {
            String::new()
        } else {
            format!(", with a context of {}", context(study.words.main))
        },
    )
}

/// What stands for everybody.
pub fn group(study: &Study) -> &'static str {
    match study.targets() {
        Targets::Shared => "the mean recording",
        Targets::Own => "all targets",
    }
}

/// What the rows of the analysis are.
pub fn rows(study: &Study) -> &'static str {
    if study.lags.is_some() { "words" } else { "scans" }
}

/// A context window in words.
fn context(window: WindowSpec) -> String {
    match window {
        WindowSpec::Tokens(n) => format!("{n} tokens"),
        WindowSpec::Words(n) => format!("{n} words"),
        WindowSpec::Full => "all that the model can read".into(),
        WindowSpec::FullStride(n) => format!("all that the model can read, from every {n}th token on"),
    }
}

/// What one model shows against the controls and against its untrained twin.
pub fn verdict(model: &ModelSummary) -> String {
    let added = &model.over_controls;
    if added.difference.value.is_nan() {
        let score = interval(&model.score);
        return format!("{} scores {score}; what it adds is undefined, as the score of the controls is.", model.name);
    }
    let beyond = match (added.difference.low > 0.0, added.p <= 0.05) {
        (true, true) => "so its layers carry something that the controls do not",
        (false, true) if !has_interval(&added.difference) => "without an interval, so this is no more than a hint",
        (true, false) | (false, true) => "and interval and null disagree, so this is no more than a hint",
        (false, false) => "so nothing beyond the controls is shown",
    };
    let twin = model.over_twin.as_ref().map(|twin| {
        let verdict = match (twin.low > 0.0, twin.high < 0.0) {
            (true, _) => "for the group training matters",
            (_, true) => "for the group the untrained twins are better",
            _ => "it is not shown that training matters",
        };
        format!(" Against its untrained twins the difference is {}: {verdict}.", interval(twin))
    });
    let listeners = &model.over_controls_listeners;
    let single = match (listeners.low > 0.0, listeners.high < 0.0) {
        (true, _) => "it holds for single listeners too",
        (_, true) => "for single listeners the layers harm",
        _ if !has_interval(listeners) => "which says nothing of listeners in general",
        _ => "nothing is shown for single listeners, whose controls include what was measured on them alone",
    };
    format!(
        "{} adds {} to the controls (p = {:.3} by moved recordings), {beyond}.{} \
         Mean over single listeners: {}, {single}.",
        model.name,
        interval(&added.difference),
        added.p,
        twin.unwrap_or_default(),
        interval(listeners),
    )
}

/// Whether the trained models differ from each other.
pub fn pairs(summary: &Summary) -> String {
    let differ = |pick: &dyn Fn(&PairSummary) -> Estimate| -> Vec<String> {
        let apart = summary.pairs.iter().filter(|pair| pick(pair).excludes_zero());
        apart.map(|pair| format!("{} and {} ({})", pair.a, pair.b, interval(&pick(pair)))).collect()
    };
    let (group, listeners) = (differ(&|pair| pair.difference), differ(&|pair| pair.difference_listeners));
    let told = |pick: &dyn Fn(&PairSummary) -> Estimate| summary.pairs.iter().all(|pair| has_interval(&pick(pair)));
    let (told_of_group, told_of_listeners) = (told(&|pair| pair.difference), told(&|pair| pair.difference_listeners));
    let n = summary.pairs.len();
    match (n, group.as_slice(), listeners.as_slice()) {
        (0, ..) => "There is only one model, so nothing to compare.".into(),
        _ if !told_of_group => "The differences between the trained models have no intervals. \
             No model may be called better than another from these scores."
            .into(),
        (_, group, _) if !told_of_listeners => format!(
            "For the group {} of {n} pairs of trained models differ{}{}. \
             Over single listeners there are no intervals, so nothing is shown for listeners in general.",
            group.len(),
            if group.is_empty() { "" } else { ": " },
            listed(group)
        ),
        (_, [], []) => format!(
            "On this data set the differences between the trained models are not significant: \
             {} hold zero, for the group and over listeners. \
             No model may be called better than another from these scores.",
            if n == 1 { "both intervals".to_owned() } else { format!("all {n} intervals") },
        ),
        (_, some, []) => format!(
            "For the group {} of {n} pairs of trained models differ: {}. \
             Over single listeners no pair does, so the differences between the trained models are not significant \
             for listeners in general, and one set of weights per model says nothing of its family.",
            some.len(),
            listed(some)
        ),
        (_, _, some) => format!(
            "Of {n} pairs of trained models these differ over single listeners: {}. The other differences are not \
             significant, and one set of weights per model says nothing of its family.",
            listed(some)
        ),
    }
}

/// The first few of a list in words, and how many more there are.
fn listed(some: &[String]) -> String {
    match some.len().checked_sub(LISTED).filter(|more| *more > 0) {
        None => some.join("; "),
        Some(more) => format!("{}; and {more} more", some[..LISTED].join("; ")),
    }
}

/// What a sentence lists at most.
const LISTED: usize = 12;

/// What the outer folds hold out, learn from and lose.
pub fn folds(table: &[FoldRow]) -> String {
    let outer: Vec<&FoldRow> = table.iter().filter(|fold| fold.inner.is_none()).collect();
    let inner = table.len() - outer.len();
    let between = |count: &dyn Fn(&FoldRow) -> usize| {
        let counts: Vec<usize> = outer.iter().map(|fold| count(fold)).collect();
        match (counts.iter().min(), counts.iter().max()) {
            (Some(least), Some(most)) if least < most => format!("{least} to {most}"),
            (least, _) => least.copied().unwrap_or(0).to_string(),
        }
    };
    format!(
        "Each of {} outer folds holds out {} rows, learns from {} and loses {} to the gap; {inner} inner folds choose the \
         penalties. `folds.parquet` lists them all.",
        outer.len(),
        between(&|fold| fold.held_out.iter().map(ExactSizeIterator::len).sum()),
        between(&|fold| fold.training),
        between(&|fold| fold.lost),
    )
}

/// What the reader must know before any number: everything that weakens the numbers.
pub fn warnings(study: &Study, summary: &Summary) -> Vec<String> {
    let mut warnings = vec![pairs(summary)];
    for refused in &summary.refused {
        warnings.push(format!("Listener {} was refused and is in no number: {}.", refused.subject, refused.reason));
    }
    if summary.autocorrelation_rows > study.encoding.block {
        warnings.push(format!(
            "The responses' autocorrelation lasts {} rows, longer than the blocks of {} that intervals are made of: they are too narrow.",
            summary.autocorrelation_rows, study.encoding.block
        ));
    }
    if summary.controls.last().is_some_and(|controls| !has_interval(controls)) {
        warnings.push(
            "Scores have no intervals: these need three folds or more and two blocks or more in each, so that no difference \
             is shown here."
                .into(),
        );
    }
    if summary.gap_rows < summary.autocorrelation_rows {
        warnings.push(format!(
            "The gap of {} is shorter than the responses' longest autocorrelation, {} rows: held-out rows may leak. What \
             position in the run predicts without any stimulus, among the canaries, says how much.",
            study.encoding.gap, summary.autocorrelation_rows
        ));
    }
    let twin = |model: &ModelSummary| {
        let twin = model.twin_over_controls.filter(|twin| twin.low > 0.0)?;
        Some(format!("{} {}", model.name, interval(&twin)))
    };
    let twins: Vec<String> = summary.models.iter().filter_map(twin).collect();
    if !twins.is_empty() {
        warnings.push(format!(
            "Untrained twins add to the controls, {}: what the identity and order of words give through random weights is \
             not nothing.",
            listed(&twins)
        ));
    }
    warnings
}
