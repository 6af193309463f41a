//! What work costs.

use std::fs;
use std::time::Instant;

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
