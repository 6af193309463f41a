//! The sections of the page, each from findings to prose, tables and figures.

use gyrus_report::{Cell, Figure, Section, Svg, Table};

use crate::Error;
use crate::steps::figures::shown;
use crate::steps::material::Story;
use crate::steps::prose;
use crate::steps::text::TextScore;
use crate::summary::Summary;

/// A drawing with its caption and what to look for.
pub fn figure(svg: Svg, caption: &str, look_for: &str) -> Figure {
    Figure::new(svg, caption, look_for)
}

/// What a figure of scores counts: rows, places and listeners.
fn numbers(summary: &Summary) -> String {
    let counts = [
        (summary.rows, "rows", "row"),
        (summary.regions.len(), "targets", "target"),
        (summary.listeners.len(), "listeners", "listener"),
    ];
    let counts = counts.map(|(n, many, one)| format!("{n} {}", if n == 1 { one } else { many }));
    format!("n = {}.", counts.join(", "))
}

/// The headline: every model against the controls and its twins, and against the other models.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn found(summary: &Summary) -> Result<Section, Error> {
    let header = ["model", "score", "over controls", "p", "over untrained twin", "twin over controls"];
    let caption = format!(
        "Score: r on the group, mean over regions, with its 95 % interval. p is not adjusted for the number of models. {}",
        prose::COVERAGE
    );
    let mut table = Table::new(caption, header);
    for model in &summary.models {
        let twin = model.over_twin.as_ref().map_or(Ok(Cell::text("no twin")), estimate)?;
        let canary = model.twin_over_controls.as_ref().map_or(Ok(Cell::text("no twin")), estimate)?;
        let added = &model.over_controls;
        let row = [
            Cell::text(&model.name),
            estimate(&model.score)?,
            estimate(&added.difference)?,
            Cell::PValue(added.p),
            twin,
            canary,
        ];
        table = table.row(row.to_vec())?;
    }
    let verdicts: Vec<String> = summary.models.iter().map(prose::verdict).collect();
    Ok(Section::new("What was found").prose(verdicts.join("\n\n")).prose(prose::pairs(summary)).table(table))
}

/// The models and how well they predict the story's text.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn models(text: &[TextScore], trend: Svg) -> Result<Section, Error> {
    let header = ["model", "parameters", "blocks", "width", "longest input", "bits per character"];
    let caption = format!(
        "Score of the chosen layers against bits per character, one point per model; n = {} models.",
        text.len()
    );
    let mut table =
        Table::new("The models. Longest input in tokens; bits per character on the beginning of the story.", header);
    for text in text {
        let counts = [text.parameters, text.layers as u64, text.width as u64, text.limit as u64];
        let bits = Cell::Number { value: text.bits_per_character, digits: 3 };
        table =
            table.row([Cell::text(&text.model)].into_iter().chain(counts.map(Cell::Count)).chain([bits]).collect())?;
    }
    Ok(Section::new("Models and text").table(table).figure(figure(
        trend,
        &caption,
        "Whether the points rise to the left. With so few models they can do so by chance.",
    )))
}

/// Scores by layer, slopes and peaks.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn layers(summary: &Summary, svg: Svg) -> Result<Section, Error> {
    let mut table = Table::new(
        "Peak layer of each model (0 is the input of the first block) with its interval over bootstrap draws.",
        ["model"].into_iter().chain(summary.shown_places().map(|(_, name)| name)),
    );
    for model in &summary.models {
        let peaks = summary.shown_places().map(|(place, _)| Cell::text(prose::peak(&model.peaks[place])));
        table = table.row([Cell::text(&model.name)].into_iter().chain(peaks).collect())?;
    }
    let slopes: Vec<String> =
        summary.models.iter().map(|model| format!("{}: {}", model.name, prose::interval(&model.slope))).collect();
    let slopes = format!("Slope of the score from the first layer (0) to the last (1): {}.", slopes.join("; "));
    Ok(Section::new("Scores by layer")
        .figure(figure(
            svg,
            &format!(
                "r of controls and layer together on held-out rows of the group, by layer. Solid: trained, with 95 % jackknife \
                 intervals. Dashed: mean of the untrained twins. Grey: the controls alone, with their interval. {}",
                numbers(summary)
            ),
            "Does a trained curve stand above both the grey line and its own dashed twin? Overlapping intervals of two models do not settle whether they differ; the paired differences below do.",
        ))
        .prose(slopes)
        .note("A peak layer whose interval spans most of the model is not a finding.")
        .table(table))
}

/// What the chosen layers add to the controls, by region, by pair, and for single listeners.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn additions(summary: &Summary, svg: Svg) -> Result<Section, Error> {
    let table = if summary.shows_each() { each_region(summary)? } else { counted_regions(summary)? };
    let mut pairs = Table::new(
        "Pairs of trained models. The intervals of a column hold together 95 times in 100 (Bonferroni).",
        ["model", "against", "difference of r, the group", "difference of r, single listeners"],
    );
    for pair in &summary.pairs {
        let row = [
            Cell::text(&pair.a),
            Cell::text(&pair.b),
            estimate(&pair.difference)?,
            estimate(&pair.difference_listeners)?,
        ];
        pairs = pairs.row(row.to_vec())?;
    }
    let mut single = Table::new(
        "Single listeners, mean over listeners and regions; intervals speak of other listeners as well as of other rows.",
        ["model", "score", "over controls", "over untrained twin"],
    );
    for model in &summary.models {
        let twin = model.over_twin_listeners.as_ref().map_or(Ok(Cell::text("no twin")), estimate)?;
        let row = [
            Cell::text(&model.name),
            estimate(&model.score_listeners)?,
            estimate(&model.over_controls_listeners)?,
            twin,
        ];
        single = single.row(row.to_vec())?;
    }
    let section = Section::new("Beyond the controls")
        .figure(figure(
            svg,
            &format!(
                "Joint score minus the controls' score, layers chosen on other folds, with 95 % intervals. Last rows: the \
                 same against the untrained twin, and the mean over single listeners. {}",
                numbers(summary)
            ),
            "Intervals that leave out zero. A mean recording has less noise than a single listener, so its differences are larger.",
        ))
        .table(table);
    let section = if summary.pairs.is_empty() { section } else { section.table(pairs) };
    Ok(section.table(single))
}

/// What models add in each region, one by one.
fn each_region(summary: &Summary) -> Result<Table, Error> {
    let mut table = Table::new(
        "What the chosen layers add to the controls in each region. q: p adjusted over the regions of a model (Benjamini-Hochberg).",
        ["model", "region", "difference of r", "p", "q"],
    );
    for model in &summary.models {
        for (region, added) in summary.regions.iter().zip(&model.over_controls_regions) {
            table = table.row(vec![
                Cell::text(&model.name),
                Cell::text(region),
                estimate(&added.difference)?,
                Cell::PValue(added.p),
                Cell::PValue(added.q),
            ])?;
        }
    }
    Ok(table)
}

/// In how many targets models add something, where there are too many to be shown.
fn counted_regions(summary: &Summary) -> Result<Table, Error> {
    let mut table = Table::new(
        "In how many targets the chosen layers add something to the controls, by q of at most .05: p adjusted over the targets of \
         a model (Benjamini-Hochberg). Each target stands in `targets.parquet`.",
        ["model", "targets", "q of at most .05", "difference of r, mean over all"],
    );
    for model in &summary.models {
        let found = model.over_controls_regions.iter().filter(|added| added.q <= LEVEL).count();
        table = table.row(vec![
            Cell::text(&model.name),
            Cell::Count(model.over_controls_regions.len() as u64),
            Cell::Count(found as u64),
            estimate(&model.over_controls.difference)?,
        ])?;
    }
    Ok(table)
}

/// The largest q that counts as a finding.
const LEVEL: f64 = 0.05;

/// Scores by context window.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn windows(summary: &Summary) -> Result<Section, Error> {
    let mut table = Table::new(
        "Score with each context window (w: words), and its difference from the first window.",
        ["model", "window", "score", "over the first window"],
    );
    for model in &summary.models {
        for window in &model.windows {
            let row = [
                Cell::text(&model.name),
                Cell::text(&window.window),
                estimate(&window.score)?,
                estimate(&window.over_first)?,
            ];
            table = table.row(row.to_vec())?;
        }
    }
    Ok(Section::new("Does context matter").table(table))
}

/// The recordings, the controls and the ceiling.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn brains(summary: &Summary) -> Result<Section, Error> {
    let mut table = Table::new(
        "Regions. Ceiling: leave-one-out inter-subject r after removal of drift, mean over listeners. It is a yardstick, not a bound: a mean recording has less noise than any listener, and a single listener's controls include motion, which predicts that listener's own noise.",
        ["region", "inter-subject r", "controls alone, the group"],
    );
    for (place, name) in summary.shown_places().filter(|(place, _)| *place < summary.regions.len()) {
        let value = summary.inter_subject[place].unwrap_or(f64::NAN);
        table = table.row(vec![
            Cell::text(name),
            Cell::Number { value, digits: 3 },
            estimate(&summary.controls[place])?,
        ])?;
    }
    let controls = summary.controls.last().expect("the mean over regions comes last");
    let rate = match summary.word_rate_check {
        check if check.is_nan() => "The supplied word rates do not vary and could not be compared.".into(),
        check => format!(
            "The word rate recomputed from the transcript correlates {check:.3} or better with the one supplied for each listener."
        ),
    };
    let prose = format!(
        "The controls alone reach {} on the group and {} on single listeners. \
         {rate} \
         The autocorrelation of the group's responses has fallen to zero after {} rows.",
        prose::interval(controls),
        prose::interval(&summary.controls_listeners),
        summary.autocorrelation_rows,
    );
    let section = Section::new("Recordings and controls").prose(prose);
    Ok(if summary.shows_each() { section.table(table) } else { section })
}

/// How the text and the labels of the recording were brought together.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn words(story: &Story) -> Result<Section, Error> {
    let mut spellings = Table::new(
        "Words that the labels of the recording spell otherwise, excused by the manifest.",
        ["word", "text", "label"],
    );
    for used in &story.spellings {
        spellings =
            spellings.row(vec![Cell::Count(used.word as u64), Cell::text(&used.text), Cell::text(&used.spoken)])?;
    }
    const UNTIMED: &str = "Words without a time are read by the models and never scored.";
    if story.merges.is_empty() && story.spellings.is_empty() {
        return Ok(Section::new("Words").prose(format!("Words and times are as the table has them. {UNTIMED}")));
    }
    let examples: Vec<String> =
        story.merges.iter().take(8).map(|merge| format!("{} = {}", merge.text, merge.labels.join(" + "))).collect();
    let prose = format!(
        "{} words of the text were spoken as several labels and have been joined, for example {}. \
         Words without letters have no time; they are read by the models and never scored.",
        story.merges.len(),
        examples.join("; "),
    );
    Ok(Section::new("Words").prose(prose).table(spellings))
}

/// A number with its interval.
///
/// # Errors
/// An [`Error::Report`] if it cannot be shown.
pub fn estimate(estimate: &gyrus_encoding::Estimate) -> Result<Cell, Error> {
    Ok(Cell::Estimate { estimate: shown(estimate)?, digits: 3 })
}
