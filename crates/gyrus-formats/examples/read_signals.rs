//! Says what is in a file of signals, and how fast it is read in chunks of ten seconds.
//!
//! `cargo run --release -p gyrus-formats --example read_signals -- FILE`

use std::io::{Write, stdout};
use std::path::Path;
use std::time::Instant;

use gyrus_formats::open;

/// Seconds that are read at a time.
const CHUNK: f64 = 10.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("no file is given")?;
    let start = Instant::now();
    let file = open(Path::new(&path))?;
    let opened = start.elapsed();
    let first = &file.channels()[0];
    let channels: Vec<usize> = (0..file.channels().len()).filter(|i| file.channels()[*i].rate == first.rate).collect();
    let chunk = (CHUNK * first.rate) as usize;
    let (start, mut sum, mut values) = (Instant::now(), 0.0, 0);
    for begin in (0..first.samples).step_by(chunk.max(1)) {
        let part = file.read(&channels, begin..first.samples.min(begin + chunk))?;
        values += part.len();
        sum += part.iter().step_by(1009).filter(|value| !value.is_nan()).sum::<f64>();
    }
    let (seconds, bytes) = (start.elapsed().as_secs_f64(), std::fs::metadata(&path)?.len());
    let (n, annotations, gaps) = (file.channels().len(), file.annotations().len(), file.gaps().len());
    writeln!(stdout(), "{n} channels, {annotations} annotations, {gaps} gaps; opened in {opened:?}")?;
    let [file, numbers] = [bytes as f64, 8.0 * values as f64].map(|bytes| bytes / seconds / 1e6);
    Ok(writeln!(stdout(), "{seconds:.2} s: {file:.0} MB/s of the file, {numbers:.0} MB/s of numbers ({sum:e})")?)
}
