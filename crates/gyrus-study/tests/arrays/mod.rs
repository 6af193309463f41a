//! Small files of arrays for the program to read, and the tables that it writes.
#![allow(dead_code, reason = "each test program uses some of these")]

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;

use gyrus_tests::{Draws, Program};
use ndarray::Array2;
use polars::prelude::{DataFrame, ParquetReader, SerReader};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

pub type Outcome = Result<(), Box<dyn Error>>;

pub fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gyrus"))
}

/// What a good call prints.
pub fn call(folder: &Path, arguments: &str) -> Result<String, Box<dyn Error>> {
    Ok(program().call(folder, arguments.split_whitespace())?.good()?)
}

/// The error of a call that must fail holds every one of `expected`.
pub fn check_refused(folder: &Path, arguments: &str, expected: &[&str]) -> Outcome {
    let answer = program().call(folder, arguments.split_whitespace())?;
    let said = answer.refusal()?;
    for part in expected {
        assert!(said.contains(part), "`{part}` is missing in: {said}");
    }
    Ok(())
}

pub fn random(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut draws = Draws::new(seed);
    Array2::from_shape_simple_fn((rows, columns), || draws.normal() as f32)
}

/// A file of matrices of f32.
pub fn write_matrices(path: &Path, tensors: &[(&str, &Array2<f32>)]) -> Outcome {
    let bytes = |array: &Array2<f32>| array.iter().flat_map(|value| value.to_le_bytes()).collect();
    write_tensors(path, tensors.iter().map(|(name, array)| (*name, Dtype::F32, array.shape(), bytes(array))).collect())
}

pub fn write_tensors(path: &Path, tensors: Vec<(&str, Dtype, &[usize], Vec<u8>)>) -> Outcome {
    let views =
        tensors.iter().map(|(name, kind, shape, bytes)| Ok((*name, TensorView::new(*kind, shape.to_vec(), bytes)?)));
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    Ok(fs::write(path, safetensors::serialize(views, None)?)?)
}

pub fn read_table(path: &Path) -> Result<DataFrame, Box<dyn Error>> {
    Ok(ParquetReader::new(File::open(path)?).finish()?)
}

pub fn columns(table: &DataFrame) -> Vec<String> {
    table.get_column_names().into_iter().map(ToString::to_string).collect()
}

pub fn numbers(table: &DataFrame, column: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    Ok(table.column(column)?.f64()?.into_no_null_iter().collect())
}

pub fn counts(table: &DataFrame, column: &str) -> Result<Vec<usize>, Box<dyn Error>> {
    Ok(table.column(column)?.u32()?.into_no_null_iter().map(|count| count as usize).collect())
}

pub fn texts(table: &DataFrame, column: &str) -> Result<Vec<String>, Box<dyn Error>> {
    Ok(table.column(column)?.str()?.iter().flatten().map(String::from).collect())
}
