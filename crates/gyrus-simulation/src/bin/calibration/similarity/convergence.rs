//! How often the best models seem more alike than the worst where quality says nothing of similarity.

use anyhow::Result;
use gyrus_similarity::convergence;
use gyrus_simulation::Noise;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 2000;

/// Models, and how many of them are the best.
const SIZES: [(usize, usize); 3] = [(6, 2), (12, 3), (24, 8)];

const DRAWS: usize = 499;
const LEVEL: f64 = 0.05;

/// Models of a family.
const FAMILY: usize = 3;

/// What quality and similarity have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Unrelated,
    /// Families of models are alike.
    Families,
    /// Families of models are alike, and equally good.
    GoodFamilies,
    /// Good models are nearer to what all have in common.
    Convergent,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Unrelated, "nothing"),
    (Kind::Families, "nothing; families are alike"),
    (Kind::GoodFamilies, "nothing; families are alike and equally good"),
    (Kind::Convergent, "good models are more alike"),
];

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (kind, name) in KINDS {
        for (models, k) in SIZES {
            let first = rows.len() * SEEDS;
            let p = (first..first + studies).into_par_iter().map(|s| study(kind, models, k, s));
            let share = Measured::share(p.collect::<Result<Vec<_>>>()?.into_iter().map(|p| p <= LEVEL));
            let expected = Measured { value: LEVEL, error: (LEVEL * (1.0 - LEVEL) / studies as f64).sqrt() };
            let holds = match kind {
                Kind::Unrelated | Kind::Families => verdict(expected.agrees_with(share.value)),
                Kind::GoodFamilies => "not claimed".to_owned(),
                Kind::Convergent => "power".to_owned(),
            };
            rows.push(vec![name.to_owned(), models.to_string(), k.to_string(), share.percent(), holds]);
        }
    }
    let settings = vec![
        format!(
            "Models a and b have similarity u_a u_b with u between 0 and 1, a little noise, and .3 more if they are of one family \
             of {FAMILY}; quality is drawn apart from that, except where it is u with noise. All assignments of best and worst, or \
             {DRAWS} of them; {studies} studies."
        ),
        format!(
            "Share of p of at most {LEVEL} in percent with its binomial error; it must lie within 2.58 errors of {:.0} where models \
             can be exchanged. Families whose quality is one are fewer than their models, and the test does not know it.",
            100.0 * LEVEL
        ),
    ];
    let columns = &["quality and similarity", "models", "best", "p at most .05", "holds"];
    Ok(Table { title: "Whether the best models are more alike than the worst", settings, columns, rows })
}

fn study(kind: Kind, models: usize, k: usize, study: usize) -> Result<f64> {
    let [closeness, quality, noise, draws] = seeds(24, study);
    let column = |n: usize, seed: u64| Noise::white().series(n, 1, seed).column(0).to_owned();
    let u = column(models, closeness).mapv(|x| 1.0 / (1.0 + (-x).exp()));
    let noise = Noise::white().series(models, models, noise);
    let family = |model: usize| model / FAMILY;
    let alike = |a: usize, b: usize| kind != Kind::Unrelated && kind != Kind::Convergent && family(a) == family(b);
    let similarity = Array2::from_shape_fn((models, models), |(a, b)| {
        u[a] * u[b] + 0.05 * noise[[a.min(b), a.max(b)]] + if alike(a, b) { 0.3 } else { 0.0 }
    });
    let own = column(models, quality);
    let quality: Array1<f64> = match kind {
        Kind::Unrelated | Kind::Families => own,
        Kind::GoodFamilies => Array1::from_shape_fn(models, |model| own[family(model)] + 1e-6 * own[model]),
        Kind::Convergent => &u * 5.0 + own,
    };
    Ok(convergence(similarity.view(), &quality.to_vec(), k, DRAWS, draws)?.p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convergence_is_found_where_there_is_some() -> Result<()> {
        let found = |kind| -> Result<usize> {
            let p = (0..60).map(|s| study(kind, 12, 3, s)).collect::<Result<Vec<_>>>()?;
            Ok(p.iter().filter(|p| **p <= LEVEL).count())
        };
        assert!(found(Kind::Convergent)? > 3 * found(Kind::Unrelated)?.max(3));
        Ok(())
    }
}
