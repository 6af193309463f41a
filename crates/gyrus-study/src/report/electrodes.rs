//! `electrodes.parquet`: the targets of the group, whose they are and where they lie.

use crate::settings::Targets;
use crate::steps::heard::Heard;
use crate::steps::hierarchy::with_targets;
use crate::tables::Table;

/// One row per target of the group; `names` are those that scores are listed by.
pub fn electrodes(listeners: &[Heard], targets: Targets, names: &[String]) -> Table {
    let heard = with_targets(listeners, targets).iter();
    let all: Vec<_> =
        heard.flat_map(|heard| heard.targets.iter().map(move |target| (heard.subject(), target))).collect();
    let patient = |subject: &str| if targets == Targets::Own { subject.to_owned() } else { "all".to_owned() };
    let text = |pick: &dyn Fn(usize) -> String| (0..all.len()).map(pick).collect::<Vec<_>>();
    let number =
        |pick: &dyn Fn(usize) -> Option<f64>| (0..all.len()).map(|i| pick(i).unwrap_or(f64::NAN)).collect::<Vec<_>>();
    let axis = |axis: usize| number(&|i| all[i].1.position.map(|position| position[axis]));
    Table::new()
        .texts("target", &text(&|i| names.get(i).unwrap_or(&all[i].1.name).clone()))
        .texts("patient", &text(&|i| patient(all[i].0)))
        .texts("electrode", &text(&|i| all[i].1.name.clone()))
        .texts("region", &text(&|i| all[i].1.region.clone().unwrap_or_default()))
        .numbers("distance", &number(&|i| all[i].1.distance))
        .numbers("x", &axis(0))
        .numbers("y", &axis(1))
        .numbers("z", &axis(2))
}
