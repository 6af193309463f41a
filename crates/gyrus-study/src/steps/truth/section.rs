//! What was planted and what was found, on the page.

use gyrus_report::{Cell, Line, Palette, Section, Svg, Table, Trend, TrendPoint};

use super::verdicts::verdicts;
use super::{Found, Point};
use crate::Error;
use crate::steps::figures::shown;
use crate::steps::sections::figure;

/// The drawings of the section, each with the name of its file; none where nothing responds.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn figures(found: &Found, palette: &Palette) -> Result<Vec<(String, Svg)>, Error> {
    let mut drawn = Vec::new();
    if !found.peaks.levels.is_empty() {
        drawn.push(("truth-peaks".to_owned(), peaks(found, palette)?));
    }
    if !found.points.is_empty() {
        drawn.push(("truth-hierarchy".to_owned(), hierarchy(found, palette)?));
    }
    Ok(drawn)
}

/// True depth against the mean depth at which peaks are found, a point per level.
fn peaks(found: &Found, palette: &Palette) -> Result<Svg, Error> {
    let point = |level: &super::peaks::LevelPeaks| {
        Ok(TrendPoint {
            label: level.electrodes.to_string(),
            model: Some(found.features.clone()),
            x: gyrus_report::Estimate::bare(level.depth)?,
            y: gyrus_report::Estimate::new(level.mean, level.lowest, level.highest)?,
        })
    };
    let figure = Trend {
        title: "Where peaks were planted and where they are found".into(),
        x: "depth of the true peak".into(),
        y: "depth at which the peak is found: mean, lowest and highest".into(),
        points: found.peaks.levels.iter().map(point).collect::<Result<_, Error>>()?,
        line: Some(Line { slope: 1.0, intercept: 0.0 }),
        note: "A point for each level, with the number of its electrodes; the line is where all would be found as planted."
            .into(),
    };
    Ok(figure.svg(palette)?)
}

/// Distance against the depth at which peaks are found, a point per target that responds.
fn hierarchy(found: &Found, palette: &Palette) -> Result<Svg, Error> {
    let point = |point: &Point| {
        Ok(TrendPoint {
            label: String::new(),
            model: point.planted.map(|_| found.features.clone()),
            x: gyrus_report::Estimate::bare(point.distance)?,
            y: gyrus_report::Estimate::bare(point.found)?,
        })
    };
    let planted: Vec<(f64, f64)> = found.points.iter().filter_map(|p| Some((p.distance, p.planted?))).collect();
    let line = gyrus_encoding::Trend::through(&planted).ok();
    let figure = Trend {
        title: "Targets that respond: where their peaks are found".into(),
        x: "distance from auditory cortex (mm)".into(),
        y: "depth at which the peak is found".into(),
        points: found.points.iter().map(point).collect::<Result<_, Error>>()?,
        line: line.map(|line| Line { slope: line.slope, intercept: line.intercept }),
        note: "The line is that of the true peaks of these targets. Grey: targets that hear nothing.".into(),
    };
    Ok(figure.svg(palette)?)
}

/// The section of the page.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Found, drawings: Vec<(String, Svg)>) -> Result<Section, Error> {
    let intro = format!(
        "The recordings are simulated, and this section alone knows what was planted: {} electrodes, of which {} hear. A \
         target responds where the features `{}`, the planted levels, add to the controls with q of at most .05, whatever \
         was planted in it. Every electrode stands in `truth.parquet`.",
        found.electrodes, found.hearing, found.features
    );
    let section = Section::new("What was planted and what was found")
        .prose(intro)
        .prose(verdicts(found).join("\n\n"))
        .table(slopes(found)?)
        .table(levels(found)?)
        .table(detection(found)?);
    Ok(drawings.into_iter().fold(section, |section, (name, svg)| {
        let (caption, look_for) = match name.as_str() {
            "truth-peaks" => (
                format!(
                    "Electrodes that hear and respond, by the level that was planted as their peak; n = {}.",
                    found.points.iter().filter(|point| point.planted.is_some()).count()
                ),
                "Whether points lie on the line; the ends of the scale pull inwards, because no peak is found beyond them.",
            ),
            _ => (
                format!("Every target that responds; n = {}.", found.points.len()),
                "Whether the points follow the line of what was planted, and where they scatter about it.",
            ),
        };
        section.figure(figure(svg, &caption, look_for))
    }))
}

fn slopes(found: &Found) -> Result<Table, Error> {
    let caption = "Peak depth against distance, per mm. Planted: least squares of true peaks over those of the targets that \
         hear. Found: over all of the targets, with its 95 % interval over draws of patients and of their targets; p: \
         distances change places within patients, two-sided.";
    let header = ["targets", "number", "hear nothing", "planted", "found", "planted is", "rank correlation", "p"];
    let mut table = Table::new(caption, header);
    let rows = [("all", Some(&found.slopes.all)), ("that respond", found.slopes.responsive.as_ref())];
    for (name, slope) in rows.into_iter().filter_map(|(name, slope)| Some((name, slope?))) {
        let inside = match slope.holds() {
            Some(true) => "inside",
            Some(false) => "outside",
            None => "undefined",
        };
        table = table.row(vec![
            Cell::text(name),
            Cell::Count(slope.electrodes as u64),
            Cell::Count(slope.deaf as u64),
            Cell::Number { value: slope.planted, digits: 4 },
            Cell::Estimate { estimate: shown(&slope.found)?, digits: 4 },
            Cell::text(inside),
            Cell::Estimate { estimate: shown(&slope.rank)?, digits: 2 },
            Cell::PValue(slope.p),
        ])?;
    }
    Ok(table)
}

/// Peaks and lags level by level.
fn levels(found: &Found) -> Result<Table, Error> {
    let caption = "Electrodes that hear and respond, by the level of their true peak (from 0): the depths at which peaks are \
         found, and medians of the planted latency, of the lag of the evoked response and of the lag at which a level adds \
         most, in seconds.";
    let header = [
        "level",
        "electrodes",
        "planted depth",
        "mean depth",
        "lowest",
        "highest",
        "latency",
        "evoked lag",
        "best lag",
    ];
    let mut table = Table::new(caption, header);
    for level in &found.peaks.levels {
        let lags =
            found.latencies.iter().flat_map(|latencies| &latencies.levels).find(|lags| lags.level == level.level);
        let number = |value| Cell::Number { value, digits: 2 };
        let seconds = |value: Option<f64>| value.map_or(Cell::text("none"), number);
        table = table.row(vec![
            Cell::Count(level.level as u64),
            Cell::Count(level.electrodes as u64),
            number(level.depth),
            number(level.mean),
            number(level.lowest),
            number(level.highest),
            seconds(lags.map(|lags| lags.planted)),
            seconds(lags.and_then(|lags| lags.evoked)),
            seconds(lags.and_then(|lags| lags.best)),
        ])?;
    }
    Ok(table)
}

fn detection(found: &Found) -> Result<Table, Error> {
    let caption = "In how many electrodes a model adds to the controls. Expected: on average at most, of those found by q \
         (Benjamini and Hochberg), and of those that hear nothing by p.";
    let header = ["model", "hear", "found", "hear nothing", "found", "expected", "p of at most .05", "expected"];
    let mut table = Table::new(caption, header);
    for detection in &found.detection {
        table = table.row(vec![
            Cell::text(&detection.model),
            Cell::Count(detection.hearing as u64),
            Cell::Count(detection.hearing_found as u64),
            Cell::Count(detection.deaf as u64),
            Cell::Count(detection.deaf_found as u64),
            Cell::Number { value: detection.expected_found(), digits: 1 },
            Cell::Count(detection.deaf_small_p as u64),
            Cell::Number { value: detection.expected_small_p(), digits: 1 },
        ])?;
    }
    Ok(table)
}
