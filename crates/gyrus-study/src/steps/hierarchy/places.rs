//! The targets of the group whose distance from auditory cortex is known.

use crate::hierarchy::Place;
use crate::settings::Targets;
use crate::steps::clock::MEAN;
use crate::steps::heard::Heard;

/// The listeners whose targets, side by side, are those of the group: of shared ones the first stands for all.
pub fn with_targets(listeners: &[Heard], targets: Targets) -> &[Heard] {
    match targets {
        Targets::Shared => &listeners[..listeners.len().min(1)],
        Targets::Own => listeners,
    }
}

/// The targets that have a distance, whose they are, and how many have none.
///
/// Targets that listeners share are those of one patient, the mean recording, at the first listener's distances.
pub fn places(listeners: &[Heard], targets: Targets) -> (Vec<Place>, Vec<String>, usize) {
    let counted = with_targets(listeners, targets);
    let (mut places, mut patients, mut column) = (Vec::new(), Vec::new(), 0);
    for heard in counted {
        let located = heard.targets.iter().enumerate().filter_map(|(i, target)| Some((i, target, target.distance?)));
        let own = located.map(|(i, target, distance)| Place {
            patient: patients.len(),
            target: target.name.clone(),
            column: column + i,
            distance,
        });
        let known = places.len();
        places.extend(own);
        if places.len() > known {
            let everybody = targets == Targets::Shared;
            patients.push(if everybody { MEAN.to_owned() } else { heard.subject().to_owned() });
        }
        column += heard.targets.len();
    }
    let without = column - places.len();
    (places, patients, without)
}
