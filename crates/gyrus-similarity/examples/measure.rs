//! Any measure of this crate on representations of raw little-endian f32, row after row.
//!
//! `measure MEASURE ROWS OUT FILE...` reads a representation of ROWS rows from each file and writes matrices
//! (representations, representations) of raw little-endian f64, one after the other:
//! `rsa-DISTANCE` r, rank correlation and cosine; `procrustes` similarity and angle; `cca` and `svcca` mean, mean square and
//! weighted mean; `neighbours` and `neighbours-gap` (20 rows) the overlap; `predictivity` r and R^2 (gap of 5 rows).
//! `contextual` takes two files and writes one mean. It prints wall and CPU seconds of all but the files.
//! `tests/scripts/similarity_oracle.py` compares the answers with other libraries.

mod clock;

use std::error::Error;
use std::fs;

use clock::Clock;
use gyrus_similarity::{
    Comparison, Distance, NeighbourParams, PredictivityParams, cca, contextual_difference, linear_predictivity,
    neighbour_overlap, procrustes, rsa, svcca,
};
use ndarray::{Array2, ArrayView2};

const MEMORY: usize = 1 << 30;

const WAYS: [Comparison; 3] = [Comparison::Pearson, Comparison::Spearman, Comparison::Cosine];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [measure, rows, out, files @ ..] = &arguments[..] else {
        return Err("usage: measure MEASURE ROWS OUT FILE...".into());
    };
    let rows: usize = rows.parse()?;
    let layers = files.iter().map(|file| matrix(file, rows)).collect::<Result<Vec<_>, _>>()?;
    let views: Vec<ArrayView2<f32>> = layers.iter().map(|layer| layer.view()).collect();
    let clock = Clock::start();
    let matrices = compute(measure, &views)?;
    clock.print();
    let bytes = matrices.iter().flatten().flat_map(|value| value.to_le_bytes());
    Ok(fs::write(out, bytes.collect::<Vec<u8>>())?)
}

fn compute(measure: &str, layers: &[ArrayView2<f32>]) -> Result<Vec<Array2<f64>>, Box<dyn Error>> {
    let quiet = &mut |_, _| {};
    let by = |distance, quiet| rsa(layers, distance, &WAYS, MEMORY, quiet);
    Ok(match measure {
        "rsa-euclidean" => by(Distance::Euclidean, quiet)?,
        "rsa-squared" => by(Distance::SquaredEuclidean, quiet)?,
        "rsa-correlation" => by(Distance::Correlation, quiet)?,
        "rsa-cosine" => by(Distance::Cosine, quiet)?,
        "procrustes" => {
            let found = procrustes(layers, MEMORY, quiet)?;
            vec![found.similarity, found.angle]
        }
        "cca" | "svcca" => {
            let found = match measure {
                "cca" => cca(layers, MEMORY, quiet)?,
                _ => svcca(layers, 0.99, MEMORY, quiet)?,
            };
            vec![found.mean, found.mean_square, found.weighted]
        }
        "neighbours" | "neighbours-gap" => {
            let gap = if measure == "neighbours" { 0 } else { 20 };
            let params = NeighbourParams { gap, ..Default::default() };
            vec![neighbour_overlap(layers, &params, MEMORY, quiet)?.overlap]
        }
        "predictivity" => {
            let params = PredictivityParams { gap: 5, ..Default::default() };
            let found = linear_predictivity(layers, &params, MEMORY, quiet)?;
            vec![found.r, found.r2]
        }
        "contextual" => {
            let [x, y] = layers else { return Err("two files are compared".into()) };
            vec![Array2::from_elem((1, 1), contextual_difference(x.view(), y.view())?.mean)]
        }
        _ => return Err(format!("no such measure: `{measure}`").into()),
    })
}

/// The numbers of a file as `rows` rows.
fn matrix(path: &str, rows: usize) -> Result<Array2<f32>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let values: Vec<f32> = bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    Ok(Array2::from_shape_vec((rows, values.len() / rows), values)?)
}
