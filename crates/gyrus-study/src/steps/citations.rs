//! What a paper that uses a study has to cite: the program, the recordings, and the methods that the study asks for.

use gyrus_report::{Cell, Section, Table};

use crate::Error;
use crate::settings::Study;

/// A method: what it is for, where it stands, and which studies use it.
struct Method(&'static str, &'static str, fn(&Study) -> bool);

const METHODS: [Method; 13] = [
    Method(
        "the question, and the measures by layer",
        "Mischler, Li, Bickel, Mehta, Mesgarani (2024). Contextual feature extraction hierarchies converge in large language models and the brain. Nature Machine Intelligence 6, 1467-1477",
        |_| true,
    ),
    Method(
        "intervals from blocks of rows",
        "Künsch (1989). The jackknife and the bootstrap for general stationary observations. Annals of Statistics 17, 1217-1241",
        |_| true,
    ),
    Method(
        "p adjusted for many targets",
        "Benjamini, Hochberg (1995). Controlling the false discovery rate. Journal of the Royal Statistical Society B 57, 289-300",
        |_| true,
    ),
    Method(
        "similarity of layers",
        "Kornblith, Norouzi, Lee, Hinton (2019). Similarity of neural network representations revisited. Proceedings of ICML, 3519-3529",
        has_models,
    ),
    Method(
        "debiased similarity",
        "Song, Smola, Gretton, Bedo, Borgwardt (2012). Feature selection via dependence maximization. Journal of Machine Learning Research 13, 1393-1434; Murphy, Zylberberg, Fyshe (2024). Correcting biased centered kernel alignment measures in biological and artificial neural networks. arXiv:2405.01012",
        has_models,
    ),
    Method(
        "map of layers",
        "Torgerson (1952). Multidimensional scaling: I. Theory and method. Psychometrika 17, 401-419",
        has_models,
    ),
    Method(
        "intrinsic dimension",
        "Facco, d'Errico, Rodriguez, Laio (2017). Estimating the intrinsic dimension of datasets by a minimal neighborhood information. Scientific Reports 7, 12140",
        |_| true,
    ),
    Method(
        "intervals of rank correlations",
        "Bonett, Wright (2000). Sample size requirements for estimating Pearson, Kendall and Spearman correlations. Psychometrika 65, 23-28",
        has_models,
    ),
    Method(
        "scores of benchmarks",
        "Gao et al. (2024). The language model evaluation harness. Zenodo, 10.5281/zenodo.12608602",
        |study| study.benchmarks.iter().any(|entry| entry.published.is_none()),
    ),
    Method(
        "bands of features",
        "Dupré la Tour, Eickenberg, Nunez-Elizalde, Gallant (2022). Feature-space selection with banded ridge regression. NeuroImage 264, 119728",
        |study| study.partition.is_some(),
    ),
    Method(
        "inter-subject correlation",
        "Nastase, Gazzola, Hasson, Keysers (2019). Measuring shared responses across subjects using intersubject correlation. Social Cognitive and Affective Neuroscience 14, 667-685",
        |study| study.targets() == crate::settings::Targets::Shared,
    ),
    Method(
        "distances from auditory cortex",
        "Morosan et al. (2001). Human primary auditory cortex: cytoarchitectonic subdivisions and mapping into a spatial reference system. NeuroImage 13, 684-701",
        |study| study.bids.is_some() || study.simulation.is_some(),
    ),
    Method(
        "times of made-up speech",
        "Klatt (1976). Linguistic uses of segmental duration in English: acoustic and perceptual evidence. Journal of the Acoustical Society of America 59, 1208-1221",
        |study| study.simulation.is_some(),
    ),
];

fn has_models(study: &Study) -> bool {
    !study.models.is_empty()
}

/// The section of the page; `source` says where the recordings come from.
///
/// # Errors
/// None that a study can bring about.
pub fn section(study: &Study, source: &str) -> Result<Section, Error> {
    let program = format!(
        "The gyrus authors. gyrus: how language models resemble the human brain, version {}",
        env!("CARGO_PKG_VERSION")
    );
    let own = [("program", program), ("recordings and words", source.to_owned())];
    let models = study
        .models
        .iter()
        .map(|model| ("model", format!("{}: the paper or model card of `{}`", model.name, model.folder.display())));
    let methods =
        METHODS.into_iter().filter(|Method(.., used)| used(study)).map(|Method(what, work, _)| (what, work.to_owned()));
    let mut table = Table::new("What this study used, and what a paper on it cites for that.", ["used", "cite"]);
    for (what, work) in own.into_iter().chain(models).chain(methods) {
        table = table.row(vec![Cell::text(what), Cell::text(work)])?;
    }
    Ok(Section::new("What to cite").table(table))
}
