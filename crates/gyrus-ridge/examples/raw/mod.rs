//! What the examples share: matrices of raw little-endian f64, and what the work on them costs.

use std::error::Error;
use std::fs;
use std::time::Instant;

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

/// When work began.
pub struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    /// Begins now.
    pub fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_seconds() }
    }

    /// Prints wall seconds and CPU seconds since the start.
    #[expect(clippy::print_stdout, reason = "the bench reads it")]
    pub fn print(&self) {
        println!("[{}, {}]", self.wall.elapsed().as_secs_f64(), cpu_seconds() - self.cpu);
    }
}

/// CPU seconds of all threads so far, NaN where Linux does not say.
fn cpu_seconds() -> f64 {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = threads.map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<Option<f64>>().map_or(f64::NAN, |sum| 1e-9 * sum)
}
