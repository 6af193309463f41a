//! The place that distances of electrodes are measured from.

use serde::{Deserialize, Serialize};

/// A place in each hemisphere of a space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landmark {
    /// What lies there.
    #[serde(default = "unnamed")]
    pub name: String,
    /// How the names of the spaces begin that the coordinates are in: `MNI152` for all its versions.
    pub space: String,
    /// Millimetres in the left hemisphere; electrodes there have no distance without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<[f64; 3]>,
    /// The same in the right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<[f64; 3]>,
    /// How far off the place may be, in millimetres, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<f64>,
    /// Where the coordinates are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A half of the brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hemisphere {
    Left,
    Right,
}

impl Hemisphere {
    /// The one that a place lies in by its x.
    pub fn of(position: [f64; 3]) -> Self {
        if position[0] < 0.0 { Self::Left } else { Self::Right }
    }
}

/// The places that come with the program.
const FILE: &str = include_str!("../../../../datasets/landmarks.toml");

#[derive(Deserialize)]
struct Landmarks {
    landmark: [Landmark; 1],
}

fn unnamed() -> String {
    "the landmark".into()
}

impl Landmark {
    /// Posteromedial Heschl's gyrus in MNI152, of `datasets/landmarks.toml`, which says where the coordinates are from.
    pub fn heschl() -> Self {
        let Landmarks { landmark: [heschl] } = toml::from_str(FILE).expect("a file that the tests read too");
        heschl
    }

    /// Whether coordinates of a space can be held against this place.
    pub fn suits(&self, space: &str) -> bool {
        space.starts_with(&self.space)
    }

    /// Whether every coordinate is finite and there is one.
    pub fn is_whole(&self) -> bool {
        let mut places = [self.left, self.right].into_iter().flatten().flatten().peekable();
        places.peek().is_some() && places.all(f64::is_finite)
    }

    /// Euclidean millimetres from the place in the electrode's own hemisphere, which is that of its x unless it is known.
    pub(super) fn distance(&self, position: [f64; 3], hemisphere: Option<Hemisphere>) -> Option<f64> {
        let place = match hemisphere.unwrap_or(Hemisphere::of(position)) {
            Hemisphere::Left => self.left,
            Hemisphere::Right => self.right,
        }?;
        Some(position.iter().zip(place).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn electrodes_belong_to_the_place_of_their_own_side() {
        let heschl = Landmark::heschl();
        let (left, right) = (heschl.left.expect("left"), heschl.right.expect("right"));
        assert!(heschl.is_whole() && heschl.suits("MNI152NLin2009aSym") && !heschl.suits("Other"));
        assert!(left[0] < 0.0 && right[0] > 0.0 && heschl.source.is_some());
        let at = |[x, y, z]: [f64; 3], more: f64| [x, y, z + more];
        assert_eq!(heschl.distance(at(left, 3.0), None), Some(3.0));
        assert_eq!(heschl.distance(at(right, -4.0), None), Some(4.0));
        assert!(heschl.distance(left, Some(Hemisphere::Right)) > Some(70.0));
        assert_eq!(Landmark { right: None, ..heschl }.distance(right, None), None);
    }
}
