//! Runs that are killed, and results that are damaged: whatever happens, the next run ends with the same bytes.
//!
//! A short form runs with the other tests; `GYRUS_KILLS` asks for more, and docs/BENCHMARKS.md has the table that
//! they print.

#![expect(clippy::print_stdout, reason = "the table of faults, and what was skipped, are said where tests say them")]

mod damage;
mod kills;
mod stops;
mod system_calls;
mod trial;
mod two_runs;
