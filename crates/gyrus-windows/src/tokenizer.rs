//! The tokenizer of a model, read from the `tokenizer.json` beside its checkpoint.
//!
//! A text is tokenised once and whole, never a word at a time.
//! Whatever would make a measurement depend on chance or cut a text short (merge dropout, truncation, padding) is switched off.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use gyrus_types::Tokens;
use tokenizers::ModelWrapper;

use crate::Error;

/// A text that every tokenizer gives at least one token, to see what is put around it.
const PROBE: &str = "a";

/// The tokenizer of one model.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    path: PathBuf,
    inner: tokenizers::Tokenizer,
    prefix: Vec<u32>,
    largest: usize,
}

impl Tokenizer {
    /// The tokenizer described by `tokenizer.json` in `model_dir`.
    ///
    /// # Errors
    /// [`Error::Read`] if the file is absent, [`Error::Tokenizer`] if it is not a tokenizer.
    pub fn open(model_dir: &Path) -> Result<Self, Error> {
        let path = model_dir.join("tokenizer.json");
        let bytes = fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        match tokenizers::Tokenizer::from_bytes(bytes) {
            Ok(inner) => Self::new(path, inner),
            Err(source) => Err(Error::Tokenizer { path, source }),
        }
    }

    /// A tokenizer already in memory; `path` names it in errors.
    pub(crate) fn new(path: PathBuf, mut inner: tokenizers::Tokenizer) -> Result<Self, Error> {
        let refused = |source| Error::Tokenizer { path: path.clone(), source };
        inner.with_truncation(None).map_err(refused)?;
        inner.with_padding(None);
        without_dropout(&mut inner);
        let prefix = prefix(&inner).map_err(refused)?;
        let largest = inner.get_vocab(true).into_values().max().unwrap_or(0) as usize;
        Ok(Self { path, inner, prefix, largest })
    }

    /// Number of ids that a model must have: one more than the largest id, added tokens included.
    pub fn vocabulary(&self) -> usize {
        self.largest + 1
    }

    /// What the tokenizer's own post-processor puts before an input (BOS), usually one token or none.
    ///
    /// What it would put after an input (EOS) is left off everywhere.
    pub fn prefix(&self) -> &[u32] {
        &self.prefix
    }

    /// Whether a model of `n_model` ids has an embedding for everything this tokenizer can give.
    ///
    /// # Errors
    /// [`Error::Vocabulary`] if an id is beyond the model's vocabulary.
    pub fn check_vocabulary(&self, n_model: usize) -> Result<(), Error> {
        if self.largest < n_model {
            Ok(())
        } else {
            Err(Error::Vocabulary { path: self.path.clone(), largest: self.largest, model: n_model })
        }
    }

    /// The tokens of the whole of `text`, each with its bytes in `text`.
    ///
    /// Where a character takes several tokens, each of them stands for the whole character;
    /// a mark that the tokenizer puts before the text shares the first character;
    /// whether a token's bytes include the white space before it is up to the tokenizer.
    ///
    /// # Errors
    /// [`Error::Encode`] if the tokenizer refuses the text.
    pub fn tokens(&self, text: &str) -> Result<Tokens, Error> {
        let encoding = self.inner.encode(text, false).map_err(|source| self.failed(source))?;
        let offsets = encoding.get_offsets().iter().map(|&(start, end)| Range { start, end }).collect();
        Ok(Tokens::new(self.prefix.clone(), encoding.get_ids().to_vec(), offsets)?)
    }

    /// The text of `ids`, special tokens included.
    ///
    /// # Errors
    /// [`Error::Encode`] if the tokenizer's decoder fails.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        self.inner.decode(ids, false).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: tokenizers::Error) -> Error {
        Error::Encode { path: self.path.clone(), source }
    }
}

/// Merges that are skipped at random serve training; a measurement wants the same tokens every time.
fn without_dropout(tokenizer: &mut tokenizers::Tokenizer) {
    if let ModelWrapper::BPE(bpe) = tokenizer.get_model()
        && bpe.dropout.is_some()
    {
        let mut certain = bpe.clone();
        certain.dropout = None;
        tokenizer.with_model(certain);
    }
}

/// The ids in front of a text's own tokens once the post-processor has run.
fn prefix(tokenizer: &tokenizers::Tokenizer) -> Result<Vec<u32>, tokenizers::Error> {
    let bare = tokenizer.encode(PROBE, false)?;
    let dressed = tokenizer.encode(PROBE, true)?;
    let ids = dressed.get_ids();
    let at = (0..=ids.len()).find(|&at| ids[at..].starts_with(bare.get_ids()));
    at.map(|at| ids[..at].to_vec()).ok_or_else(|| "post-processor does not keep the text's own tokens together".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{self, Failure};

    #[test]
    fn prefix_is_kept_and_suffix_left_off() -> Result<(), Failure> {
        let tokenizer = fixture::tokenizer()?;
        let tokens = tokenizer.tokens("a cat")?;
        assert_eq!((tokenizer.prefix(), tokens.prefix()), (&[1][..], &[1][..]));
        assert_eq!(tokenizer.decode(tokens.ids())?, "a cat");
        Ok(())
    }

    #[test]
    fn truncation_padding_and_dropout_are_switched_off() -> Result<(), Failure> {
        let mut file = fixture::file();
        file["truncation"] =
            serde_json::json!({"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0});
        file["padding"] = serde_json::json!({"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>"});
        file["model"]["dropout"] = 0.9.into();
        let (odd, plain) = (fixture::open(&file)?, fixture::tokenizer()?);
        let text = "the cat sat on the mat, the cat sat";
        assert_eq!(odd.tokens(text)?, plain.tokens(text)?);
        Ok(())
    }

    #[test]
    fn bytes_of_one_character_share_its_offsets() -> Result<(), Failure> {
        let tokens = fixture::tokenizer()?.tokens("aé t")?;
        assert_eq!(tokens.offsets(), [0..1, 0..1, 1..3, 1..3, 3..4, 4..5]);
        Ok(())
    }

    #[test]
    fn a_model_smaller_than_its_tokenizer_is_an_error() -> Result<(), Failure> {
        let tokenizer = fixture::tokenizer()?;
        let n = tokenizer.vocabulary();
        assert!(tokenizer.check_vocabulary(n).is_ok());
        let error = tokenizer.check_vocabulary(n - 1).expect_err("one id too few").to_string();
        assert!(error.contains("tokenizer.json") && error.contains(&format!("vocabulary of {}", n - 1)), "{error}");
        Ok(())
    }

    #[test]
    fn absent_and_broken_files_are_named() -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        let absent = Tokenizer::open(folder.path()).expect_err("no file");
        std::fs::write(folder.path().join("tokenizer.json"), "{\"version\": 1}")?;
        let broken = Tokenizer::open(folder.path()).expect_err("not a tokenizer");
        assert!(absent.to_string().contains("tokenizer.json") && broken.to_string().contains("tokenizer.json"));
        Ok(())
    }

    #[test]
    fn empty_text_has_no_tokens() -> Result<(), Failure> {
        assert!(fixture::tokenizer()?.tokens("")?.ids().is_empty());
        Ok(())
    }
}
