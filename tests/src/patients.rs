//! A study of plain files with a known answer: three patients with electrodes of their own, and features of five layers.
//!
//! The farther an electrode is from auditory cortex, the deeper the layer that it follows; all follow it a fifth of a
//! second after the middle of a word.

use std::io;

use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::Draws;

/// The patients.
pub const PATIENTS: [&str; 3] = ["p1", "p2", "p3"];
/// Electrodes of each.
pub const ELECTRODES: usize = 8;
/// Layers of the features.
pub const LAYERS: usize = 5;
/// The lag in seconds at which electrodes follow words.
pub const LAG: f64 = 0.2;
/// The electrode farthest from auditory cortex, in millimetres.
const REACH: f64 = 100.0;
/// Words of the story.
const WORDS: usize = 320;
/// Numbers of a layer.
const WIDTH: usize = 3;
/// Seconds from one word to the next.
const STEP: f64 = 0.4;
/// Samples in a second.
const RATE: f64 = 20.0;
/// How far an electrode reaches over layers.
const SPREAD: f64 = 0.6;

/// A file's path inside the study's folder, and its bytes.
pub type File = (String, Vec<u8>);

/// The story, the features and the patients.
///
/// # Errors
/// A tensor that cannot be written.
pub fn files() -> io::Result<Vec<File>> {
    let mut draws = Draws::new(41);
    let levels: Vec<Vec<f64>> = (0..LAYERS * WIDTH).map(|_| draws.autocorrelated(WORDS, 0.3)).collect();
    let level = |layer: usize, word: usize, i: usize| levels[layer * WIDTH + i][word];
    let layers = (0..LAYERS).map(|layer| {
        let state = |k: usize| {
            let near = |other: usize| if layer.abs_diff(other) == 1 { 0.4 } else { f64::from(layer == other) };
            (0..LAYERS).map(|other| near(other) * level(other, k / WIDTH, k % WIDTH)).sum()
        };
        (format!("layer.{layer}"), WIDTH, (0..WORDS * WIDTH).map(state).collect())
    });
    let mut files = vec![
        ("story.tsv".to_owned(), story().into_bytes()),
        ("features.safetensors".to_owned(), tensors(&layers.collect::<Vec<_>>())?),
        ("study.toml".to_owned(), STUDY.as_bytes().to_vec()),
    ];
    for (patient, name) in PATIENTS.iter().enumerate() {
        let followed: Vec<Vec<f64>> = (0..ELECTRODES)
            .map(|electrode| {
                let height = distance(patient, electrode) / REACH * (LAYERS - 1) as f64;
                let gain = |layer: usize| (-0.5 * ((layer as f64 - height) / SPREAD).powi(2)).exp();
                let weights: Vec<f64> = (0..LAYERS * WIDTH).map(|k| gain(k / WIDTH) * draws.normal()).collect();
                let scale = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
                (0..WORDS).map(|w| weights.iter().zip(&levels).map(|(k, z)| k * z[w]).sum::<f64>() / scale).collect()
            })
            .collect();
        let mut signal = Vec::new();
        for sample in 0..samples() {
            let word = word_at(sample);
            signal.extend(followed.iter().map(|values| word.map_or(0.0, |word| values[word]) + 1.2 * draws.normal()));
        }
        files.push((format!("{name}.safetensors"), tensors(&[("signal".to_owned(), ELECTRODES, signal)])?));
        files.push((format!("{name}.tsv"), electrodes(patient).into_bytes()));
    }
    Ok(files)
}

/// Millimetres from auditory cortex.
pub fn distance(patient: usize, electrode: usize) -> f64 {
    REACH * (electrode as f64 + 0.3 * patient as f64) / ELECTRODES as f64
}

/// When a word begins; it lasts three quarters of the time to the next.
fn onset(word: usize) -> f64 {
    1.0 + STEP * word as f64
}

fn samples() -> usize {
    ((onset(WORDS) + 2.0) * RATE) as usize
}

/// The word that is followed at a sample, if there is one: half of the time there is none.
fn word_at(sample: usize) -> Option<usize> {
    let since_first = sample as f64 / RATE - LAG - (onset(0) + 0.375 * STEP);
    let word = (since_first / STEP).round();
    let near = (since_first - word * STEP).abs() <= 0.25 * STEP + 1e-9;
    (near && word >= 0.0 && word < WORDS as f64).then_some(word as usize)
}

fn story() -> String {
    let row = |word: usize| {
        let (stem, end) =
            (["the", "gull", "sat", "by", "its", "lamp", "again"][word * word % 7], onset(word) + 0.75 * STEP);
        format!("{stem}\t{:.3}\t{end:.3}\n", onset(word))
    };
    format!("word\tstart\tend\n{}", (0..WORDS).map(row).collect::<String>())
}

fn electrodes(patient: usize) -> String {
    let row = |electrode: usize| format!("E{electrode}\t{:.2}\n", distance(patient, electrode));
    format!("name\tdistance\n{}", (0..ELECTRODES).map(row).collect::<String>())
}

/// Matrices with their names and widths as a safetensors file.
///
/// # Errors
/// A matrix with rows of different widths.
pub fn tensors(matrices: &[(String, usize, Vec<f64>)]) -> io::Result<Vec<u8>> {
    let bytes = |values: &[f64]| values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect::<Vec<u8>>();
    let all: Vec<_> =
        matrices.iter().map(|(name, width, values)| (name, *width, values.len(), bytes(values))).collect();
    let views = all
        .iter()
        .map(|(name, width, n, bytes)| Ok((name, TensorView::new(Dtype::F32, vec![n / width, *width], bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(io::Error::other)?;
    safetensors::serialize(views, None).map_err(io::Error::other)
}

/// The study file.
const STUDY: &str = r#"schema = 1
name = "patients"
title = "Three patients who never were"
seed = 7

[story]
words = "story.tsv"
targets = "own"

[[recordings]]
subject = "p1"
signal = "p1.safetensors"
rate = 20.0
targets = "p1.tsv"

[[recordings]]
subject = "p2"
signal = "p2.safetensors"
rate = 20.0
targets = "p2.tsv"

[[recordings]]
subject = "p3"
signal = "p3.safetensors"
rate = 20.0
targets = "p3.tsv"

[[features]]
name = "planted"
file = "features.safetensors"

[words]
windows = ["full"]
main = "full"
pooling = "last"
overflow = "error"
twins = 0

[lags]
seconds = [-0.2, 0.0, 0.2, 0.4]
main = 0.2
window = 0.1

[controls]
words = ["length"]

[encoding]
folds = 4
inner_folds = 3
gap = 4
penalties = "1e-1:1e3:5"
block = 20

[inference]
draws = 100
shifts = 39

[text]
characters = 300
"#;
