//! The texts, one line of plain words each, divided into what is learnt from and what is held out.

use gyrus_windows::Tokenizer;

use crate::Error;
use crate::recipe::{File, Recipe};

/// Bytes of text that are made tokens at a time.
const CHUNK: usize = 1 << 16;

/// The texts of a recipe.
#[derive(Debug, Clone)]
pub(crate) struct Corpus {
    /// A part for each file.
    pub(crate) learnt: Vec<String>,
    /// Name and part of each file.
    pub(crate) held_out: Vec<(String, String)>,
}

impl Corpus {
    /// Reads every file, makes each run of white space one space, and takes the share `held_out` off the end.
    pub(crate) fn read(recipe: &Recipe) -> Result<Self, Error> {
        let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
        for file in &recipe.text.files {
            let text = plain(recipe, file)?;
            let at = division(&text, 1.0 - recipe.text.held_out);
            learnt.push(text[..at].to_owned());
            held_out.push((file.name.clone(), text[at..].to_owned()));
        }
        Ok(Self { learnt, held_out })
    }
}

/// The ids of a text; the end-of-text token stands before it.
pub(crate) fn ids(text: &str, tokenizer: &Tokenizer) -> Result<Vec<u32>, Error> {
    let (mut ids, mut rest) = (vec![0], text);
    while !rest.is_empty() {
        // A piece begins with a space, as every word inside a text does, so the tokens are those of the whole.
        let at = rest.as_bytes().iter().skip(CHUNK).position(|byte| *byte == b' ');
        let (piece, after) = rest.split_at(at.map_or(rest.len(), |at| CHUNK + at));
        ids.extend_from_slice(tokenizer.tokens(piece)?.ids());
        rest = after;
    }
    Ok(ids)
}

fn plain(recipe: &Recipe, file: &File) -> Result<String, Error> {
    let path = recipe.folder().join(&file.name);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(end) = &file.ends_before {
        let at = lines.iter().rposition(|line| line.trim() == end);
        lines.truncate(at.ok_or_else(|| Error::NoEnd { path, line: end.clone() })?);
    }
    Ok(lines.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" "))
}

/// The first space from the share `share` of the text on, or its end.
fn division(text: &str, share: f64) -> usize {
    let from = (text.len() as f64 * share) as usize;
    text.as_bytes().iter().skip(from).position(|byte| *byte == b' ').map_or(text.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_the_tokens_of_the_whole() -> Result<(), Box<dyn std::error::Error>> {
        let text = "the cat sat on the mat, and Père saw it. ".repeat(4000);
        let dir = tempfile::tempdir()?;
        std::fs::write(dir.path().join("tokenizer.json"), gyrus_windows::learn_tokenizer(&text, 270)?)?;
        let tokenizer = Tokenizer::open(dir.path())?;
        let found = ids(text.trim_end(), &tokenizer)?;
        assert_eq!((found[0], &found[1..]), (0, tokenizer.tokens(text.trim_end())?.ids()));
        Ok(())
    }

    #[test]
    fn a_text_is_divided_before_a_word() {
        let text = "one two three";
        assert_eq!(&text[division(text, 0.1)..], " two three");
        assert_eq!(&text[division(text, 0.25)..], " two three");
        assert_eq!(&text[division(text, 0.4)..], " three");
        assert_eq!(&text[division(text, 0.9)..], "");
    }
}
