//! `gyrus man`: the help as pages of the manual.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use gyrus_study::write_whole;

use super::{Cli, say};

/// Where the pages go.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folder for a page of every command [default: the page of `gyrus` alone, to standard output].
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &arguments.out else {
        return Man::new(command).render(&mut std::io::stdout()).context("could not write to standard output");
    };
    for (name, command) in pages("gyrus", command) {
        let mut page = Vec::new();
        Man::new(command).title(name.clone()).render(&mut page)?;
        let file = folder.join(format!("{name}.1"));
        write_whole(&file, &page)?;
        say(file.display());
    }
    Ok(())
}

/// A command and all below it, with the names of their pages.
fn pages(name: &str, command: Command) -> Vec<(String, Command)> {
    let below: Vec<Command> = command.get_subcommands().filter(|below| below.get_name() != "help").cloned().collect();
    let below = below.into_iter().flat_map(|below| pages(&format!("{name}-{}", below.get_name()), below.clone()));
    let below: Vec<(String, Command)> = below.collect();
    [(name.to_owned(), command)].into_iter().chain(below).collect()
}
