//! The three real models' tokenizers and GPT-2's on real and on awkward text; skipped where `../shared` is absent.

use std::{fs, path::Path};

use gyrus_types::Transcript;
use tokenizers::{models::bpe::BPE, pre_tokenizers::byte_level::ByteLevel};

use crate::{
    LastToken, Overflow, Tokenizer,
    fixture::{Failure, Story, shared},
    windows,
};

const AWKWARD: &str = "Zoë said: “naïve 🐇🐇 rabbits—\u{a0}don't” cost 1,000 €;  \n\tthe 兔 洞 ran away… e\u{301}nd";

/// Tokens of the Alice text, and of the longest windows of 10, 20 and 30 words.
fn check(model: &str, n_tokens: usize, longest: [usize; 3]) -> Result<(), Failure> {
    let Some(shared) = shared() else {
        return Ok(());
    };
    let text = fs::read_to_string(shared.join("data/alice/alice_transcription_with_punctuation.txt"))?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let story = Story::new(&tokenizer(&shared, model)?, Transcript::untimed(text), LastToken::Letters)?;
    assert_eq!((story.transcript.words().len(), story.tokens.ids().len()), (2088, n_tokens));
    for specification in ["1", "10", "1w", "5w", "100", "full"] {
        let all = windows(&story.tokens, &story.words, specification.parse()?, 256, Overflow::Clip)?;
        story.check(&all, specification.parse()?, 256)?;
    }
    let measured: Vec<usize> = ["10w", "20w", "30w"]
        .iter()
        .map(|text| Ok(windows(&story.tokens, &story.words, text.parse()?, usize::MAX, Overflow::Error)?))
        .map(|all: Result<_, Failure>| all.map(|all| Story::longest(&all)))
        .collect::<Result<_, _>>()?;
    assert_eq!(measured, longest);
    Ok(())
}

fn check_awkward(model: &str) -> Result<(), Failure> {
    let Some(shared) = shared() else {
        return Ok(());
    };
    for last_token in [LastToken::Letters, LastToken::Punctuation] {
        let story = Story::new(&tokenizer(&shared, model)?, Transcript::untimed(AWKWARD.into()), last_token)?;
        for specification in ["1", "3", "1w", "2w", "full"] {
            let all = windows(&story.tokens, &story.words, specification.parse()?, 512, Overflow::Error)?;
            story.check(&all, specification.parse()?, 512)?;
        }
    }
    Ok(())
}

fn tokenizer(shared: &Path, model: &str) -> Result<Tokenizer, Failure> {
    match model {
        "gpt2" => Ok(Tokenizer::open(&shared.join("tokenizers/gpt2"))?),
        "gpt2-trimmed" => trimmed(&shared.join("tokenizers/gpt2")),
        model => Ok(Tokenizer::open(&shared.join("models").join(model))?),
    }
}

/// GPT-2's tokenizer, but white space is no part of its tokens' bytes.
fn trimmed(folder: &Path) -> Result<Tokenizer, Failure> {
    let file = |name: &str| folder.join(name).display().to_string();
    let bpe = BPE::from_file(&file("vocab.json"), &file("merges.txt")).build().map_err(|error| error.to_string())?;
    let bytes = ByteLevel::default().add_prefix_space(false);
    let mut inner = tokenizers::Tokenizer::new(bpe);
    inner.with_pre_tokenizer(Some(bytes)).with_post_processor(Some(bytes)).with_decoder(Some(bytes));
    Ok(Tokenizer::new(folder, folder.join("vocab.json"), inner)?)
}

#[test]
fn stories_260k_on_alice() -> Result<(), Failure> {
    check("stories260K", 5706, [50, 79, 111])
}

#[test]
fn babyllama_105_on_alice() -> Result<(), Failure> {
    check("babyllama-105", 10929, [79, 136, 190])
}

#[test]
fn babyllama_361_on_alice() -> Result<(), Failure> {
    check("babyllama-361", 10929, [79, 136, 190])
}

#[test]
fn gpt2_on_alice() -> Result<(), Failure> {
    check("gpt2", 2568, [23, 37, 51])
}

#[test]
fn byte_fallback_on_awkward_text() -> Result<(), Failure> {
    check_awkward("stories260K")?;
    check_awkward("babyllama-361")
}

#[test]
fn byte_level_on_awkward_text() -> Result<(), Failure> {
    check_awkward("gpt2")?;
    check_awkward("gpt2-trimmed")
}

#[test]
fn real_models_put_one_mark_first_and_gpt2_none() -> Result<(), Failure> {
    let Some(shared) = shared() else {
        return Ok(());
    };
    for (model, vocabulary, prefix) in
        [("stories260K", 512, 1), ("babyllama-105", 105, 1), ("babyllama-361", 361, 1), ("gpt2", 50257, 0)]
    {
        let tokenizer = tokenizer(&shared, model)?;
        assert_eq!((tokenizer.vocabulary(), tokenizer.prefix().len()), (vocabulary, prefix), "{model}");
    }
    Ok(())
}

#[test]
fn an_unknown_character_is_one_token_of_its_own_bytes() -> Result<(), Failure> {
    let Some(shared) = shared() else {
        return Ok(());
    };
    let tokens = tokenizer(&shared, "babyllama-105")?.tokens("a 兔 b")?;
    assert_eq!(tokens.offsets()[3], 2..5);
    Ok(())
}
