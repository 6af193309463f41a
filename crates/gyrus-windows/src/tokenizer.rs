//! The tokenizer of a model, read from the files beside its checkpoint.
//!
//! Whatever would make a measurement depend on chance or cut a text short (merge dropout, truncation, padding) is switched off.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use gyrus_types::{Tokens, Transcript};
use tokenizers::{Encoding, ModelWrapper};

use crate::{
    Bos, Error, Reading, byte_level, json, merges,
    special_tokens::{Beside, NamedBos},
};

/// A text that every tokenizer gives at least one token, to see what is put around it.
const PROBE: &str = "a";

/// The tokenizer of one model.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    folder: PathBuf,
    path: PathBuf,
    inner: tokenizers::Tokenizer,
    own: Vec<u32>,
    prefix: Vec<u32>,
    largest: usize,
}

impl Tokenizer {
    /// The tokenizer in `model_dir`: `tokenizer.json`, else `vocab.json` with `merges.txt` (byte-level, as for GPT-2).
    ///
    /// Its own rule says what stands before every input, and is that of `transformers` 5.23:
    /// where there is a `tokenizer.json`, its post-processor alone decides, and `add_bos_token` in `tokenizer_config.json`
    /// is not looked at, even if the two disagree (releases before 5 let it win for some tokenizer classes);
    /// for `vocab.json` with `merges.txt`, as OPT has them, `add_bos_token` decides, and an absent one means no.
    /// What the rule would put after an input (EOS) is left off everywhere.
    ///
    /// Of `vocab.json` with `merges.txt`, a BOS outside the vocabulary is an error here, while `transformers` gives it a new id
    /// that the model does not have; added tokens keep the ids of their file, while `transformers` numbers them anew;
    /// and a special token without an id stays ordinary text.
    /// As there, bytes that the vocabulary does not have are left out of the tokens.
    ///
    /// # Errors
    /// [`Error::NoTokenizer`] if no file is there, [`Error::Read`], and what is wrong in a file.
    pub fn open(model_dir: &Path) -> Result<Self, Error> {
        let path = model_dir.join("tokenizer.json");
        if let Some(bytes) = json::bytes_if_present(&path)? {
            merges::check(&path, &bytes)?;
            return match held(|| tokenizers::Tokenizer::from_bytes(bytes)) {
                Ok(inner) => Self::new(model_dir, path, inner),
                Err(source) => Err(Error::Tokenizer { path, source }),
            };
        }
        let beside = Beside::read(model_dir)?;
        let (path, inner) = byte_level::open(model_dir, &beside)?;
        let mut tokenizer = Self::new(model_dir, path, inner)?;
        if beside.adds_bos() {
            tokenizer.own = vec![tokenizer.bos(&beside)?];
            tokenizer.prefix.clone_from(&tokenizer.own);
        }
        Ok(tokenizer)
    }

    /// A tokenizer already in memory; `path` names it in errors.
    pub(crate) fn new(folder: &Path, path: PathBuf, mut inner: tokenizers::Tokenizer) -> Result<Self, Error> {
        let refused = |source| Error::Tokenizer { path: path.clone(), source };
        inner.with_truncation(None).map_err(refused)?;
        inner.with_padding(None);
        without_dropout(&mut inner);
        let own = held(|| prefix(&inner)).map_err(refused)?;
        let largest = inner.get_vocab(true).into_values().max().unwrap_or(0) as usize;
        Ok(Self { folder: folder.to_owned(), path, inner, prefix: own.clone(), own, largest })
    }

    /// The same tokenizer with another answer to whether BOS stands before every input.
    ///
    /// [`Bos::Always`] looks for the token's name in `special_tokens_map.json` and `tokenizer_config.json`
    /// (as `transformers` does, only in the latter if that describes its added tokens itself),
    /// then for `bos_token_id` in `config.json`; `vocab.json` with `merges.txt` falls back on `<|endoftext|>`.
    ///
    /// # Errors
    /// [`Error::BosUnknown`] if BOS is asked for and no file names it, [`Error::BosAbsent`] if the tokenizer does not have it.
    pub fn with_bos(mut self, bos: Bos) -> Result<Self, Error> {
        self.prefix = match bos {
            Bos::Never => Vec::new(),
            Bos::Always if self.own.is_empty() => vec![self.bos(&Beside::read(&self.folder)?)?],
            Bos::Own | Bos::Always => self.own.clone(),
        };
        Ok(self)
    }

    /// Number of ids that a model must have to read everything: one more than the largest id, added tokens included.
    pub fn vocabulary(&self) -> usize {
        self.largest + 1
    }

    /// What stands before every input (BOS), usually one token or none.
    pub fn prefix(&self) -> &[u32] {
        &self.prefix
    }

    /// The token that stands for a context without a token: the one that the tokenizer's files name as BOS, else as EOS.
    ///
    /// This is what lm-evaluation-harness takes, whether or not the tokenizer's own rule puts it first.
    /// Where the files name neither, it is the token of `bos_token_id` in `config.json`, as in [`Tokenizer::with_bos`].
    ///
    /// # Errors
    /// [`Error::BosUnknown`] if no file names one, [`Error::BosAbsent`] if the tokenizer does not have it.
    pub fn begin(&self) -> Result<u32, Error> {
        let beside = Beside::read(&self.folder)?;
        match (beside.bos(), beside.eos()) {
            (Some(NamedBos::Token(..)), _) | (_, None) => self.bos(&beside),
            (_, Some(end)) => self.named(end),
        }
    }

    /// Whether a model of `n_model` ids has an embedding for everything this tokenizer can give.
    ///
    /// Many models do not, because of added tokens that no text has; [`Tokenizer::check_tokens`] asks about one text.
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

    /// Whether a model of `n_model` ids has an embedding for each of `tokens`, their prefix included.
    ///
    /// # Errors
    /// [`Error::IdInUse`] if an id is beyond the model's vocabulary.
    pub fn check_tokens(&self, tokens: &Tokens, n_model: usize) -> Result<(), Error> {
        let mut ids = tokens.prefix().iter().chain(tokens.ids());
        match ids.find(|&&id| id as usize >= n_model) {
            None => Ok(()),
            Some(&id) => Err(Error::IdInUse {
                path: self.path.clone(),
                id,
                token: self.inner.id_to_token(id).unwrap_or_default(),
                config: self.folder.join("config.json"),
                model: n_model,
            }),
        }
    }

    /// The tokens of a transcript as `reading` says, each with its bytes in the transcript's text.
    ///
    /// # Errors
    /// [`Error::Encode`] if the tokenizer refuses the text.
    pub fn read(&self, transcript: &Transcript, reading: Reading) -> Result<Tokens, Error> {
        match reading {
            Reading::WholeText => self.tokens(transcript.text()),
            Reading::WordByWord => self.tokens_by_word(transcript),
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
        let encoding = self.encode(text)?;
        let offsets = encoding.get_offsets().iter().map(|&(start, end)| Range { start, end }).collect();
        Ok(Tokens::new(self.prefix.clone(), encoding.get_ids().to_vec(), offsets)?)
    }

    /// The tokens of each word of `transcript` by itself, tokenised as a space and the word, side by side.
    ///
    /// Every token stands for bytes of its word; the space before it is nobody's,
    /// and a token that is only this space stands for no byte, at the word's beginning.
    /// What lies between words is not read, so no token straddles two words.
    ///
    /// Made for byte-level tokenizers, where a space and a word are what stands inside a text.
    /// Those of the SentencePiece kind (Llama 1 and 2, Mistral, Gemma) write a space as `▁`, and many put one before every input:
    /// then each word begins with one `▁` too many, as a token of its own or within the first.
    /// This is what such a tokenizer makes of a space and a word, and it is left as it is.
    ///
    /// # Errors
    /// [`Error::Encode`] if the tokenizer refuses a word.
    pub fn tokens_by_word(&self, transcript: &Transcript) -> Result<Tokens, Error> {
        let (mut ids, mut offsets) = (Vec::new(), Vec::new());
        for (word, place) in transcript.words().iter().enumerate() {
            let encoding = self.encode(&format!(" {}", transcript.word_text(word)))?;
            let in_text = |byte: usize| place.characters.start + byte.saturating_sub(1);
            ids.extend_from_slice(encoding.get_ids());
            offsets.extend(encoding.get_offsets().iter().map(|&(start, end)| in_text(start)..in_text(end)));
        }
        Ok(Tokens::new(self.prefix.clone(), ids, offsets)?)
    }

    /// The text of `ids`, special tokens included.
    ///
    /// # Errors
    /// [`Error::Encode`] if the tokenizer's decoder fails.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        held(|| self.inner.decode(ids, false)).map_err(|source| self.failed(source))
    }

    fn encode(&self, text: &str) -> Result<Encoding, Error> {
        held(|| self.inner.encode(text, false)).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: tokenizers::Error) -> Error {
        Error::Encode { path: self.path.clone(), source }
    }

    /// The id of the beginning-of-sequence token.
    fn bos(&self, beside: &Beside) -> Result<u32, Error> {
        match beside.bos() {
            Some(named) => self.named(named),
            None => {
                let is_byte_level = self.path.ends_with("vocab.json");
                let end_of_text =
                    is_byte_level.then_some(byte_level::END_OF_TEXT).and_then(|token| self.inner.token_to_id(token));
                end_of_text.ok_or_else(|| Error::BosUnknown { folder: self.folder.clone() })
            }
        }
    }

    /// The id of a token that a file names.
    fn named(&self, named: NamedBos) -> Result<u32, Error> {
        let absent = |file, named| Error::BosAbsent { file, named, tokenizer: self.path.clone() };
        match named {
            NamedBos::Token(token, file) => self.inner.token_to_id(&token).ok_or_else(|| absent(file, token)),
            NamedBos::Id(id, file) => match self.inner.id_to_token(id) {
                Some(_) => Ok(id),
                None => Err(absent(file, id.to_string())),
            },
        }
    }
}

/// What the library gives; a file that contradicts itself can make it panic, which is an error of the file.
fn held<T>(work: impl FnOnce() -> Result<T, tokenizers::Error>) -> Result<T, tokenizers::Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it names what it does not define".into()))
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
    use std::fs;

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        WordTokens,
        fixture::{self, Failure, Folder},
    };

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

    /// The message for a folder with these files only.
    fn check_refused(files: &[(&str, &str)], expected: &[&str]) -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        for (name, content) in files {
            fs::write(folder.path().join(name), content)?;
        }
        let message = Tokenizer::open(folder.path()).err().ok_or("no error")?.to_string();
        for part in expected {
            assert!(message.contains(part), "`{message}` lacks `{part}`");
        }
        Ok(())
    }

    #[test]
    fn absent_and_broken_files_are_named() -> Result<(), Failure> {
        check_refused(&[], &["no `tokenizer.json` and no `vocab.json` and no `merges.txt`"])?;
        check_refused(&[("vocab.json", "{}")], &["has no `tokenizer.json` and no `merges.txt`;"])?;
        check_refused(&[("tokenizer.json", "{\"version\": 1}")], &["understand", "tokenizer.json"])?;
        check_refused(&[("tokenizer.json", "{")], &["understand", "tokenizer.json"])
    }

    #[test]
    fn other_kinds_are_named_with_the_way_out() -> Result<(), Failure> {
        check_refused(&[("tokenizer.model", "")], &["`tokenizer.model` cannot be read as it is, convert it once"])?;
        check_refused(&[("qwen.tiktoken", "")], &["`qwen.tiktoken`", "`save_pretrained`"])?;
        let absent = Tokenizer::open(Path::new("no such folder")).expect_err("no folder");
        assert!(matches!(absent, Error::Read { .. }));
        Ok(())
    }

    #[test]
    fn a_vocabulary_cut_short_is_an_error_and_no_panic() -> Result<(), Failure> {
        for (merge, expected) in [("the c", "merge 7 (from 1)"), ("a", "`a`"), ("a b c", "`a b c`")] {
            let mut file = fixture::file();
            file["model"]["merges"].as_array_mut().ok_or("merges are a list")?.push(merge.into());
            let error = fixture::open(&file).expect_err("no such token").to_string();
            assert!(error.contains("tokenizer.json") && error.contains(expected), "{error}");
        }
        let mut longest = fixture::file();
        longest["model"]["vocab"].as_object_mut().ok_or("a vocabulary is a map")?.retain(|token, _| token.len() < 5);
        assert!(fixture::open(&longest).is_err());
        Ok(())
    }

    #[test]
    fn bos_can_be_left_off_and_asked_for() -> Result<(), Failure> {
        let tokenizer = fixture::tokenizer()?;
        assert_eq!(tokenizer.clone().with_bos(Bos::Always)?.prefix(), [1]);
        assert!(tokenizer.clone().with_bos(Bos::Never)?.prefix().is_empty());
        assert_eq!(tokenizer.with_bos(Bos::Never)?.with_bos(Bos::Own)?.prefix(), [1]);
        Ok(())
    }

    #[test]
    fn the_post_processor_decides_where_the_configuration_disagrees() -> Result<(), Failure> {
        let mut silent = fixture::file();
        silent["post_processor"] = Value::Null;
        for (file, adds, prefix) in [(fixture::file(), false, &[1][..]), (silent.clone(), true, &[])] {
            let folder = Folder::with(&file)?;
            folder.write("tokenizer_config.json", &serde_json::json!({"add_bos_token": adds, "bos_token": "</s>"}))?;
            let tokenizer = Tokenizer::open(folder.path())?;
            assert_eq!(tokenizer.prefix(), prefix);
            let always = if prefix.is_empty() { [2] } else { [1] };
            assert_eq!(tokenizer.with_bos(Bos::Always)?.prefix(), always);
        }
        let folder = Folder::with(&silent)?;
        let error = Tokenizer::open(folder.path())?.with_bos(Bos::Always).expect_err("no name");
        assert!(matches!(error, Error::BosUnknown { .. }), "{error}");
        Ok(())
    }

    #[test]
    fn an_empty_context_is_bos_or_else_eos() -> Result<(), Failure> {
        for (names, expected) in [
            (json!({"bos_token": "<s>", "eos_token": "</s>"}), Some(1)),
            (json!({"eos_token": "</s>"}), Some(2)),
            (json!({}), None),
        ] {
            let folder = Folder::with(&fixture::file())?;
            folder.write("tokenizer_config.json", &names)?;
            assert_eq!(Tokenizer::open(folder.path())?.begin().ok(), expected, "{names}");
        }
        Ok(())
    }

    #[test]
    fn words_by_themselves_keep_their_place_in_the_text() -> Result<(), Failure> {
        let folder = Folder::byte_level()?;
        let tokenizer = Tokenizer::open(folder.path())?;
        let story = Transcript::untimed("cat,  the\té".into());
        let tokens = tokenizer.read(&story, Reading::WordByWord)?;
        assert_eq!(tokens.ids(), [261, u32::from(b','), 259, u32::from(b' '), 0xC3, 0xA9]);
        assert_eq!(tokens.offsets(), [0..3, 3..4, 6..9, 10..10, 10..12, 10..12]);
        let words = WordTokens::new(&tokens, &story, Reading::WordByWord.last_token())?;
        assert_eq!(words.ranges(), [0..2, 2..3, 3..6]);
        Ok(())
    }

    #[test]
    fn an_id_matters_to_a_model_only_if_the_text_has_it() -> Result<(), Failure> {
        let folder = Folder::byte_level()?;
        let tokenizer = Tokenizer::open(folder.path())?;
        assert!(tokenizer.check_vocabulary(262).is_err() && tokenizer.check_vocabulary(263).is_ok());
        assert!(tokenizer.check_tokens(&tokenizer.tokens(" cat")?, 262).is_ok());
        let error =
            tokenizer.check_tokens(&tokenizer.tokens(" the cat")?, 261).expect_err("one id too few").to_string();
        let expected = ["id 261 (`Ġcat`)", "vocab.json`", "config.json`", "vocabulary of 261 (ids up to 260)"];
        assert!(expected.iter().all(|part| error.contains(part)), "{error}");
        Ok(())
    }

    #[test]
    fn empty_text_has_no_tokens() -> Result<(), Failure> {
        assert!(fixture::tokenizer()?.tokens("")?.ids().is_empty());
        Ok(())
    }
}
