//! Holds the analysis of `gyrus-encoding` and `gyrus-similarity` to simulated truths, and prints as Markdown what it found.
//!
//! `calibration [--write FILE] [TABLE...]`: without names every table is made, and only then can a file be written.
#![expect(clippy::print_stdout, reason = "a command line tool speaks to whoever typed the command")]

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

mod analysis;
mod coverage;
mod differences;
mod document;
mod hierarchy;
mod leakage;
mod measured;
mod nulls;
mod partial;
mod peaks;
mod power;
mod similarity;
mod spearman;
mod streams;
mod table;

use table::Table;

/// Makes a table.
type Make = fn() -> Result<Table>;

/// What each table is called on the command line, and how it is made.
const TABLES: [(&str, Make); 15] = [
    ("leakage", || leakage::run(leakage::SERIES)),
    ("nulls", || nulls::run(nulls::SEEDS)),
    ("partial", || partial::run(partial::SEEDS)),
    ("coverage", || coverage::run(coverage::LONG, coverage::SEEDS)),
    ("short-coverage", || coverage::run(coverage::SHORT, coverage::SEEDS)),
    ("differences", || differences::run(differences::SEEDS)),
    ("peaks", || peaks::run(peaks::SEEDS)),
    ("power", || power::run(power::SEEDS)),
    ("hierarchy", || hierarchy::run(hierarchy::SEEDS)),
    ("cka-bias", || similarity::bias::run(similarity::bias::SEEDS)),
    ("cka-columns", || similarity::columns::run(similarity::columns::SEEDS)),
    ("cka-coverage", || similarity::coverage::run(similarity::coverage::SEEDS)),
    ("cka-nulls", || similarity::nulls::run(similarity::nulls::SEEDS)),
    ("convergence", || similarity::convergence::run(similarity::convergence::SEEDS)),
    ("cka-canaries", || similarity::canaries::run(&similarity::canaries::ROWS, similarity::canaries::WIDTH)),
];

fn main() -> Result<()> {
    let (mut file, mut names) = (None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => file = Some(PathBuf::from(arguments.next().ok_or(anyhow::anyhow!("`--write` needs a file"))?)),
            name if TABLES.iter().any(|(known, _)| *known == name) => names.push(argument),
            unknown => bail!("unknown argument: `{unknown}`; tables are {}", TABLES.map(|(name, _)| name).join(", ")),
        }
    }
    ensure!(file.is_none() || names.is_empty(), "a file is written whole: leave the names of tables out");
    let mut tables = Vec::new();
    for (_, make) in TABLES.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|wanted| wanted == name)) {
        let table = make()?.to_string();
        println!("{table}");
        tables.push(table);
    }
    file.map_or(Ok(()), |file| document::write(&file, &tables.join("\n")))
}
