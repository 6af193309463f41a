//! Every layer of every model against every other: `similarity.parquet`.

use std::path::PathBuf;

use gyrus_similarity::{CkaMatrix, CkaPlan};
use gyrus_types::Progress;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::activation_files::ActivationFile;
use crate::matrix_file::MatrixFile;
use crate::run::Desk;
use crate::steps::extraction::{Variant, activations_file, all_files, is_compared};
use crate::store::write_whole;
use crate::tables::{Table, write_table};
use crate::{Error, Event};

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["similarity.parquet", "similarity.json"];

/// Memory for Gram tiles in bytes.
const MEMORY: usize = 256 << 20;

/// The matrices as the report draws them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Similarity {
    /// Models in order, with their number of layers; the first twin of each model comes after it.
    pub models: Vec<(String, usize)>,
    /// Debiased CKA, row by row; undefined for a layer that does not vary.
    pub debiased: Vec<Vec<Option<f64>>>,
    /// Biased CKA, row by row.
    pub biased: Vec<Vec<Option<f64>>>,
}

/// Runs the step.
///
/// # Errors
/// A file of activations that cannot be read.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let settings = format!("{:?} {} {}", desk.study.words, desk.study.seed, desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("similarity", &[&settings, &states], |desk| {
        let sources = sources(desk)?;
        let layers: Vec<&Array2<f32>> = sources.iter().flat_map(|(_, layers)| layers).collect();
        let on_event = &mut *desk.on_event;
        let mut on_progress = |done, total| {
            let progress = Progress { done, total };
            on_event(Event::Progress { step: "similarity".into(), progress, unit: "tiles" });
        };
        let cka = CkaPlan::new(MEMORY).run(&layers, &mut on_progress)?;
        let models: Vec<_> = sources.iter().map(|(name, layers)| (name.clone(), layers.len())).collect();
        write_table(&desk.path(FILES[0]), table(&models, &cka))?;
        let rows = |matrix: &ndarray::Array2<f64>| {
            matrix.outer_iter().map(|row| row.iter().map(|cka| (!cka.is_nan()).then_some(*cka)).collect()).collect()
        };
        let similarity = Similarity { models, debiased: rows(&cka.debiased), biased: rows(&cka.biased) };
        let json = serde_json::to_string(&similarity).expect("numbers and names");
        write_whole(&desk.path(FILES[1]), json.as_bytes())?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// A model's name, and the states of its layers, each `(words, width)`.
type Source = (String, Vec<Array2<f32>>);

/// The trained models at the main window, each followed by its first twin, then features of any origin.
fn sources(desk: &Desk) -> Result<Vec<Source>, Error> {
    let variants = || Variant::all(desk.study.words.twins).filter(|variant| is_compared(*variant));
    let jobs = desk.study.models.iter().flat_map(|model| variants().map(move |variant| (model, variant)));
    let models = jobs.map(|(model, variant)| {
        let name = match variant {
            Variant::Trained | Variant::Shuffled => model.name.clone(),
            Variant::Twin(_) => format!("{} untrained", model.name),
        };
        let file = activations_file(&model.name, variant, desk.study.words.main);
        let file = ActivationFile::open(&desk.path(file))?;
        Ok((name, (0..file.n_layers()).map(|layer| file.layer(layer)).collect::<Result<_, _>>()?))
    });
    let given = desk.study.features.iter().map(|features| {
        let file = MatrixFile::open(&features.file)?;
        Ok((features.name.clone(), (0..file.len()).map(|layer| file.matrix(layer).mapv(|x| x as f32)).collect()))
    });
    models.chain(given).collect()
}

/// One row per pair of layers, each pair once.
fn table(models: &[(String, usize)], cka: &CkaMatrix) -> Table {
    let labels: Vec<(&str, u32)> =
        models.iter().flat_map(|(name, layers)| (0..*layers).map(move |layer| (name.as_str(), layer as u32))).collect();
    let pairs: Vec<(usize, usize)> = (0..labels.len()).flat_map(|a| (a..labels.len()).map(move |b| (a, b))).collect();
    let names = |pick: &dyn Fn(&(usize, usize)) -> usize| -> Vec<String> {
        pairs.iter().map(|pair| labels[pick(pair)].0.to_owned()).collect()
    };
    let layers = |pick: &dyn Fn(&(usize, usize)) -> usize| -> Vec<u32> {
        pairs.iter().map(|pair| labels[pick(pair)].1).collect()
    };
    let values = |matrix: &ndarray::Array2<f64>| -> Vec<f64> { pairs.iter().map(|pair| matrix[*pair]).collect() };
    Table::new()
        .texts("model_a", &names(&|pair| pair.0))
        .counts("layer_a", &layers(&|pair| pair.0))
        .texts("model_b", &names(&|pair| pair.1))
        .counts("layer_b", &layers(&|pair| pair.1))
        .numbers("cka", &values(&cka.debiased))
        .numbers("cka_biased", &values(&cka.biased))
}
