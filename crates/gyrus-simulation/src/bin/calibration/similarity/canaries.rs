//! Layers of whose CKA there is no doubt.

use anyhow::Result;
use gyrus_similarity::{Cka, cka};
use gyrus_simulation::Noise;
use ndarray::Array2;

use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Columns, as many as layers of large models have.
pub const WIDTH: usize = 4096;

/// Rows of independent layers.
pub const ROWS: [usize; 2] = [2000, 4500];

/// How far from 0 debiased CKA of independent layers may be, about three standard deviations (sqrt 2 / n) of 2000 rows.
const DEBIASED: f64 = 0.002;

/// How far biased CKA may be from p / (n + p).
const BIASED: f64 = 0.001;

/// How far what must be 1 may be from it.
const ROUNDING: f64 = 1e-6;

/// Makes the table of layers with `rows` rows and `width` columns.
///
/// # Errors
/// The analysis fails.
pub fn run(rows: &[usize], width: usize) -> Result<Table> {
    let mut lines = Vec::new();
    for (study, n) in rows.iter().enumerate() {
        let (x, y) = (gaussian(*n, width, 2 * study), gaussian(*n, width, 2 * study + 1));
        let expected = width as f64 / (n + width) as f64;
        let found = cka(x.view(), y.view())?;
        let holds = found.debiased.abs() <= DEBIASED && (found.biased - expected).abs() <= BIASED;
        lines.push(line("independent Gaussians", *n, found, &format!("{expected:.4}, 0"), holds));
        if study == 0 {
            let (scaled, turned) = (x.mapv(|x| 7.0 * x + 2.0), reflected(&x, 3));
            for (name, y) in [("a layer with itself", &x), ("scaled and moved", &scaled), ("rotated", &turned)] {
                let found = cka(x.view(), y.view())?;
                let holds = [found.biased, found.debiased].iter().all(|cka| (cka - 1.0).abs() <= ROUNDING);
                lines.push(line(name, *n, found, "1, 1", holds));
            }
        }
    }
    let settings = vec![
        format!(
            "{width} columns of independent Gaussians in single precision, one draw; rotated: reflected at three random planes."
        ),
        format!(
            "Biased CKA of independent layers is p / (n + p) on average and must be within {BIASED} of it, debiased within {DEBIASED} \
             of 0; what must be 1 may be {ROUNDING:e} from it."
        ),
    ];
    let columns = &["layers", "rows", "biased", "debiased", "must be", "holds"];
    Ok(Table { title: "Layers of whose CKA there is no doubt", settings, columns, rows: lines })
}

fn line(name: &str, rows: usize, found: Cka, expected: &str, holds: bool) -> Vec<String> {
    let Cka { biased, debiased } = found;
    let [biased, debiased] = [biased, debiased].map(|cka| format!("{cka:.6}"));
    vec![name.to_owned(), rows.to_string(), biased, debiased, expected.to_owned(), verdict(holds)]
}

fn gaussian(rows: usize, width: usize, study: usize) -> Array2<f32> {
    let [seed] = seeds(25, study);
    Noise::white().series(rows, width, seed).mapv(|x| x as f32)
}

/// X H_1 ... H_m with H = I - 2 v v' / v'v for random v: orthogonal, and no entry stays.
fn reflected(x: &Array2<f32>, times: usize) -> Array2<f32> {
    let planes = Noise::white().series(x.ncols(), times, 1);
    let mut turned = x.mapv(f64::from);
    for v in planes.columns() {
        let along = turned.dot(&v) * (-2.0 / v.dot(&v));
        for (mut row, along) in turned.outer_iter_mut().zip(along) {
            row.scaled_add(along, &v);
        }
    }
    turned.mapv(|x| x as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrower_canaries_hold_but_for_chance() -> Result<()> {
        let table = run(&[600], 1200)?;
        assert_eq!(table.rows.len(), 4);
        assert!(table.rows[1..].iter().all(|row| row[5] == "yes"), "{:?}", table.rows);
        Ok(())
    }
}
