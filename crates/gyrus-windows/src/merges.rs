//! Reads `merges.txt`, and sees to it that there and in `tokenizer.json` merges make only tokens that exist.

use std::path::Path;

use serde_json::Value;

use crate::{Error, json};

/// The pairs of `merges.txt`: one a line, its halves apart by one space; a first line `#version ...` and empty lines are passed over.
///
/// `has_token` says whether a token is in the vocabulary of `vocabulary`.
///
/// # Errors
/// [`Error::MergeLine`] or [`Error::Merge`], naming the line.
pub(crate) fn parse(
    path: &Path,
    text: &str,
    vocabulary: &Path,
    has_token: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, Error> {
    let mut merges = Vec::new();
    for (row, line) in text.lines().enumerate() {
        if line.is_empty() || (row == 0 && line.starts_with("#version")) {
            continue;
        }
        let (left, right) = halves(line).ok_or_else(|| Error::MergeLine {
            path: path.to_owned(),
            row: row + 1,
            line: line.to_owned(),
        })?;
        if let Some(token) = missing(left, right, 0, &has_token) {
            return Err(Error::Merge { path: path.to_owned(), row: row + 1, token, vocabulary: vocabulary.to_owned() });
        }
        merges.push((left.to_owned(), right.to_owned()));
    }
    Ok(merges)
}

/// Whether every merge of a `tokenizer.json` makes a token that exists.
///
/// The `tokenizers` package indexes with the lengths of tokens before it looks, and panics on a vocabulary that was cut short.
/// Anything else that is wrong in the file is left to it.
///
/// # Errors
/// [`Error::Json`] or [`Error::InnerMerge`], naming the merge.
pub(crate) fn check(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file: Value = json::parse(path, bytes)?;
    let model = &file["model"];
    let (Some(vocabulary), Some(merges)) = (model["vocab"].as_object(), model["merges"].as_array()) else {
        return Ok(());
    };
    let n_prefix = model["continuing_subword_prefix"].as_str().map_or(0, str::len);
    let has_token = |token: &str| vocabulary.contains_key(token);
    let makes_a_token = |(left, right)| missing(left, right, n_prefix, has_token).is_none();
    let is_version = |merge: &Value| merge.as_str().is_some_and(|line| line.starts_with("#version"));
    match merges.iter().position(|merge| !is_version(merge) && !pair(merge).is_some_and(makes_a_token)) {
        None => Ok(()),
        Some(at) => {
            let text = merges[at].as_str().map_or_else(|| merges[at].to_string(), str::to_owned);
            Err(Error::InnerMerge { path: path.to_owned(), merge: at + 1, text })
        }
    }
}

/// The two halves of a merge written as one string.
fn halves(line: &str) -> Option<(&str, &str)> {
    line.split_once(' ').filter(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains(' '))
}

/// The half, or the whole, of a merge that is not in the vocabulary, if any;
/// `n_prefix` bytes at the start of the right half are left off in the whole.
fn missing(left: &str, right: &str, n_prefix: usize, has_token: impl Fn(&str) -> bool) -> Option<String> {
    let Some(rest) = right.get(n_prefix..) else { return Some(right.to_owned()) };
    let whole = format!("{left}{rest}");
    [left, right, &whole].into_iter().find(|token| !has_token(token)).map(str::to_owned)
}

/// The halves of a merge, written as one string or as two.
fn pair(merge: &Value) -> Option<(&str, &str)> {
    match merge {
        Value::String(line) => halves(line),
        Value::Array(both) => match both.as_slice() {
            [left, right] => Some((left.as_str()?, right.as_str()?)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The merges of a vocabulary of `a`, `b`, `ab`, or the message of the error.
    fn check(text: &str, expected: Result<usize, &str>) {
        let has_token = |token: &str| ["a", "b", "ab"].contains(&token);
        let found = parse(Path::new("merges.txt"), text, Path::new("vocab.json"), has_token);
        match (found, expected) {
            (Ok(merges), Ok(n)) => assert_eq!(merges.len(), n),
            (Err(error), Err(message)) => assert_eq!(error.to_string(), message),
            (found, expected) => panic!("{found:?} for {expected:?}"),
        }
    }

    #[test]
    fn version_and_empty_lines_are_passed_over() {
        check("#version: 0.2\na b\n\n", Ok(1));
        check("a b\r\n", Ok(1));
        check("", Ok(0));
    }

    #[test]
    fn a_malformed_line_is_named() {
        for line in ["ab", "a  b", "a b ab", " a", "a "] {
            let message = format!("`merges.txt` line 2 is not two tokens with one space between them: `{line}`");
            check(&format!("a b\n{line}\n"), Err(&message));
        }
    }

    #[test]
    fn a_merge_of_tokens_that_do_not_exist_is_named() {
        check("a b\nb a\n", Err("`merges.txt` line 2 needs the token `ba`, which `vocab.json` does not have"));
        check("c b\n", Err("`merges.txt` line 1 needs the token `c`, which `vocab.json` does not have"));
    }
}
