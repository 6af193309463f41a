//! Scores that others measured, with where they come from.

use std::path::Path;

use gyrus_recordings::{Field, read_fields};

use super::BenchmarkScore;
use crate::Error;
use crate::settings::ModelEntry;

/// The scores of `models` in `task` from a table with the columns model, score and source, and `stderr` where it is known.
///
/// # Errors
/// A column that is missing, a score that is no number, no source, or a model of the study without a row.
pub fn read(path: &Path, task: &str, models: &[ModelEntry]) -> Result<Vec<BenchmarkScore>, Error> {
    let table = read_fields(path)?;
    let wrong = |reason: String| Error::Published { path: path.to_owned(), reason };
    let column = |name: &str| table.names.iter().position(|column| column == name);
    let required = |name: &str| column(name).ok_or_else(|| wrong(format!("has no column `{name}`")));
    let [name, value, source] = [required("model")?, required("score")?, required("source")?];
    let text = |row: &[Field], column: usize| match &row[column] {
        Field::Text(text) => text.clone(),
        Field::Missing | Field::Texts(_) => String::new(),
    };
    let score = |model: &ModelEntry| {
        let row = table.rows.iter().position(|row| text(row, name) == model.name);
        let row = row.ok_or_else(|| wrong(format!("has no score of `{}`", model.name)))?;
        let cells = &table.rows[row];
        let bad = |what: &str, found: String| wrong(format!("row {} has no {what}: `{found}`", row + 1));
        let number = |column: usize| text(cells, column).parse::<f64>().ok().filter(|value| value.is_finite());
        if text(cells, source).trim().is_empty() {
            return Err(bad("source", text(cells, source)));
        }
        Ok(BenchmarkScore {
            model: model.name.clone(),
            task: task.to_owned(),
            metric: "published".into(),
            value: number(value).ok_or_else(|| bad("score", text(cells, value)))?,
            stderr: column("stderr").and_then(number).unwrap_or(f64::NAN),
            n: None,
            truncated: 0,
            source: Some(text(cells, source)),
        })
    };
    models.iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models() -> [ModelEntry; 1] {
        [ModelEntry { name: "a".into(), folder: "a".into(), family: None, tokens: None }]
    }

    #[test]
    fn scores_come_with_their_source_or_not_at_all() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("scores.tsv");
        let read = |content: &str| {
            std::fs::write(&path, content).map_err(|error| error.to_string())?;
            read(&path, "piqa", &models()).map_err(|error| error.to_string())
        };
        let found = read("model\tscore\tsource\tstderr\nb\t.1\tpage 3\t.2\na\t.6\tpage 3\t.01\n")?;
        assert_eq!((found[0].value, found[0].stderr, found[0].source.as_deref()), (0.6, 0.01, Some("page 3")));
        let refused = |content: &str, expected: &str| {
            let said = read(content).expect_err("a mistake");
            assert!(said.contains(expected), "{said}");
        };
        refused("model\tscore\na\t.6\n", "has no column `source`");
        refused("model\tscore\tsource\nb\t.6\tx\n", "has no score of `a`");
        refused("model\tscore\tsource\na\tgood\tx\n", "row 1 has no score: `good`");
        refused("model\tscore\tsource\na\t.5\t \n", "row 1 has no source");
        Ok(())
    }

    #[test]
    fn damaged_scores_never_panic() {
        gyrus_tests::fuzz("published", 1000, |path| {
            read(path, "piqa", &models()).map(drop).map_err(|error| error.to_string())
        });
    }
}
