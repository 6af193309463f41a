//! Whether values follow distance, on electrodes with a known answer.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use gyrus_encoding::{Electrode, Error, Hierarchy, Levels, Mixed, RandomEffects};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;
use rayon::prelude::*;

const BOTH: RandomEffects = RandomEffects::InterceptAndSlope;

/// A number in [0, 1) that Python computes alike.
fn uniform(k: f64) -> f64 {
    let x = (k * 12.9898).sin() * 43758.5453;
    x - x.floor()
}

/// About normal: twelve uniforms, less 6.
fn normal(k: f64) -> f64 {
    (0..12).map(|i| uniform(12.0 * k + i as f64)).sum::<f64>() - 6.0
}

/// The electrodes of tests/scripts/hierarchy_oracle.py: slopes differ between patients by `slopes`.
fn fixed_electrodes(seed: f64, slopes: f64) -> Hierarchy {
    let (mut electrodes, mut k) = (Vec::new(), 10_000.0 * seed);
    for (patient, size) in [12, 7, 20, 5, 15, 9].into_iter().enumerate() {
        let (intercept, slope) = (normal(k + 1.0), normal(k + 2.0));
        k += 2.0;
        for _ in 0..size {
            let distance = 70.0 * uniform(k + 0.5);
            let value = 10.0 + 2.0 * intercept + (0.12 + slopes * slope) * distance + 3.0 * normal(k + 1.0);
            electrodes.push(Electrode { patient, distance, value });
            k += 1.0;
        }
    }
    Hierarchy::new(&electrodes)
}

/// What statsmodels finds.
struct Figures {
    intercept: f64,
    slope: f64,
    error: f64,
    between: [f64; 3],
    residual: f64,
    log_likelihood: f64,
}

fn check(hierarchy: &Hierarchy, effects: RandomEffects, expected: &Figures) -> Result<Mixed, Error> {
    let found = hierarchy.mixed(effects)?;
    assert_relative_eq!(found.intercept, expected.intercept, max_relative = 1e-3);
    assert_relative_eq!(found.slope.value, expected.slope, max_relative = 1e-3);
    assert_relative_eq!(found.standard_error, expected.error, max_relative = 1e-3);
    assert_relative_eq!(found.residual, expected.residual, max_relative = 1e-3);
    assert_abs_diff_eq!(found.log_likelihood, expected.log_likelihood, epsilon = 1e-4);
    let [[intercept, covariance], [_, slope]] = found.between;
    for (found, expected) in [intercept, covariance, slope].iter().zip(expected.between) {
        assert_relative_eq!(*found, expected, max_relative = 1e-2, epsilon = 1e-9);
    }
    Ok(found)
}

/// Figures of tests/scripts/hierarchy_oracle.py.
#[test]
fn agrees_with_statsmodels() -> Result<(), Error> {
    let figures = Figures {
        intercept: 8.75014686,
        slope: 0.14596622,
        error: 0.0149443804,
        between: [4.981153, 0.0, 0.0],
        residual: 6.32092956,
        log_likelihood: -167.214613,
    };
    check(&fixed_electrodes(1.0, 0.06), RandomEffects::Intercept, &figures)?;
    let figures = Figures {
        intercept: 9.00984511,
        slope: 0.139137514,
        error: 0.016017263,
        between: [7.596946, -0.04236695, 0.0002362736],
        residual: 6.22141166,
        log_likelihood: -166.704942,
    };
    check(&fixed_electrodes(1.0, 0.06), BOTH, &figures)?;
    let figures = Figures {
        intercept: 8.75222445,
        slope: 0.138591906,
        error: 0.0277884567,
        between: [42.77, 0.0, 0.0],
        residual: 18.7381878,
        log_likelihood: -205.452825,
    };
    check(&fixed_electrodes(2.0, 0.15), RandomEffects::Intercept, &figures)?;
    let figures = Figures {
        intercept: 10.188772,
        slope: 0.0968418331,
        error: 0.093368652,
        between: [3.749244, -0.397128, 0.04952014],
        residual: 9.45325863,
        log_likelihood: -185.273484,
    };
    check(&fixed_electrodes(2.0, 0.15), BOTH, &figures)?;
    Ok(())
}

/// A planted hierarchy: eight patients of different size, intercepts and slopes of their own, noise.
fn simulate(seed: u64, slope: f64, slope_sd: f64) -> Hierarchy {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut normal = move || rng.sample::<f64, _>(StandardNormal);
    let mut electrodes = Vec::new();
    for (patient, size) in [4, 6, 9, 12, 15, 20, 26, 40].into_iter().enumerate() {
        let (intercept, own) = (12.0 + 3.0 * normal(), slope + slope_sd * normal());
        for _ in 0..size {
            let distance = 25.0 + 15.0 * normal();
            electrodes.push(Electrode { patient, distance, value: intercept + own * distance + 4.0 * normal() });
        }
    }
    Hierarchy::new(&electrodes)
}

/// How many of `seeds` simulations fulfil `condition`.
fn count(seeds: u64, slope: f64, slope_sd: f64, condition: impl Fn(u64, &Hierarchy) -> bool + Sync) -> usize {
    (0..seeds).into_par_iter().filter(|seed| condition(*seed, &simulate(*seed, slope, slope_sd))).count()
}

/// Asserts that `found` of `n` is within 3.3 binomial deviations of `share`.
fn assert_share(found: usize, n: u64, share: f64) {
    let (mean, sd) = (n as f64 * share, (n as f64 * share * (1.0 - share)).sqrt());
    assert!((found as f64 - mean).abs() < 3.3 * sd, "{found} of {n}, not {share}");
}

#[test]
fn the_planted_slope_lies_inside_its_interval() {
    let inside = |_, hierarchy: &Hierarchy| {
        hierarchy.mixed(BOTH).is_ok_and(|found| found.slope.low <= 0.1 && 0.1 <= found.slope.high)
    };
    assert_share(count(300, 0.1, 0.06, inside), 300, 0.95);
}

/// Slopes differ between patients around 0.
#[test]
fn no_hierarchy_is_claimed_at_the_nominal_rate() {
    let claimed = |_, hierarchy: &Hierarchy| hierarchy.mixed(BOTH).is_ok_and(|found| found.p < 0.05);
    assert_share(count(300, 0.0, 0.06, claimed), 300, 0.05);
}

/// With one slope for all, patients who differ look like certainty.
#[test]
fn a_common_slope_claims_too_much_where_patients_differ() {
    let claimed =
        |_, hierarchy: &Hierarchy| hierarchy.mixed(RandomEffects::Intercept).is_ok_and(|found| found.p < 0.05);
    assert!(count(300, 0.0, 0.06, claimed) > 45);
    assert_share(count(300, 0.0, 0.0, claimed), 300, 0.05);
}

#[test]
fn permuting_within_patients_rejects_at_the_nominal_rate_without_any_relation() {
    let claimed =
        |seed, hierarchy: &Hierarchy| hierarchy.permutation(|h| h.slope(RandomEffects::Intercept), 99, seed).p <= 0.05;
    assert_share(count(200, 0.0, 0.0, claimed), 200, 0.05);
}

/// Where nothing differs between patients and no noise correlates, the model is ordinary least squares.
#[test]
fn a_singular_fit_is_ordinary_least_squares() -> Result<(), Error> {
    // Every patient has the same residuals, orthogonal to the line, so that nothing is left between patients.
    let residuals = [1.0, -2.0, 1.0, -0.5, 1.0, -0.5];
    let distances = [-1.0, 0.0, 1.0, 3.0, 4.0, 5.0];
    let electrode = |i: usize| {
        let distance = distances[i % 6] + 2.0;
        Electrode { patient: i / 6, distance, value: 3.0 + 0.5 * distance + residuals[i % 6] }
    };
    let hierarchy = Hierarchy::new(&(0..24).map(electrode).collect::<Vec<_>>());
    let squares: f64 = 4.0 * residuals.iter().map(|r| r * r).sum::<f64>();
    let spread: f64 = 4.0 * distances.iter().map(|d| (d - 2.0_f64).powi(2)).sum::<f64>();
    for effects in [RandomEffects::Intercept, BOTH] {
        let found = hierarchy.mixed(effects)?;
        assert!(found.singular, "{found:?}");
        assert_abs_diff_eq!(found.slope.value, 0.5, epsilon = 1e-6);
        assert_relative_eq!(found.standard_error, (squares / 22.0 / spread).sqrt(), max_relative = 1e-4);
        assert_relative_eq!(found.residual, squares / 22.0, max_relative = 1e-4);
    }
    Ok(())
}

#[test]
fn units_change_the_slope_and_nothing_else() -> Result<(), Error> {
    let list = |scale: f64, shift: f64| {
        let electrode = |i: usize| {
            let (patient, distance) = (i % 4, uniform(i as f64) * 50.0);
            let value = (4 * patient) as f64 + 0.1 * distance * (1 + patient) as f64 + normal(i as f64);
            Electrode { patient, distance: distance * scale + shift, value: value * 5.0 - 7.0 }
        };
        Hierarchy::new(&(0..60).map(electrode).collect::<Vec<_>>()).mixed(BOTH)
    };
    let (millimetres, metres) = (list(1.0, 0.0)?, list(1e-3, 8.0)?);
    assert_relative_eq!(metres.slope.value, 1000.0 * millimetres.slope.value, max_relative = 1e-5);
    assert_relative_eq!(metres.slope.low, 1000.0 * millimetres.slope.low, max_relative = 1e-4);
    assert_relative_eq!(metres.p, millimetres.p, max_relative = 1e-4);
    Ok(())
}

fn list(electrodes: &[(usize, f64, f64)]) -> Hierarchy {
    let electrode = |&(patient, distance, value): &_| Electrode { patient, distance, value };
    Hierarchy::new(&electrodes.iter().map(electrode).collect::<Vec<_>>())
}

#[test]
fn one_patient_is_refused() {
    let one: Vec<_> = (0..20).map(|i| (0, i as f64, normal(i as f64))).collect();
    assert!(matches!(list(&one).mixed(BOTH), Err(Error::Patients { patients: 1 })));
    assert!(matches!(list(&[]).mixed(RandomEffects::Intercept), Err(Error::Patients { patients: 0 })));
}

#[test]
fn distances_that_do_not_vary_within_patients_are_refused() {
    let flat: Vec<_> = (0..20).map(|i| (i % 4, (i % 4) as f64, normal(i as f64))).collect();
    assert!(matches!(list(&flat).mixed(BOTH), Err(Error::Patients { patients: 0 })));
    assert!(list(&flat).slope(BOTH).is_nan() && list(&flat).t(BOTH).is_nan());
}

#[test]
fn fewer_electrodes_than_parameters_are_refused() {
    let few: Vec<_> = (0..8).map(|i| (i % 4, i as f64, normal(i as f64))).collect();
    assert!(matches!(list(&few).mixed(BOTH), Err(Error::Electrodes { electrodes: 8, needed: 9 })));
    assert!(list(&few).mixed(RandomEffects::Intercept).is_ok());
}

#[test]
fn one_layer_everywhere_is_refused() {
    let same: Vec<_> = (0..20).map(|i| (i % 3, i as f64, 7.3)).collect();
    assert!(matches!(list(&same).mixed(BOTH), Err(Error::Constant)));
}

#[test]
fn electrodes_on_their_lines_leave_nothing_to_measure_by() {
    let exact: Vec<_> = (0..20).map(|i| (i % 3, i as f64, (i % 3 + i) as f64)).collect();
    assert!(matches!(list(&exact).mixed(BOTH), Err(Error::Exact)));
    assert!(matches!(list(&exact).mixed(RandomEffects::Intercept), Err(Error::Exact)));
}

/// A lone electrode says something of its patient's level and nothing of the slope.
#[test]
fn patients_with_one_electrode_are_welcome() -> Result<(), Error> {
    let mut electrodes: Vec<_> = (0..24).map(|i| (i % 3, uniform(i as f64) * 40.0, normal(i as f64))).collect();
    let degrees = list(&electrodes).mixed(BOTH)?.degrees;
    electrodes.push((9, 15.0, 4.0));
    assert_eq!(list(&electrodes).mixed(BOTH)?.degrees, degrees);
    Ok(())
}

/// The two-level bootstrap is checked on fewer seeds, because every draw is a fit.
#[test]
fn bootstrap_intervals_hold_the_planted_slope() {
    let inside = |seed, hierarchy: &Hierarchy| {
        let drawn = hierarchy.bootstrap(|h| h.slope(BOTH), Levels::PatientsAndElectrodes, 200, seed);
        drawn.estimate.low <= 0.1 && 0.1 <= drawn.estimate.high
    };
    assert!(count(100, 0.1, 0.06, inside) >= 84);
}
