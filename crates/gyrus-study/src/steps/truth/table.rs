//! `truth.parquet`: one row per electrode.

use super::electrode::{Electrode, FoundElectrode};
use crate::tables::Table;

/// What was planted in each electrode and what was found; NaN where there is nothing.
pub fn electrodes(electrodes: &[Electrode]) -> Table {
    let texts = |pick: fn(&Electrode) -> &str| electrodes.iter().map(|e| pick(e).to_owned()).collect::<Vec<_>>();
    let planted = |pick: fn(&Electrode) -> Option<f64>| {
        electrodes.iter().map(|e| pick(e).unwrap_or(f64::NAN)).collect::<Vec<_>>()
    };
    let found = |pick: fn(&FoundElectrode) -> Option<f64>| {
        electrodes.iter().map(|e| e.found.as_ref().and_then(pick).unwrap_or(f64::NAN)).collect::<Vec<_>>()
    };
    Table::new()
        .texts("patient", &texts(|e| &e.patient))
        .texts("electrode", &texts(|e| &e.planted.name))
        .numbers("distance", &planted(|e| Some(e.planted.distance)))
        .numbers("planted_height", &planted(|e| e.planted.height.filter(|_| e.planted.hears())))
        .numbers("planted_latency", &planted(|e| Some(e.planted.latency).filter(|_| e.planted.hears())))
        .numbers("planted_ceiling", &planted(|e| Some(e.planted.ceiling)))
        .numbers("planted_linear_ceiling", &planted(|e| e.planted.linear_ceiling))
        .numbers("planted_peak_depth", &planted(|e| e.planted.peak_depth()))
        .numbers("lag", &found(|f| f.lag))
        .numbers("best_lag", &found(|f| f.best_lag))
        .numbers("peak_depth", &found(|f| Some(f.peak.value)))
        .numbers("peak_depth_low", &found(|f| Some(f.peak.low)))
        .numbers("peak_depth_high", &found(|f| Some(f.peak.high)))
        .numbers("score", &found(|f| Some(f.score.value)))
        .numbers("score_low", &found(|f| Some(f.score.low)))
        .numbers("score_high", &found(|f| Some(f.score.high)))
        .numbers("true_peak_alone", &found(|f| Some(f.alone)))
        .numbers("q", &found(|f| Some(f.q)))
}
