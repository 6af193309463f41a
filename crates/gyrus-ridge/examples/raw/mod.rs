//! Matrices of raw little-endian f64, row after row.

use std::error::Error;
use std::fs;

use ndarray::Array2;

/// The numbers of a file.
pub fn values(path: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    Ok(fs::read(path)?.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect())
}

/// The numbers of a file as `rows` rows.
pub fn matrix(path: &str, rows: usize) -> Result<Array2<f64>, Box<dyn Error>> {
    let values = values(path)?;
    Ok(Array2::from_shape_vec((rows, values.len() / rows), values)?)
}

/// Writes numbers to a file.
pub fn write<'a>(path: &str, numbers: impl Iterator<Item = &'a f64>) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(path, numbers.flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?)
}
