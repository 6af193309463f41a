//! Scores and findings as tables, one row per number.

use crate::steps::clock::Panel;
use crate::steps::scores::{Fitted, Series};
use crate::summary::Summary;
use crate::tables::Table;
use gyrus_encoding::Estimate;

/// A part of `scores.parquet`: every model, variant, window, predictors, layer, listener, region and fold of `series`.
pub fn score_table(series: &[Series], panels: &[Panel]) -> Table {
    let mut texts: [Vec<String>; 6] = Default::default();
    let (mut layers, mut folds) = (Vec::new(), Vec::new());
    let (mut lags, mut scores, mut penalties) = (Vec::new(), Vec::new(), Vec::new());
    for series in series {
        for (layer, listeners) in series.fitted.iter().enumerate() {
            for (panel, Fitted { scores: fitted, .. }) in panels.iter().zip(listeners) {
                for ((fold, region), &r) in fitted.r().indexed_iter() {
                    let row = [
                        &series.model,
                        &series.variant.name(),
                        &series.window.to_string(),
                        series.predictors.name(),
                        &panel.name,
                        &panel.targets[region],
                    ];
                    texts.iter_mut().zip(row).for_each(|(column, value)| column.push(value.to_owned()));
                    layers.push(layer as u32);
                    folds.push(fold as u32);
                    lags.push(panel.lags[region]);
                    scores.push(r);
                    penalties.push(fitted.penalties()[[fold, region]]);
                }
            }
        }
    }
    let names = ["model", "variant", "window", "predictors", "subject", "target"];
    let table = names.iter().zip(&texts).fold(Table::new(), |table, (name, column)| table.texts(name, column));
    table
        .counts("layer", &layers)
        .numbers("lag", &lags)
        .counts("fold", &folds)
        .numbers("r", &scores)
        .numbers("penalty", &penalties)
}

/// `models.parquet`: one row per model.
pub fn model_table(summary: &Summary) -> Table {
    let models = &summary.models;
    let names: Vec<String> = models.iter().map(|model| model.name.clone()).collect();
    let p: Vec<f64> = models.iter().map(|model| model.over_controls.p).collect();
    let last = |model: &crate::summary::ModelSummary| (model.joint.len().max(2) - 1) as f64;
    let undefined = Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN };
    let peaks: Vec<Estimate> = models
        .iter()
        .filter_map(|model| model.peaks.last().map(|peak| (model, peak)))
        .map(|(model, peak)| Estimate {
            value: peak.layer as f64 / last(model),
            low: peak.low / last(model),
            high: peak.high / last(model),
        })
        .collect();
    let of = |pick: &dyn Fn(&crate::summary::ModelSummary) -> Estimate| models.iter().map(pick).collect::<Vec<_>>();
    let table = Table::new().texts("model", &names);
    let table = estimates(table, "score", &of(&|m| m.score));
    let table = estimates(table, "score_listeners", &of(&|m| m.score_listeners));
    let table = estimates(table, "over_controls", &of(&|m| m.over_controls.difference)).numbers("over_controls_p", &p);
    let table = estimates(table, "over_controls_listeners", &of(&|m| m.over_controls_listeners));
    let table = estimates(table, "over_twin", &of(&|m| m.over_twin.unwrap_or(undefined)));
    let table = estimates(table, "over_twin_listeners", &of(&|m| m.over_twin_listeners.unwrap_or(undefined)));
    let table = estimates(table, "peak_depth", &peaks);
    estimates(table, "slope_over_depth", &of(&|m| m.slope))
}

/// `targets.parquet`: one row per model and region.
pub fn target_table(summary: &Summary) -> Table {
    let mut texts: [Vec<String>; 2] = Default::default();
    let mut numbers: [Vec<f64>; 11] = Default::default();
    for model in &summary.models {
        for (region, name) in summary.regions.iter().enumerate() {
            let (peak, added) = (model.peaks[region], &model.over_controls_regions[region]);
            texts[0].push(model.name.clone());
            texts[1].push(name.clone());
            let row = [
                summary.lags[region],
                summary.inter_subject[region].unwrap_or(f64::NAN),
                summary.controls[region].value,
                added.difference.value,
                added.difference.low,
                added.difference.high,
                added.p,
                added.q,
                peak.layer as f64,
                peak.low,
                peak.high,
            ];
            numbers.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    let names = [
        "lag",
        "ceiling_inter_subject_r",
        "controls",
        "over_controls",
        "over_controls_low",
        "over_controls_high",
        "over_controls_p",
        "over_controls_q",
        "peak_layer",
        "peak_layer_low",
        "peak_layer_high",
    ];
    let table = Table::new().texts("model", &texts[0]).texts("target", &texts[1]);
    names.iter().zip(&numbers).fold(table, |table, (name, column)| table.numbers(name, column))
}

/// `layers.parquet`: one row per model, layer and region (the mean over regions last), on the mean recording.
pub fn layer_table(summary: &Summary) -> Table {
    let places: Vec<String> = summary.regions.iter().cloned().chain(["mean over regions".into()]).collect();
    let (mut models, mut targets, mut layers) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns: [Vec<Estimate>; 4] = Default::default();
    let undefined = Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN };
    for model in &summary.models {
        for (layer, (place, target)) in
            (0..model.joint.len()).flat_map(|l| places.iter().enumerate().map(move |p| (l, p)))
        {
            let twins = model.twins.get(layer).map_or(undefined, |places| places[place]);
            let row = [model.joint[layer][place], model.added[layer][place], model.alone[layer][place], twins];
            columns.iter_mut().zip(row).for_each(|(column, estimate)| column.push(estimate));
            models.push(model.name.clone());
            targets.push(target.clone());
            layers.push(layer as u32);
        }
    }
    let table = Table::new().texts("model", &models).texts("target", &targets).counts("layer", &layers);
    let names = ["joint", "over_controls", "alone", "untrained_joint"];
    names.iter().zip(&columns).fold(table, |table, (name, column)| estimates(table, name, column))
}

/// A number and its interval as three columns.
fn estimates(table: Table, name: &str, values: &[Estimate]) -> Table {
    let column = |pick: fn(&Estimate) -> f64| values.iter().map(pick).collect::<Vec<_>>();
    table
        .numbers(name, &column(|estimate| estimate.value))
        .numbers(&format!("{name}_low"), &column(|estimate| estimate.low))
        .numbers(&format!("{name}_high"), &column(|estimate| estimate.high))
}
