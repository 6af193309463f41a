//! Bands of features: their penalties, and what they explain.

use ndarray::Array2;
use polars::prelude::DataFrame;

use crate::arrays::{Outcome, columns, numbers, random, read_table, texts, write_matrices};
use crate::{encode, folder, following, near};

#[test]
fn variance_is_unique_or_shared() -> Outcome {
    let (own, other) = (random(400, 3, 1), random(400, 2, 2));
    let y = Array2::from_shape_fn((400, 1), |(row, _)| 2.0 * own[[row, 0]] + other[[row, 1]]);
    let folder = folder(&[("f", &own), ("other", &other), ("copy", &own), ("r", &y)])?;
    let values = |rest: &str| -> Result<[Vec<f64>; 4], Box<dyn std::error::Error>> {
        encode(folder.path(), &format!("--folds 5 --penalties 1e-6:1e-6:1 --partition-out parts {rest}"))?;
        let table = read_table(&folder.path().join("parts"))?;
        let names = ["joint_r2", "without_r2", "unique_r2", "shared_r2"].map(|name| numbers(&table, name));
        let [joint, without, unique, shared] = names;
        assert_eq!(texts(&table, "band")?[0], "layer");
        Ok([joint?, without?, unique?, shared?])
    };
    // Variance 4 of the layer and 1 of the other band, without noise.
    let [joint, without, unique, shared] = values("--bands other=other")?;
    near(joint[0], 1.0, 1e-6);
    near(unique[0], 0.8, 0.1);
    near(unique[1], 0.2, 0.1);
    near(joint[0] - without[0], unique[0], 1e-12);
    near(shared[0], joint[0] - unique[0] - unique[1], 1e-12);
    // A copy has nothing of its own.
    let [joint, _, unique, shared] = values("--bands other=other,copy=copy")?;
    near(joint[0], 1.0, 1e-6);
    near(unique[0], 0.0, 1e-6);
    near(unique[2], 0.0, 1e-6);
    near(shared[0], 1.0 - unique[1], 1e-6);
    // Controls explain what they explain before any band does.
    write_matrices(&folder.path().join("c"), &[("c", &own)])?;
    let [_, _, unique, shared] = values("--bands other=other --controls c")?;
    near(unique[0], 0.0, 1e-6);
    near(shared[0], 0.0, 1e-6);
    Ok(())
}

#[test]
fn bands_of_noise_are_penalised_more() -> Outcome {
    let (own, noise) = (random(120, 3, 1), random(120, 40, 2));
    let folder = folder(&[("f", &own), ("noise", &noise), ("r", &following(&own, 1, 0, 3))])?;
    let mean = |table: &DataFrame| numbers(table, "r").map(|r| r.iter().sum::<f64>());
    let one = encode(folder.path(), "--folds 4 --bands noise=noise")?;
    let banded = encode(folder.path(), "--folds 4 --bands noise=noise --banded")?;
    assert_eq!(columns(&banded), ["layer", "target", "fold", "r", "penalty_layer", "penalty_noise"]);
    let (layer, noise) = (numbers(&banded, "penalty_layer")?, numbers(&banded, "penalty_noise")?);
    assert!(layer.iter().zip(&noise).all(|(layer, noise)| 3.0 * layer < *noise), "{layer:?} {noise:?}");
    assert!(mean(&banded)? > mean(&one)? + 0.1, "{} {}", mean(&banded)?, mean(&one)?);
    Ok(())
}
