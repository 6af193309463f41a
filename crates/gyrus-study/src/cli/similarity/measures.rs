//! The measures beside CKA, each with its columns.

use clap::{Args, ValueEnum};
use gyrus_ridge::PenaltyGrid;
use gyrus_similarity::{
    CcaMatrix, Comparison, Distance, Error, NeighbourParams, PredictivityParams, Representation, cca,
    linear_predictivity, neighbour_overlap, procrustes, rsa, svcca,
};
use gyrus_study::{LayerPairs, Table};
use ndarray::{Array2, ArrayView2};

use super::layers::{Files, named};
use super::undefined::note_undefined;
use super::{Arguments, Metric, on_progress};
use crate::cli::news::News;

/// How each measure measures.
#[derive(Debug, Args)]
pub struct MeasureArguments {
    /// With `rsa` and `neighbours`: the distance of two rows [default: correlation for `rsa`, cosine for `neighbours`].
    #[arg(long, value_enum)]
    distance: Option<DistanceName>,
    /// With `rsa`: how dissimilarities are compared.
    #[arg(long, value_enum, default_value = "spearman")]
    compare: ComparisonName,
    /// With `svcca`: the share of the variance that the components keep.
    #[arg(long, default_value_t = 0.99)]
    share: f64,
    /// With `neighbours`: neighbours of each row.
    #[arg(long, default_value_t = 10)]
    neighbours: usize,
    /// With `predictivity`: contiguous folds that are held out in turn.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    folds: u32,
    /// With `predictivity`: contiguous parts of the training rows that choose the penalty.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    inner_folds: u32,
    /// With `predictivity`: penalties A:B:N, N of them from A to B, in units of the predicting layer's mean squared row.
    #[arg(long, default_value = "1e-3:1e5:9")]
    penalties: PenaltyGrid,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DistanceName {
    Euclidean,
    SquaredEuclidean,
    Correlation,
    Cosine,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ComparisonName {
    Pearson,
    Spearman,
    Cosine,
}

/// The columns of a measure: a name, and a value for each pair (a, b).
type Columns = Vec<(&'static str, Array2<f64>)>;

/// One row per pair, with the columns of the measure; directed ones have a column from a to b and one from b to a.
pub fn table(arguments: &Arguments, files: &Files, news: &mut News) -> anyhow::Result<Table> {
    let places = files.places();
    let layers: Vec<Array2<f32>> = files.layers().iter().map(Representation::matrix).collect();
    let views: Vec<ArrayView2<f32>> = layers.iter().map(Array2::view).collect();
    let columns = arguments.columns(&views, &mut on_progress(news, "similarity", "parts"));
    let columns = columns.map_err(|error| named(error, &places))?;
    if let Some((_, values)) = columns.first() {
        note_undefined(values, &places, arguments.metric.why_undefined());
    }
    let pairs = LayerPairs::of(places.len());
    let table = pairs.table("file", &files.labels());
    Ok(columns.iter().fold(table, |table, (name, values)| table.numbers(name, &pairs.entries(values))))
}

impl Arguments {
    fn columns(&self, layers: &[ArrayView2<f32>], progress: &mut dyn FnMut(u64, u64)) -> Result<Columns, Error> {
        let (memory, gap, asked) = (self.memory as usize, self.gap as usize, &self.measures);
        Ok(match self.metric {
            Metric::Cka => unreachable!("it has a table of its own"),
            Metric::Rsa => {
                let distance = asked.distance.map_or(Distance::Correlation, Distance::from);
                let found = rsa(layers, distance, &[asked.compare.into()], memory, progress)?;
                found.into_iter().map(|values| ("rsa", values)).collect()
            }
            Metric::Procrustes => {
                let found = procrustes(layers, memory, progress)?;
                let (similarity, distance) =
                    (("procrustes", found.similarity), ("procrustes_distance", found.distance));
                vec![similarity, distance, ("procrustes_angle", found.angle)]
            }
            Metric::Cca => cca_columns(cca(layers, memory, progress)?),
            Metric::Svcca => cca_columns(svcca(layers, asked.share, memory, progress)?),
            Metric::Neighbours => {
                let distance = asked.distance.map_or(Distance::Cosine, Distance::from);
                let params = NeighbourParams { neighbours: asked.neighbours, distance, gap };
                let found = neighbour_overlap(layers, &params, memory, progress)?;
                let chance = Array2::from_elem(found.overlap.dim(), found.chance);
                vec![("overlap", found.overlap), ("chance", chance)]
            }
            Metric::Predictivity => {
                let (outer, inner) = (asked.folds as usize, asked.inner_folds as usize);
                let params = PredictivityParams { outer, inner, gap, penalties: asked.penalties.clone() };
                let found = linear_predictivity(layers, &params, memory, progress)?;
                let [r, r2] = [found.r, found.r2].map(|values| (values.t().to_owned(), values));
                vec![("r_ab", r.1), ("r_ba", r.0), ("r2_ab", r2.1), ("r2_ba", r2.0)]
            }
        })
    }
}

impl Metric {
    /// Why a layer may have no value even with itself.
    fn why_undefined(self) -> &'static str {
        match self {
            Self::Cca | Self::Svcca => "does not vary, or in half as many directions as there are rows",
            Self::Rsa | Self::Neighbours => "does not vary, or has a row without a distance",
            _ => "does not vary",
        }
    }
}

fn cca_columns(found: CcaMatrix) -> Columns {
    let back = found.weighted.t().to_owned();
    vec![
        ("cca", found.mean),
        ("cca_square", found.mean_square),
        ("chance_square", found.chance_square),
        ("pwcca_ab", found.weighted),
        ("pwcca_ba", back),
    ]
}

impl From<DistanceName> for Distance {
    fn from(name: DistanceName) -> Self {
        match name {
            DistanceName::Euclidean => Self::Euclidean,
            DistanceName::SquaredEuclidean => Self::SquaredEuclidean,
            DistanceName::Correlation => Self::Correlation,
            DistanceName::Cosine => Self::Cosine,
        }
    }
}

impl From<ComparisonName> for Comparison {
    fn from(name: ComparisonName) -> Self {
        match name {
            ComparisonName::Pearson => Self::Pearson,
            ComparisonName::Spearman => Self::Spearman,
            ComparisonName::Cosine => Self::Cosine,
        }
    }
}
