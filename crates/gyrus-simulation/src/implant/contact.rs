//! Where electrodes are: along the superior temporal gyrus and around it, up to frontal and parietal cortex.
//!
//! Regions are lines through the left hemisphere of MNI space, the right one is its mirror image; coordinates are rounded
//! ones of the ICBM152 template, good for distances and figures and not for anatomy.

use rand::Rng;
use rand::rngs::StdRng;
use rand_distr::StandardNormal;

/// Posteromedial Heschl's gyrus in the left hemisphere, x, y and z in MNI millimetres: the point of `datasets/landmarks.toml`,
/// which says where it comes from; the right one is its mirror image.
pub const PMHG: [f64; 3] = [-39.0, -30.0, 12.0];

/// Standard deviation of an electrode's place around its region's line along each axis, in millimetres.
const SCATTER: f64 = 2.5;

/// Name, share of electrodes, and the two ends of a region's line.
type Region = (&'static str, f64, [f64; 3], [f64; 3]);

/// The regions from Heschl's gyrus forwards and backwards; shares are roughly those of temporal implants.
const REGIONS: [Region; 8] = [
    ("HG", 0.13, [-37.0, -29.0, 12.0], [-53.0, -13.0, 5.0]),
    ("STG", 0.19, [-60.0, -22.0, 5.0], [-55.0, 4.0, -12.0]),
    ("pSTG", 0.14, [-60.0, -22.0, 5.0], [-60.0, -46.0, 14.0]),
    ("MTG", 0.18, [-60.0, -52.0, 4.0], [-57.0, -6.0, -24.0]),
    ("TP", 0.09, [-52.0, 8.0, -22.0], [-40.0, 18.0, -34.0]),
    ("IFG", 0.12, [-52.0, 14.0, 16.0], [-46.0, 34.0, -6.0]),
    ("SMG", 0.07, [-58.0, -34.0, 28.0], [-54.0, -48.0, 42.0]),
    ("AG", 0.08, [-50.0, -60.0, 30.0], [-42.0, -72.0, 38.0]),
];

/// A side of the brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hemisphere {
    /// x below 0.
    Left,
    /// x above 0.
    Right,
}

/// An electrode as an experimenter knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Its name, the patient's own: side, region and a number.
    pub name: String,
    /// x, y and z in MNI millimetres.
    pub position: [f64; 3],
    /// The region: HG, STG, pSTG, MTG, TP, IFG, SMG or AG.
    pub region: &'static str,
    /// The side.
    pub hemisphere: Hemisphere,
    /// Straight line to [`PMHG`] of the same side, in millimetres.
    pub distance: f64,
}

impl Hemisphere {
    /// `L` or `R`.
    pub fn letter(self) -> char {
        if self == Self::Left { 'L' } else { 'R' }
    }

    /// A place of the left side on this one.
    fn place(self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        if self == Self::Left { [x, y, z] } else { [-x, y, z] }
    }
}

impl Contact {
    /// Electrode `number` (from 1) of a patient, at a random place of a random region on this side.
    pub(super) fn drawn(number: usize, hemisphere: Hemisphere, rng: &mut StdRng) -> Self {
        let (region, _, from, to) = region(rng.random());
        let along: f64 = rng.random();
        let place = [0, 1, 2].map(|axis| from[axis] + along * (to[axis] - from[axis]));
        let position = hemisphere.place(place.map(|at| at + SCATTER * rng.sample::<f64, _>(StandardNormal)));
        let distance = distance(position, hemisphere.place(PMHG));
        Self { name: format!("{}{region}{number}", hemisphere.letter()), position, region, hemisphere, distance }
    }
}

/// The region in which `share` of all electrodes lies.
fn region(share: f64) -> Region {
    let mut left = share * REGIONS.iter().map(|(_, share, ..)| share).sum::<f64>();
    let found = REGIONS.iter().find(|(_, share, ..)| {
        left -= share;
        left < 0.0
    });
    *found.unwrap_or(&REGIONS[REGIONS.len() - 1])
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    [0, 1, 2].map(|axis| (a[axis] - b[axis]).powi(2)).iter().sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;

    use super::*;

    fn contacts(hemisphere: Hemisphere) -> Vec<Contact> {
        let mut rng = StdRng::seed_from_u64(3);
        (1..=4000).map(|number| Contact::drawn(number, hemisphere, &mut rng)).collect()
    }

    #[test]
    fn regions_have_their_shares_and_their_order_of_distances() {
        let contacts = contacts(Hemisphere::Left);
        let mean = |name: &str| {
            let of: Vec<f64> = contacts.iter().filter(|c| c.region == name).map(|c| c.distance).collect();
            (of.len() as f64 / 4000.0, of.iter().sum::<f64>() / of.len() as f64)
        };
        for (name, share, ..) in REGIONS {
            assert_abs_diff_eq!(mean(name).0, share, epsilon = 0.02);
        }
        let order = ["HG", "MTG", "IFG", "TP"].map(|name| mean(name).1);
        assert!(order.is_sorted(), "{order:?}");
        let distances = contacts.iter().map(|c| c.distance);
        let (least, most) = distances.fold((f64::MAX, 0.0_f64), |(least, most), d| (least.min(d), most.max(d)));
        assert!(least < 6.0 && (65.0..85.0).contains(&most), "{least} {most}");
    }

    #[test]
    fn the_right_side_mirrors_the_left() {
        for (left, right) in contacts(Hemisphere::Left).iter().zip(contacts(Hemisphere::Right)) {
            assert_eq!((left.position[0], left.distance), (-right.position[0], right.distance));
            assert_eq!((left.name.replace('L', "R"), &left.region), (right.name, &right.region));
        }
    }
}
