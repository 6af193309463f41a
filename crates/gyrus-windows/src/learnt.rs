//! A byte-level tokenizer learnt from a text.
//!
//! Byte pairs as in GPT-2: every text can be written, a space belongs to the word after it, and no token straddles two words.
//! What is learnt depends on the text and the size alone.

use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, DecoderWrapper, PostProcessorWrapper, TokenizerBuilder};

use crate::Error;
use crate::byte_level::END_OF_TEXT;

/// Ids that every such tokenizer has: one for each byte, and the end of a text, which is id 0.
pub const LEAST_VOCABULARY: usize = 257;

/// Bytes of text that are split into words at a time.
const CHUNK: usize = 1 << 16;

/// The `tokenizer.json` of `vocabulary` ids learnt from `text`, which `transformers` reads too.
///
/// Id 0 is `<|endoftext|>`, which no text has.
///
/// # Errors
/// [`Error::Learn`] if `vocabulary` is below [`LEAST_VOCABULARY`], or more than the text has pairs for.
pub fn learn_tokenizer(text: &str, vocabulary: usize) -> Result<String, Error> {
    if vocabulary < LEAST_VOCABULARY {
        return Err(Error::Learn(format!("`{vocabulary}` ids are asked for, at least {LEAST_VOCABULARY} are needed")));
    }
    let failed = |source: tokenizers::Error| Error::Learn(source.to_string());
    let mut trainer = BpeTrainer::builder()
        .vocab_size(vocabulary)
        .show_progress(false)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(vec![AddedToken::from(END_OF_TEXT, true)])
        .build();
    let bytes = ByteLevel::default().add_prefix_space(false);
    let mut tokenizer =
        TokenizerBuilder::<BPE, NormalizerWrapper, ByteLevel, PostProcessorWrapper, DecoderWrapper>::new()
            .with_model(BPE::default())
            .with_pre_tokenizer(Some(bytes))
            .with_decoder(Some(DecoderWrapper::ByteLevel(bytes)))
            .build()
            .map_err(failed)?;
    tokenizer.train(&mut trainer, chunks(text).into_iter()).map_err(failed)?;
    let found = tokenizer.get_vocab_size(true);
    if found < vocabulary {
        return Err(Error::Learn(format!("`{vocabulary}` ids are asked for, the text is good for {found}")));
    }
    tokenizer.to_string(true).map_err(failed)
}

/// The text in pieces that begin with a space, so that no word is cut.
fn chunks(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while rest.len() > CHUNK {
        match rest.as_bytes()[CHUNK..].iter().position(|byte| *byte == b' ') {
            Some(at) if CHUNK + at > 0 => {
                let (piece, after) = rest.split_at(CHUNK + at);
                pieces.push(piece);
                rest = after;
            }
            _ => break,
        }
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tokenizer;
    use crate::fixture::Failure;

    const TEXT: &str = "the cat sat on the mat, the rat sat on the cat";

    fn open(file: &str) -> Result<Tokenizer, Failure> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("tokenizer.json"), file)?;
        Ok(Tokenizer::open(folder.path())?)
    }

    #[test]
    fn frequent_words_become_one_token() -> Result<(), Failure> {
        let tokenizer = open(&learn_tokenizer(TEXT, 264)?)?;
        assert_eq!(tokenizer.vocabulary(), 264);
        assert_eq!(tokenizer.tokens(" the")?.ids().len(), 1);
        assert_eq!(tokenizer.prefix(), [0u32; 0]);
        Ok(())
    }

    #[test]
    fn any_text_is_written_and_comes_back() -> Result<(), Failure> {
        let tokenizer = open(&learn_tokenizer(TEXT, 260)?)?;
        for text in ["naïve “Père” Silas", "tab\tand\nline", "the cat"] {
            assert_eq!(tokenizer.decode(tokenizer.tokens(text)?.ids())?, text);
        }
        Ok(())
    }

    #[test]
    fn the_same_text_gives_the_same_file() -> Result<(), Failure> {
        assert_eq!(learn_tokenizer(TEXT, 262)?, learn_tokenizer(TEXT, 262)?);
        Ok(())
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (vocabulary, expected) in [(256, "at least 257"), (5000, "the text is good for")] {
            let error = learn_tokenizer(TEXT, vocabulary).expect_err("no such size").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn no_chunk_cuts_a_word() {
        let text = "word and ".repeat(20_000);
        let pieces = chunks(&text);
        assert!(pieces.len() > 1 && pieces[1..].iter().all(|piece| piece.starts_with(' ')));
        assert_eq!(pieces.concat(), text);
    }
}
