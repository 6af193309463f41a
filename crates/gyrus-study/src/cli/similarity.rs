//! `gyrus similarity`: linear CKA between all layers of all files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gyrus_similarity::linear_cka;
use gyrus_study::{Error, Table, read_tensors, write_table};
use ndarray::Array2;

/// The files to compare.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files of tensors `(rows, width)`, one per layer; all have the same rows.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How likeness is measured.
    #[arg(long, value_enum, default_value = "cka")]
    metric: Metric,
    /// The table to write: file_a, layer_a, file_b, layer_b, cka, cka_biased.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Metric {
    /// Linear centred kernel alignment, debiased and biased.
    Cka,
}

/// The error with the file that it is about, where it is about one.
fn named(error: gyrus_similarity::Error, labels: &[(String, u32)]) -> anyhow::Error {
    match error {
        gyrus_similarity::Error::NotFinite { representation, .. } => {
            let (file, layer) = &labels[representation];
            anyhow::Error::new(error).context(format!("layer {layer} (from 0) of `{file}`"))
        }
        _ => error.into(),
    }
}

/// Memory for Gram tiles in bytes.
const MEMORY: usize = 256 << 20;

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Metric::Cka = arguments.metric;
    let mut labels: Vec<(String, u32)> = Vec::new();
    let mut layers: Vec<Array2<f32>> = Vec::new();
    for file in &arguments.files {
        for (layer, (_, tensor)) in read_tensors(file)?.into_iter().enumerate() {
            if let Some(first) = layers.first().filter(|first| first.nrows() != tensor.nrows()) {
                let (path, other) = (file.clone(), arguments.files[0].clone());
                return Err(Error::Rows { path, found: tensor.nrows(), other, expected: first.nrows() }.into());
            }
            labels.push((file.display().to_string(), layer as u32));
            layers.push(tensor);
        }
    }
    let views: Vec<_> = layers.iter().map(Array2::view).collect();
    let cka = linear_cka(&views, MEMORY, &mut |_, _| {}).map_err(|error| named(error, &labels))?;
    let pairs: Vec<(usize, usize)> = (0..labels.len()).flat_map(|a| (a..labels.len()).map(move |b| (a, b))).collect();
    let (a, b): (Vec<_>, Vec<_>) = pairs.iter().map(|&(a, b)| (labels[a].clone(), labels[b].clone())).unzip();
    let ((files_a, layers_a), (files_b, layers_b)): ((Vec<_>, Vec<_>), (Vec<_>, Vec<_>)) =
        (a.into_iter().unzip(), b.into_iter().unzip());
    let values = |matrix: &Array2<f64>| -> Vec<f64> { pairs.iter().map(|pair| matrix[*pair]).collect() };
    let table = Table::new()
        .texts("file_a", &files_a)
        .counts("layer_a", &layers_a)
        .texts("file_b", &files_b)
        .counts("layer_b", &layers_b)
        .numbers("cka", &values(&cka.debiased))
        .numbers("cka_biased", &values(&cka.biased));
    Ok(write_table(&arguments.out, table)?)
}
