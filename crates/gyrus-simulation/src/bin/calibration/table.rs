//! A table in Markdown, with what it shows and how it was made.

use std::fmt;

/// A heading, sentences, and rows of cells.
#[derive(Debug, Clone)]
pub struct Table {
    /// What the table shows.
    pub title: &'static str,
    /// Sizes, seeds and what must hold: one line per sentence.
    pub settings: Vec<String>,
    /// Names of the columns.
    pub columns: &'static [&'static str],
    /// As many cells per row as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Whether a bound holds, in a word that is found at a glance where it does not.
pub fn verdict(holds: bool) -> String {
    if holds { "yes" } else { "**no**" }.to_owned()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "## {}\n", self.title)?;
        self.settings.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(f, "\n| {} |", self.columns.join(" | "))?;
        writeln!(f, "|{}", "---|".repeat(self.columns.len()))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_markdown() {
        let table = Table {
            title: "Sums",
            settings: vec!["All by hand.".into()],
            columns: &["what", "sum"],
            rows: vec![vec!["1 + 1".into(), "2".into()]],
        };
        assert_eq!(table.to_string(), "## Sums\n\nAll by hand.\n\n| what | sum |\n|---|---|\n| 1 + 1 | 2 |\n");
    }
}
