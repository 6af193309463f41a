//! The file of responses, and other files with the same rows.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use gyrus_study::{MatrixFile, write_tensors, write_whole};
use ndarray::{Array2, ArrayView2, Axis};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// What is written.
#[derive(Debug, Args)]
pub struct ResultArguments {
    /// Which words the rows are: `kept`, those whose windows lie in the recording, or `all`, with NaN where they do not
    /// (which leaves every target undefined in `gyrus encode`).
    #[arg(long, value_enum, default_value = "kept")]
    rows: Rows,
    /// Floating point numbers of the tensor.
    #[arg(long, value_enum, default_value = "f32")]
    precision: Precision,
    /// Files with a row per word of the transcript (features, controls) to be written again with the rows of the responses, in
    /// f32: IN.safetensors=OUT.safetensors,...
    #[arg(long, value_delimiter = ',', value_name = "IN=OUT")]
    rows_of: Vec<Pair>,
    /// The file to write.
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rows {
    /// Words that have a response.
    Kept,
    /// All words.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

/// A file to read and one to write.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    from: PathBuf,
    to: PathBuf,
}

/// The name of the tensor.
const NAME: &str = "responses";

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok(Self { from: from.into(), to: to.into() }),
            _ => Err(format!("expected IN.safetensors=OUT.safetensors, not `{text}`")),
        }
    }
}

impl ResultArguments {
    /// Writes responses `(rows, columns)` of the words `rows` of a story of so many, and the other files.
    ///
    /// # Errors
    /// A file cannot be written, or has not one row per word.
    pub fn write(
        &self,
        values: Array2<f64>,
        mut about: serde_json::Value,
        rows: &[usize],
        words: usize,
    ) -> anyhow::Result<()> {
        let (values, rows) = match self.rows {
            Rows::Kept => (values, rows.to_vec()),
            Rows::All => (spread(values.view(), rows, words), (0..words).collect()),
        };
        about["rows"] = format!("{:?}", self.rows).to_lowercase().into();
        for Pair { from, to } in &self.rows_of {
            select(from, to, &rows, words)?;
        }
        let (kind, bytes) = match self.precision {
            Precision::F32 => (Dtype::F32, values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect()),
            Precision::F64 => (Dtype::F64, values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>()),
        };
        let view = TensorView::new(kind, values.shape().to_vec(), &bytes)?;
        // One entry, so that the bytes have one order.
        let metadata = [(NAME.to_owned(), about.to_string())].into();
        Ok(write_whole(&self.out, &safetensors::serialize([(NAME, view)], Some(metadata))?)?)
    }
}

/// Rows at their places among so many words, NaN elsewhere.
fn spread(values: ArrayView2<f64>, rows: &[usize], words: usize) -> Array2<f64> {
    let mut all = Array2::from_elem((words, values.ncols()), f64::NAN);
    values.rows().into_iter().zip(rows).for_each(|(row, word)| all.row_mut(*word).assign(&row));
    all
}

/// Writes the rows of every tensor of a file to another one.
fn select(from: &Path, to: &Path, rows: &[usize], words: usize) -> anyhow::Result<()> {
    let file = MatrixFile::open(from)?;
    let mut tensors = Vec::new();
    for matrix in 0..file.len() {
        let (name, found) = (file.name(matrix), file.shape(matrix).0);
        ensure!(
            found == words,
            "tensor `{name}` of `{}` has {found} rows for {words} words of the transcript",
            from.display()
        );
        tensors.push((name.to_owned(), file.matrix(matrix).select(Axis(0), rows)));
    }
    Ok(write_tensors(to, &tensors, None)?)
}
