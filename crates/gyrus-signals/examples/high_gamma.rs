//! High gamma of a raw recording, chunk by chunk.
//!
//! `high_gamma IN COLUMNS RATE OUT OUT_RATE CHUNK` reads little-endian f32 (samples, COLUMNS), takes the common average,
//! stops 60, 120 and 180 Hz, takes the amplitude of 70 to 200 Hz (below the rate's half, order 4) and resamples it to
//! OUT_RATE; CHUNK is a number of samples, or 0 for what fits into 256 MiB.
//! It prints wall seconds of all it does, the shape of the answer and the samples of one chunk, as JSON.
//! `tests/scripts/bench_signals.py` compares it with mne.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::ops::Range;
use std::time::Instant;

use gyrus_signals::{Filter, FirNotch, HighGamma, Montage, Pipeline, Resample, Step};
use ndarray::{Array2, ArrayView2};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const MEMORY: usize = 256 << 20;

#[expect(clippy::print_stdout, reason = "an example says what it did")]
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, columns, rate, to, out_rate, chunk] = &arguments[..] else {
        return Err("usage: high_gamma IN COLUMNS RATE OUT OUT_RATE CHUNK".into());
    };
    let (columns, rate, chunk): (usize, f64, usize) = (columns.parse()?, rate.parse()?, chunk.parse()?);
    let begun = Instant::now();
    let mut from = File::open(from)?;
    let samples = usize::try_from(from.metadata()?.len())? / (4 * columns);
    let plan = pipeline(out_rate.parse()?).plan(samples, columns, rate)?;
    let chunk = if chunk == 0 { plan.chunk(MEMORY, rayon::current_num_threads()) } else { chunk };
    let mut to = BufWriter::new(File::create(to)?);
    let mut bytes = Vec::new();
    plan.run::<Box<dyn Error>>(
        chunk,
        |samples| read(&mut from, samples, columns, &mut bytes),
        |_, block| write(&mut to, block),
    )?;
    to.flush()?;
    let (rows, wall) = (plan.samples(), begun.elapsed().as_secs_f64());
    println!("{{\"wall\": {wall}, \"rows\": {rows}, \"columns\": {columns}, \"chunk\": {chunk}}}");
    Ok(())
}

fn pipeline(rate: f64) -> Pipeline {
    Pipeline {
        montage: Montage::common_average(vec![]),
        steps: vec![
            Step::Filter(Filter::Notch(FirNotch::new(vec![60.0, 120.0, 180.0]))),
            Step::HighGamma(HighGamma { bands: vec![(70.0, 200.0)], ..HighGamma::default() }),
            Step::Resample(Resample { rate }),
        ],
        finish: vec![],
    }
}

fn read(from: &mut File, samples: Range<usize>, columns: usize, bytes: &mut Vec<u8>) -> Result<Array2<f64>> {
    bytes.resize(samples.len() * columns * 4, 0);
    from.read_exact(bytes)?;
    let values = bytes.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
    Ok(Array2::from_shape_vec((samples.len(), columns), values.collect())?)
}

fn write(to: &mut impl Write, block: ArrayView2<f64>) -> Result<()> {
    Ok(block.iter().try_for_each(|value| to.write_all(&(*value as f32).to_le_bytes()))?)
}
