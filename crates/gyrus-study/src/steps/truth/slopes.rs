//! Whether peaks go deeper with distance as they were planted to.

use gyrus_encoding::{Estimate, Trend};
use serde::{Deserialize, Serialize};

use super::electrode::Electrode;
use crate::hierarchy::{Alignment, Place};

/// Fewest electrodes that a slope is read of.
const FEW: usize = 3;

/// Peak depth against distance, planted and found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slopes {
    /// Height per millimetre over electrodes that hear, by least squares: what the levels' likeness makes of it is the slope
    /// of true peaks.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub height: f64,
    /// Over every target with a distance, as the hierarchy's section has it.
    pub all: Slope,
    /// Over the targets alone that respond; none of fewer than three.
    pub responsive: Option<Slope>,
}

/// Peak depth against distance over some targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slope {
    /// The targets.
    pub electrodes: usize,
    /// Those that hear nothing: their peaks are chance.
    pub deaf: usize,
    /// Depth of the true peak per millimetre over those that hear, by least squares.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub planted: f64,
    /// Depth of the peak that was found per millimetre, with its interval over draws of patients and of their targets.
    pub found: Estimate,
    /// Its rank correlation with distance, likewise.
    pub rank: Estimate,
    /// Two-sided: distances change places within patients.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub p: f64,
}

/// What a slope is drawn with.
#[derive(Debug, Clone, Copy)]
pub struct Draws<'a> {
    /// Names of patients.
    pub patients: &'a [String],
    /// Draws, and as many permutations.
    pub draws: usize,
    /// What decides them.
    pub seed: u64,
}

impl Slopes {
    /// Of `electrodes`, whose targets with a distance stand at `places` with the peaks that were found; `all` is what the
    /// hierarchy says of all of them. A target responds where levels add to the controls, whatever was planted.
    pub fn of(electrodes: &[Electrode], peaks: &[(&Place, f64)], all: &Alignment, draws: Draws) -> Self {
        let at = |place: &Place| {
            electrodes.iter().find(|e| e.found.as_ref().is_some_and(|found| found.column == place.column))
        };
        let located: Vec<&Electrode> = peaks.iter().filter_map(|(place, _)| at(place)).collect();
        let responds = |place: &Place| at(place).is_some_and(|electrode| electrode.responsive().is_some());
        let some: Vec<(&Place, f64)> = peaks.iter().copied().filter(|(place, _)| responds(place)).collect();
        let responsive = (some.len() >= FEW).then(|| {
            let alignment = Alignment::of(some.iter().copied(), draws.patients, draws.draws, draws.seed);
            Slope::of(some.iter().filter_map(|(place, _)| at(place)), &alignment)
        });
        let height = |electrode: &Electrode| electrode.planted.height.filter(|_| electrode.planted.hears());
        Self { height: slope(electrodes.iter(), height), all: Slope::of(located.into_iter(), all), responsive }
    }

    /// The slope that is held against what was planted: without targets that respond to nothing, where there are others.
    pub fn best(&self) -> &Slope {
        self.responsive.as_ref().unwrap_or(&self.all)
    }
}

impl Slope {
    fn of<'a>(electrodes: impl Iterator<Item = &'a Electrode> + Clone, alignment: &Alignment) -> Self {
        Self {
            electrodes: electrodes.clone().count(),
            deaf: electrodes.clone().filter(|electrode| !electrode.planted.hears()).count(),
            planted: slope(electrodes, |electrode| electrode.planted.peak_depth()),
            found: alignment.slope.estimate,
            rank: alignment.rank.estimate,
            p: alignment.permuted.p,
        }
    }

    /// Whether the interval holds the planted slope; none if either is undefined.
    pub fn holds(&self) -> Option<bool> {
        let defined = [self.planted, self.found.low, self.found.high].iter().all(|number| number.is_finite());
        defined.then(|| (self.found.low..=self.found.high).contains(&self.planted))
    }

    /// Whether peaks are said to go deeper with distance.
    pub fn claims_hierarchy(&self) -> bool {
        self.p <= super::electrode::LEVEL && self.found.value > 0.0
    }
}

/// Of a value on distance, over electrodes that have one; NaN of too few.
fn slope<'a>(electrodes: impl Iterator<Item = &'a Electrode>, value: impl Fn(&Electrode) -> Option<f64>) -> f64 {
    let points: Vec<(f64, f64)> = electrodes.filter_map(|e| Some((e.planted.distance, value(e)?))).collect();
    if points.len() < FEW { f64::NAN } else { Trend::through(&points).map_or(f64::NAN, |line| line.slope) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::truth::electrode::made_up;

    /// Two patients with eleven electrodes that hear and are found where they peak, and five that hear nothing and whose
    /// peaks are all found at the first level, 100 mm away.
    fn made_up_study() -> (Vec<Electrode>, Vec<(Place, f64)>) {
        let (mut electrodes, mut peaks) = (Vec::new(), Vec::new());
        for patient in 0..2 {
            for i in 0..16 {
                let (peak, distance) = if i < 11 { (Some(i), 7.0 * i as f64) } else { (None, 100.0) };
                let depth = if i < 11 { i as f64 / 10.0 } else { 0.0 };
                let mut electrode = made_up::electrode(peak, distance, depth, if i < 11 { 0.01 } else { 0.6 });
                let column = electrodes.len();
                if let Some(found) = &mut electrode.found {
                    found.column = column;
                }
                electrodes.push(electrode);
                peaks.push((Place { patient, target: format!("E{i}"), column, distance }, depth));
            }
        }
        (electrodes, peaks)
    }

    fn slopes(electrodes: &[Electrode], peaks: &[(Place, f64)]) -> Slopes {
        let patients = ["01".to_owned(), "02".to_owned()];
        let peaks: Vec<(&Place, f64)> = peaks.iter().map(|(place, depth)| (place, *depth)).collect();
        let all = Alignment::of(peaks.iter().copied(), &patients, 100, 1);
        Slopes::of(electrodes, &peaks, &all, Draws { patients: &patients, draws: 100, seed: 1 })
    }

    #[test]
    fn electrodes_that_hear_nothing_flatten_the_slope_until_they_are_left_out() {
        let (electrodes, peaks) = made_up_study();
        let found = slopes(&electrodes, &peaks);
        assert_eq!((found.all.electrodes, found.all.deaf, found.all.holds()), (32, 10, Some(false)));
        let responsive = found.responsive.as_ref().expect("22 respond");
        assert_eq!((responsive.electrodes, responsive.deaf), (22, 0));
        for slope in [found.height, found.all.planted, responsive.planted, responsive.found.value] {
            assert!((slope - 1.0 / 70.0).abs() < 1e-9);
        }
        assert!(responsive.claims_hierarchy() && found.all.found.value < 1.0 / 140.0, "{found:?}");
        assert_eq!(found.best(), responsive);
    }

    #[test]
    fn without_answers_there_is_no_slope_of_them() {
        let (mut electrodes, peaks) = made_up_study();
        electrodes.iter_mut().filter_map(|electrode| electrode.found.as_mut()).for_each(|found| found.q = 0.9);
        let found = slopes(&electrodes, &peaks);
        assert_eq!((&found.responsive, found.best()), (&None, &found.all));
    }
}
