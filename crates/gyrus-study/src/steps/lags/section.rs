//! The maps over layers and lags on the page.

use gyrus_report::{Cell, Figure, Raster, Section, Svg, Table, Ticks};

use super::{Found, ModelLags};
use crate::Error;
use crate::steps::median::median;

/// q up to which a target counts as predicted.
const LEVEL: f64 = 0.05;

/// One map per model.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn figures(found: &Found) -> Result<Vec<(String, Svg)>, Error> {
    let figure = |model: &ModelLags| {
        let raster = Raster {
            title: format!("{}: each layer at each lag, mean over targets", model.model),
            value: "r of controls and layer, mean over folds and targets".into(),
            rows: Ticks {
                name: "layer".into(),
                labels: (0..model.mean.len()).map(|layer| layer.to_string()).collect(),
            },
            columns: Ticks {
                name: "lag after the word (s)".into(),
                labels: found.lags.iter().map(f64::to_string).collect(),
            },
            values: model.mean.iter().flatten().map(|r| r.unwrap_or(f64::NAN)).collect(),
        };
        Ok((format!("lags-{}", model.model), raster.svg()?))
    };
    found.models.iter().map(figure).collect()
}

/// The maps and what they show; none where there are none.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Found, figures: Vec<(String, Svg)>) -> Result<Option<Section>, Error> {
    if found.models.is_empty() {
        return Ok(None);
    }
    let null = match found.shifts {
        0 => "No null was asked for, so that nothing is said to be above chance.".to_owned(),
        shifts => format!(
            "p of a target holds the most that any layer adds to the controls at any lag against the most in each of {shifts} \
             circular shifts, so that looking at many cells is paid for; q adjusts p over targets (Benjamini-Hochberg)."
        ),
    };
    let prose = format!("Each of {} lags after the word, at the main window. {null}", found.lags.len());
    let mut section = Section::new("Layers and lags").prose(prose);
    for (_, svg) in figures {
        section = section.figure(Figure::new(
            svg,
            format!(
                "r of controls and layer together on held-out words, mean over folds and targets; n = {} targets.",
                found.targets.len()
            ),
            "Whether deeper layers do best at later lags. The brightest cell is the largest of many and no score.",
        ));
    }
    Ok(Some(section.table(targets(found)?)))
}

fn targets(found: &Found) -> Result<Table, Error> {
    let caption = "Targets with q of at most .05, and among them the median of the lag and of the layer where a layer adds \
         most to the controls: a description, chosen on the data that it describes.";
    let header = ["model", "targets", "q of at most .05", "median lag (s)", "median layer"];
    let mut table = Table::new(caption, header);
    for model in &found.models {
        let shown: Vec<_> = model.targets.iter().filter(|target| target.q <= LEVEL).collect();
        let number = |values: Vec<f64>| Cell::Number { value: median(values), digits: 2 };
        table = table.row(vec![
            Cell::text(&model.model),
            Cell::Count(model.targets.len() as u64),
            if found.shifts == 0 { Cell::text("no null") } else { Cell::Count(shown.len() as u64) },
            number(shown.iter().map(|target| target.lag).collect()),
            number(shown.iter().map(|target| target.layer as f64).collect()),
        ])?;
    }
    Ok(table.defined())
}
