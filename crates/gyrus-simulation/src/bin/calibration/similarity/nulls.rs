//! How often unrelated layers, and such of a small alignment, pass the circular-shift test of CKA.

use anyhow::Result;
use gyrus_encoding::{LEAST_SHIFT, circular_shifts, p_value};
use gyrus_similarity::{CkaPlan, cka_null};
use ndarray::s;
use rayon::prelude::*;

use super::MEMORY;
use super::layers::{PHI, Shape};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 1000;

/// Rows and columns.
const SIZES: [(usize, usize); 2] = [(300, 20), (300, 600)];

/// CKA of the layers that are alike.
const TRUTH: f64 = 0.05;

const SHIFTS: usize = 99;
const LEVEL: f64 = 0.05;

/// p of unrelated layers, and of those that are alike.
type PValues = [f64; 2];

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    let shapes = SIZES.iter().flat_map(|(rows, width)| PHI.map(|phi| Shape { rows: *rows, width: *width, phi }));
    for (i, shape) in shapes.enumerate() {
        let gaps = if shape.gap() > 0 { vec![0, shape.gap()] } else { vec![0] };
        let p = (0..studies).into_par_iter().map(|s| study(shape, &gaps, s + i * SEEDS));
        let p: Vec<Vec<PValues>> = p.collect::<Result<_>>()?;
        rows.extend(gaps.iter().enumerate().map(|(at, gap)| {
            let p: Vec<PValues> = p.iter().map(|study| study[at]).collect();
            row(shape, *gap, &p)
        }));
    }
    let settings = vec![
        format!(
            "Layers as for their mean CKA, as noisy as those of {TRUTH}; {SHIFTS} shifts of at least {LEAST_SHIFT} row, {studies} studies."
        ),
        format!(
            "Share of p of at most {LEVEL} in percent with its binomial error; that of layers that know nothing of each other must \
             lie within 2.58 errors of {:.0}; power: that of layers whose CKA is {TRUTH}.",
            100.0 * LEVEL
        ),
    ];
    let columns = &["rows", "p", "phi", "gap (rows)", "unrelated layers", "holds", "power"];
    Ok(Table { title: "False positives and power of the circular-shift test of CKA", settings, columns, rows })
}

fn row(shape: Shape, gap: usize, p: &[PValues]) -> Vec<String> {
    let [unrelated, alike] = [0, 1].map(|which| Measured::share(p.iter().map(|p| p[which] <= LEVEL)));
    let expected = Measured { value: LEVEL, error: (LEVEL * (1.0 - LEVEL) / p.len() as f64).sqrt() };
    vec![
        shape.rows.to_string(),
        shape.width.to_string(),
        shape.phi.to_string(),
        gap.to_string(),
        unrelated.percent(),
        verdict(expected.agrees_with(unrelated.value)),
        alike.percent(),
    ]
}

/// The p values for each of `gaps`.
fn study(shape: Shape, gaps: &[usize], study: usize) -> Result<Vec<PValues>> {
    let [shared, apart, one, two, three, shifts] = seeds(22, study);
    let made = shape.layers([shared, apart, one, two, three])?;
    let layers = [made.x(TRUTH), made.unrelated(TRUTH), made.y(TRUTH)];
    let n = shape.rows;
    let shifts = circular_shifts(n, LEAST_SHIFT, SHIFTS, shifts);
    let of_gap = |gap: &usize| {
        let found = CkaPlan::new(MEMORY).with_gap(*gap).run(&layers, &mut |_, _| {})?.debiased;
        let null = cka_null(&layers, &shifts, *gap, MEMORY, &mut |_, _| {})?;
        Ok([1, 2].map(|other| p_value(found[[0, other]], &null.slice(s![.., 0, other]).to_vec())))
    };
    gaps.iter().map(of_gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_of_unrelated_layers_spread_out() -> Result<()> {
        let shape = Shape { rows: 120, width: 10, phi: 0.5 };
        let p = (0..40).map(|s| Ok(study(shape, &[7], s)?[0][0])).collect::<Result<Vec<_>>>()?;
        let mean = p.iter().sum::<f64>() / 40.0;
        assert!((0.35..0.65).contains(&mean), "{mean}");
        Ok(())
    }
}
