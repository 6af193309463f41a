//! Damages files of items, and makes items of them for every task.
//!
//! The corpus is in `tests/corpus` (`tests/scripts/corpus.py` at the top of the repository); `gyrus_tests::fuzz` says what must hold.

use gyrus_benchmarks::{TASKS, items, read_json_lines, with_labels};
use gyrus_tests::{Counting, fuzz};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn damaged_items() {
    fuzz("items", 1000, |path| {
        let records = read_json_lines(path).map_err(|error| error.to_string())?;
        for task in &TASKS {
            // Most records are of other tasks.
            let _ = (items(task, &records), with_labels(task, records.clone(), path));
        }
        Ok(())
    });
}
