//! Findings as figures.

use gyrus_encoding::Estimate;
use gyrus_report::{
    Curve, Depth, Difference, DifferenceGroup, Differences, HeatMap, Line, Palette, Panel, ScoreByLayer, Spread, Svg,
    TickGroup, Training, Trend, TrendPoint,
};

use crate::Error;
use crate::steps::similarity::{Compared, Similarity};
use crate::steps::text::TextScore;
use crate::summary::{ModelSummary, Summary};

/// What the vertical axes show.
const SCORE: &str = "r on held-out rows (mean over folds, 95 % interval)";

/// An estimate as the report knows it; undefined where it is not a number.
pub fn shown(estimate: &Estimate) -> Result<gyrus_report::Estimate, Error> {
    Ok(gyrus_report::Estimate::new(estimate.value, estimate.low, estimate.high)?)
}

/// Controls and layer together, by layer, for each region and their mean.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn score_by_layer(summary: &Summary, palette: &Palette) -> Result<Svg, Error> {
    let panels = summary.shown_places().map(|(place, name)| {
        let curve = |model: &ModelSummary, training, layers: &[Vec<Estimate>]| {
            let scores = layers.iter().map(|places| shown(&places[place])).collect::<Result<_, Error>>()?;
            Ok(Curve { model: model.name.clone(), training, scores })
        };
        let trained = summary.models.iter().map(|m| curve(m, Training::Trained, &m.joint));
        let twins = summary.models.iter().filter(|m| !m.twins.is_empty());
        // Without their intervals: three more bands would hide the curves.
        let bare = |layers: &[Vec<Estimate>]| -> Vec<Vec<Estimate>> {
            let bare = |e: &Estimate| Estimate { low: f64::NAN, high: f64::NAN, ..*e };
            layers.iter().map(|places| places.iter().map(bare).collect()).collect()
        };
        let twins = twins.map(|m| curve(m, Training::Untrained, &bare(&m.twins)));
        Ok(Panel {
            name: name.into(),
            curves: trained.chain(twins).collect::<Result<_, Error>>()?,
            controls: Some(shown(&summary.controls[place])?),
            ceiling: None,
        })
    });
    let figure = ScoreByLayer {
        title: "How well each layer, on top of the controls, predicts the group".into(),
        score: SCORE.into(),
        depth: Depth::Layer,
        spread: Spread::Bars,
        panels: panels.collect::<Result<_, Error>>()?,
    };
    Ok(figure.svg(palette)?)
}

/// What the chosen layers add to the controls, per region and over regions.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn contributions(summary: &Summary, palette: &Palette) -> Result<Svg, Error> {
    let group = |name: &str, pick: &dyn Fn(&ModelSummary) -> Estimate| {
        let row = |m: &ModelSummary| Ok(Difference { model: m.name.clone(), estimate: shown(&pick(m))? });
        let rows = summary.models.iter().map(row).collect::<Result<_, Error>>()?;
        Ok::<_, Error>(DifferenceGroup { name: name.into(), rows })
    };
    let added = |model: &ModelSummary, place: usize| match model.over_controls_regions.get(place) {
        Some(region) => region.difference,
        None => model.over_controls.difference,
    };
    let places = summary.shown_places().map(|(place, name)| group(name, &|m| added(m, place)));
    let mut groups = places.collect::<Result<Vec<_>, Error>>()?;
    if summary.models.iter().all(|m| m.over_twin.is_some()) {
        groups.push(group("over the untrained twin", &|m| m.over_twin.unwrap_or(m.over_controls.difference))?);
    }
    groups.push(group("single listeners", &|m| m.over_controls_listeners)?);
    let figure = Differences {
        title: "What each model adds to the controls".into(),
        difference: "difference of r, layer chosen on other folds (95 % interval)".into(),
        groups,
    };
    Ok(figure.svg(palette)?)
}

/// Which estimate of CKA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cka {
    /// 0 on average for independent representations.
    Debiased,
    /// As older papers report it.
    Biased,
}

/// CKA between all layers of all models and their first twins.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn similarity(similarity: &Similarity, cka: Cka) -> Result<Svg, Error> {
    let group = |model: &Compared| TickGroup {
        name: model.label(),
        ticks: (0..model.layers).map(|layer| layer.to_string()).collect(),
    };
    let (name, values) = match cka {
        Cka::Debiased => ("debiased", &similarity.debiased),
        Cka::Biased => ("biased", &similarity.biased),
    };
    let figure = HeatMap {
        title: format!("How alike the layers are (linear CKA, {name})"),
        value: format!("{name} CKA"),
        groups: similarity.models.iter().map(group).collect(),
        values: values.iter().flatten().map(|cka| cka.unwrap_or(f64::NAN)).collect(),
        range: Some((0.0, 1.0)),
    };
    Ok(figure.svg()?)
}

/// Brain similarity against bits per character, one point per model, and linfa's line through them.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn text_trend(summary: &Summary, text: &[TextScore], palette: &Palette) -> Result<Svg, Error> {
    let pairs: Vec<(&TextScore, &ModelSummary)> =
        summary.models.iter().filter_map(|m| Some((text.iter().find(|t| t.model == m.name)?, m))).collect();
    let point = |(text, model): &(&TextScore, &ModelSummary)| {
        let x = gyrus_report::Estimate::bare(text.bits_per_character)?;
        Ok(TrendPoint { label: model.name.clone(), model: Some(model.name.clone()), x, y: shown(&model.score)? })
    };
    let coordinates: Vec<(f64, f64)> = pairs.iter().map(|(t, m)| (t.bits_per_character, m.score.value)).collect();
    // Too few models for a line is no failure: the figure then shows points alone.
    let line = gyrus_encoding::Trend::through(&coordinates).ok();
    let figure = Trend {
        title: "Do better language models predict the brain better?".into(),
        x: "bits per character on the story (lower is better)".into(),
        y: SCORE.into(),
        points: pairs.iter().map(point).collect::<Result<_, Error>>()?,
        line: line.map(|line| Line { slope: line.slope, intercept: line.intercept }),
        note: match pairs.len() {
            1 => "One model is no answer.".to_owned(),
            n => format!("{n} models are far too few to answer; the line is a drawing aid, not a test."),
        },
    };
    Ok(figure.svg(palette)?)
}
