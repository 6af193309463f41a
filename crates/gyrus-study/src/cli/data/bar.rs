//! How far the work on a large file has come: a bar on a terminal, plain lines now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use gyrus_data::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use super::super::note;

/// Shows progress on standard error.
pub struct Bar {
    bar: Option<(String, ProgressBar)>,
    said: Instant,
}

/// Time between two plain lines.
const PAUSE: Duration = Duration::from_secs(10);

impl Bar {
    /// A bar that shows nothing yet.
    pub fn new() -> Self {
        Self { bar: None, said: Instant::now() }
    }

    /// Shows how far the work on a file has come.
    pub fn show(&mut self, progress: Progress) {
        if std::io::stderr().is_terminal() {
            return self.draw(progress);
        }
        if self.said.elapsed() >= PAUSE {
            self.said = Instant::now();
            let total = progress.total.map(|total| format!(" of {total}")).unwrap_or_default();
            note(format!("{}: {}{total} bytes", progress.path, progress.done));
        }
    }

    /// Removes the bar.
    pub fn clear(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn draw(&mut self, Progress { path, done, total }: Progress) {
        if self.bar.as_ref().is_none_or(|(of, _)| of != path) {
            self.clear();
            let bar = ProgressBar::new(total.unwrap_or(done)).with_message(path.to_owned());
            let style =
                ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.bar = Some((path.to_owned(), bar));
        }
        if let Some((_, bar)) = &self.bar {
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
        }
    }
}
