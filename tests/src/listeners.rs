//! Three listeners in the files that their scanner left: a signal, head motion, word rate and sound power.
//!
//! The signal of two of them shares a part, the signal of the third is zero everywhere.

use crate::Draws;
use crate::story::Label;

/// Rows of a signal.
pub const SCANS: usize = 120;
/// Columns of a signal.
pub const REGIONS: [&str; 2] = ["left", "right"];
/// Rows of the motion files before the first scan.
pub const DISCARDED: usize = 3;
/// Time of the first scan in seconds.
pub const FIRST_SCAN: f64 = 6.0;
/// Seconds between scans.
pub const REPETITION_TIME: f64 = 2.0;
/// The listeners; the second is silent.
pub const LISTENERS: [&str; 3] = ["s01", "s02", "s03"];
/// The one whose signal is zero.
pub const SILENT: &str = "s02";

/// Columns of numbers under a file name, inside the data set's folder.
pub type Table = (String, Vec<Vec<f64>>);

/// Every table of every listener, columns first.
pub fn tables(labels: &[Label]) -> Vec<Table> {
    let mut draws = Draws::new(23);
    let rate = response(labels.iter().filter(|label| label.is_spoken()).map(|label| (label.offset, 1.0)));
    let power =
        response(labels.iter().filter(|label| label.is_spoken()).map(|label| (label.onset, label.text.len() as f64)));
    let shared: Vec<Vec<f64>> = REGIONS.iter().map(|_| draws.autocorrelated(SCANS, 0.7)).collect();
    let mut tables = Vec::new();
    for name in LISTENERS {
        let region = |shared: &Vec<f64>| {
            let own = draws.autocorrelated(SCANS, 0.7);
            let value = |scan: usize| 100.0 + 0.8 * rate[scan] + shared[scan] + own[scan];
            (0..SCANS).map(|scan| if name == SILENT { 0.0 } else { value(scan) }).collect()
        };
        let signal = shared.iter().map(region).collect();
        let motion = (0..6).map(|_| draws.autocorrelated(DISCARDED + SCANS, 0.9)).collect();
        tables.push((format!("signals/10mm/{name}-timecourses.txt"), signal));
        tables.push((format!("signals/{name}-rp_scan.txt"), motion));
        tables.push((format!("signals/{name}-rate.txt"), vec![rate.clone()]));
        tables.push((format!("signals/{name}-sndpwr.txt"), vec![power.clone()]));
    }
    tables
}

/// The sum over events (t, a) of a h(scan - t), with h(s) = s^5 exp(-s) / 120, which peaks after 5 seconds.
fn response(events: impl Iterator<Item = (f64, f64)> + Clone) -> Vec<f64> {
    let h = |s: f64| if s > 0.0 { s.powi(5) * (-s).exp() / 120.0 } else { 0.0 };
    let at = |scan: usize| FIRST_SCAN + REPETITION_TIME * scan as f64;
    (0..SCANS).map(|scan| events.clone().map(|(t, a)| a * h(at(scan) - t)).sum()).collect()
}

/// A table as text: one line per row, fields separated by spaces.
pub fn text(columns: &[Vec<f64>]) -> String {
    let rows = columns.first().map_or(0, Vec::len);
    let row = |i: usize| columns.iter().map(|column| format!("{:.6e}", column[i])).collect::<Vec<_>>().join("  ");
    (0..rows).map(|i| format!("  {}\n", row(i))).collect()
}
