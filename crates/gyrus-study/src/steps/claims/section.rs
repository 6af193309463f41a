//! The claims on the page.

use gyrus_encoding::Estimate;
use gyrus_report::{Cell, Line, Palette, Section, Svg, Table, Trend, TrendPoint};

use super::verdict::{self, verdict};
use super::{Claims, FEWEST, Judged, Judgement, Property, Quality};
use crate::Error;
use crate::steps::figures::shown;
use crate::steps::sections::figure;

/// The drawings of the section, each with the name of its file.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn figures(found: &Claims, palette: &Palette) -> Result<Vec<(String, Svg)>, Error> {
    let drawn = [
        Property::Similarity,
        Property::TargetsPeakDepth,
        Property::PeakDepth,
        Property::Alignment,
        Property::ContextGain,
    ];
    let asked = found.relations.iter().filter(|found| found.quality == Quality::Text);
    let asked = asked.filter(|found| drawn.contains(&found.property) && found.relation.rho.value.is_finite());
    asked.map(|judgement| Ok((file(judgement.property), draw(found, judgement, palette)?))).collect()
}

fn file(property: Property) -> String {
    let name = match property {
        Property::Similarity => "similarity",
        Property::OverControls => "over-controls",
        Property::PeakDepth => "peak-depth",
        Property::TargetsPeakDepth => "targets-peak-depth",
        Property::Alignment => "alignment",
        Property::ContextGain => "context",
    };
    format!("claim-{name}")
}

/// Models' bits per character against one of their properties.
fn draw(found: &Claims, judgement: &Judgement, palette: &Palette) -> Result<Svg, Error> {
    let at = Property::ALL.iter().position(|property| *property == judgement.property).unwrap_or_default();
    let pair = |model: &Judged| Some((-model.qualities[0]?, model.properties[at]?));
    let pairs: Vec<(&Judged, (f64, f64))> = found.models.iter().filter_map(|m| Some((m, pair(m)?))).collect();
    let point = |(model, (x, y)): &(&Judged, (f64, f64))| {
        let [x, y] = [*x, *y].map(gyrus_report::Estimate::bare);
        Ok(TrendPoint { label: model.name.clone(), model: Some(model.name.clone()), x: x?, y: y? })
    };
    let coordinates: Vec<(f64, f64)> = pairs.iter().map(|(_, pair)| *pair).collect();
    // Models of one quality have no line; the figure then shows points alone.
    let line = gyrus_encoding::Trend::through(&coordinates).ok();
    let figure = Trend {
        title: format!("Language against {}", judgement.property.name()),
        x: "bits per character on the story (lower is better)".into(),
        y: judgement.property.name().into(),
        points: pairs.iter().map(point).collect::<Result<_, Error>>()?,
        line: line.map(|line| Line { slope: line.slope, intercept: line.intercept }),
        note: verdict(judgement),
    };
    Ok(figure.svg(palette)?)
}

/// The section of the page; none without language models.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Claims, drawings: Vec<(String, Svg)>) -> Result<Option<Section>, Error> {
    if found.models.is_empty() {
        return Ok(None);
    }
    let section = Section::new("Do better language models resemble the brain more?");
    if found.relations.is_empty() {
        let models = found.models.len();
        return Ok(Some(
            section.prose(format!("Not asked: that takes {FEWEST} language models, and {models} are in this study.")),
        ));
    }
    let said = |judgement: &Judgement| format!("By {}: {}", judgement.quality.name(), verdict(judgement));
    let verdicts: Vec<String> = found.relations.iter().map(said).collect();
    let section = section
        .prose(verdicts.join("\n\n"))
        .note("Models are few and some are copies of others along their training: the columns without one family, and between families, say how much of a relation rests on that.")
        .table(relations(found)?)
        .table(models(found)?);
    let section = if found.regions.is_empty() { section } else { section.table(regions(found)?) };
    let section = if found.reach.is_empty() { section } else { section.table(reach(found)?) };
    Ok(Some(drawings.into_iter().fold(section, |section, (_, svg)| {
        section.figure(figure(
            svg,
            &format!(
                "One point per model; the line is least squares and a drawing aid. n = {} models.",
                found.models.len()
            ),
            "Whether points of one colour family alone make the slope, and whether the interval of rho leaves out zero.",
        ))
    })))
}

fn relations(found: &Claims) -> Result<Table, Error> {
    let caption = "Spearman's rho over models, with its 95 % interval (models as a sample of models) and p over orders of the \
         models; the range that is left without any one family; rho and p of the families' means; rho with another number \
         of the models held fixed, and its p.";
    let header =
        ["how good", "what it goes with", "rho", "p", "without a family", "between families", "p", "held fixed"];
    let mut table = Table::new(caption, header);
    for Judgement { quality, property, relation, fixed } in &found.relations {
        let number = |value| Cell::Number { value, digits: 2 };
        let (low, high) = relation.range_without();
        let fixed: Vec<String> = fixed
            .iter()
            .map(|(name, partial)| format!("{name}: {:.2} (p {})", partial.rho, verdict::p(partial.p)))
            .collect();
        table = table.row(vec![
            Cell::text(quality.name()),
            Cell::text(property.name()),
            estimate(&relation.rho)?,
            Cell::PValue(relation.p),
            Cell::text(if low.is_nan() { "undefined".into() } else { format!("{low:.2} to {high:.2}") }),
            number(relation.between_families),
            Cell::PValue(relation.p_families),
            Cell::text(fixed.join("; ")),
        ])?;
    }
    Ok(table)
}

fn models(found: &Claims) -> Result<Table, Error> {
    let header = ["model", "family", "bits per character"].into_iter().chain(Property::ALL.map(Property::name));
    let mut table = Table::new("Each model. Depths run from 0, the first layer, to 1, the last.", header);
    for model in &found.models {
        let number = |value: &Option<f64>| Cell::Number { value: value.unwrap_or(f64::NAN), digits: 3 };
        let names = [&model.name, &model.family].map(Cell::text);
        let bits = [number(&model.qualities[0].map(|quality| -quality))];
        table = table.row(names.into_iter().chain(bits).chain(model.properties.iter().map(number)).collect())?;
    }
    Ok(table)
}

fn regions(found: &Claims) -> Result<Table, Error> {
    let caption = "What the last context window adds to the first in each region: mean over its targets and over models, and \
         the lowest and highest gain of a model.";
    let header =
        ["region", "targets", "mean distance (mm)", "first window", "last window", "gain", "lowest", "highest"];
    let mut table = Table::new(caption, header);
    for region in &found.regions {
        let number = |value| Cell::Number { value, digits: 3 };
        table = table.row(vec![
            Cell::text(&region.region),
            Cell::Count(region.targets as u64),
            Cell::Number { value: region.distance.unwrap_or(f64::NAN), digits: 0 },
            number(region.first),
            number(region.last),
            number(region.last - region.first),
            number(region.lowest),
            number(region.highest),
        ])?;
    }
    Ok(table)
}

fn reach(found: &Claims) -> Result<Table, Error> {
    let caption = "Context and distance from auditory cortex, over targets: whether peak layers follow distance at each window, \
         and whether what the window adds to the first does. Intervals over draws of patients and of their targets; p: \
         distances change places within patients, two-sided.";
    let header = ["model", "window", "hierarchy alignment", "p", "gain with distance", "p"];
    let mut table = Table::new(caption, header);
    for window in &found.reach {
        table = table.row(vec![
            Cell::text(&window.model),
            Cell::Code(window.window.clone()),
            estimate(&window.alignment.rho)?,
            Cell::PValue(window.alignment.p),
            estimate(&window.gain.rho)?,
            Cell::PValue(window.gain.p),
        ])?;
    }
    Ok(table)
}

fn estimate(value: &Estimate) -> Result<Cell, Error> {
    Ok(Cell::Estimate { estimate: shown(value)?, digits: 2 })
}
