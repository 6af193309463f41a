//! The tokenizer of GPT-2 and its kin from `vocab.json` and `merges.txt`: byte-pair merges over bytes written as characters.
//!
//! Built as `transformers` builds it, except that every added token keeps the id that its file gives.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tokenizers::{
    AddedToken, Tokenizer,
    models::bpe::{BPE, Vocab},
    pre_tokenizers::byte_level::ByteLevel,
};

use crate::{Error, json, merges, special_tokens::Beside};

/// The classes of `transformers` whose two files mean exactly this tokenizer, without the ending `Fast`;
/// the last three say nothing about the kind.
const CLASSES: [&str; 5] =
    ["GPT2Tokenizer", "CodeGenTokenizer", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend"];

/// The mark that GPT-2 uses for everything where no file names another.
pub(crate) const END_OF_TEXT: &str = "<|endoftext|>";

/// The tokenizer of `vocab.json` and `merges.txt` in a folder, with the vocabulary's path.
///
/// # Errors
/// [`Error::NoTokenizer`] if one of the two is not there, [`Error::TokenizerClass`] for another kind of tokenizer,
/// and what is wrong in the files.
pub(crate) fn open(folder: &Path, beside: &Beside) -> Result<(PathBuf, Tokenizer), Error> {
    let (vocabulary, merges) = (folder.join("vocab.json"), folder.join("merges.txt"));
    let files = (json::bytes_if_present(&vocabulary)?, json::bytes_if_present(&merges)?);
    let (Some(vocabulary_bytes), Some(merges_bytes)) = files else { return Err(absent(folder)) };
    if let Some((class, file)) = beside.class().filter(|(class, _)| !CLASSES.contains(class)) {
        return Err(Error::TokenizerClass { file, class: class.to_owned() });
    }
    let mut ids = read_vocabulary(&vocabulary, &vocabulary_bytes)?;
    let merges_text = std::str::from_utf8(&merges_bytes)
        .map_err(|source| Error::NotText { path: merges.clone(), at: source.valid_up_to() })?;
    let pairs = merges::parse(&merges, merges_text, &vocabulary, |token| ids.contains_key(token))?;
    let added = added_tokens(beside, &mut ids, &vocabulary)?;
    let refused = |source| Error::Tokenizer { path: vocabulary.clone(), source };
    let model = BPE::builder().vocab_and_merges(ids.into_iter().collect::<Vocab>(), pairs).build().map_err(refused)?;
    let mut inner = Tokenizer::new(model);
    let bytes = ByteLevel::default().add_prefix_space(beside.adds_prefix_space()).trim_offsets(false);
    inner.with_pre_tokenizer(Some(bytes)).with_post_processor(Some(bytes)).with_decoder(Some(bytes));
    inner.add_tokens(added).map_err(refused)?;
    Ok((vocabulary, inner))
}

/// What is missing in a folder without a tokenizer, and what there is instead.
fn absent(folder: &Path) -> Error {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) => return Error::Read { path: folder.to_owned(), source },
    };
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let wanted = ["tokenizer.json", "vocab.json", "merges.txt"];
    let missing = wanted.into_iter().filter(|wanted| !names.iter().any(|name| name == wanted)).collect();
    let other =
        |name: &String| [".model", ".tiktoken", "tekken.json", "vocab.txt"].iter().any(|end| name.ends_with(end));
    let mut found: Vec<String> = names.into_iter().filter(other).collect();
    found.sort_unstable();
    Error::NoTokenizer { folder: folder.to_owned(), missing, found }
}

/// Tokens and their ids, no id twice.
fn read_vocabulary(path: &Path, bytes: &[u8]) -> Result<BTreeMap<String, u32>, Error> {
    let ids: BTreeMap<String, u32> = json::parse(path, bytes)?;
    let mut tokens = BTreeMap::new();
    for (token, &id) in &ids {
        if let Some(other) = tokens.insert(id, token) {
            return Err(Error::SameId { path: path.to_owned(), id, first: other.clone(), second: token.clone() });
        }
    }
    Ok(ids)
}

/// The tokens that are matched before anything is merged; those outside the vocabulary are put into it under their own ids.
///
/// A special token that no file numbers is passed over.
fn added_tokens(beside: &Beside, ids: &mut BTreeMap<String, u32>, vocabulary: &Path) -> Result<Vec<AddedToken>, Error> {
    let mut tokens: BTreeMap<u32, String> = ids.iter().map(|(token, &id)| (id, token.clone())).collect();
    let mut added = Vec::new();
    for numbered in beside.added()? {
        let content = &numbered.token.content;
        let has = ids.get(content).copied();
        let holder = tokens.get(&numbered.id).filter(|holder| *holder != content);
        if has.is_some_and(|id| id != numbered.id) || holder.is_some() {
            return Err(Error::AddedToken {
                path: numbered.file,
                token: content.clone(),
                id: numbered.id,
                vocabulary: vocabulary.to_owned(),
            });
        }
        ids.insert(content.clone(), numbered.id);
        tokens.insert(numbered.id, content.clone());
        added.push(numbered.token);
    }
    let named = beside.special().into_iter().chain([END_OF_TEXT]);
    let special: Vec<&str> = named.filter(|token| ids.contains_key(*token)).collect();
    for token in special {
        if !added.iter().any(|known| known.content == token) {
            added.push(AddedToken::from(token, true));
        }
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        Bos, Tokenizer,
        fixture::{Failure, Folder},
    };

    /// Ids of `text` with its prefix, of the small vocabulary beside these files.
    fn check(files: &[(&str, Value)], bos: Bos, text: &str, expected: &[u32]) -> Result<(), Failure> {
        let folder = Folder::byte_level()?;
        for (name, content) in files {
            folder.write(name, content)?;
        }
        let tokenizer = Tokenizer::open(folder.path())?.with_bos(bos)?;
        let tokens = tokenizer.tokens(text)?;
        assert_eq!([tokens.prefix(), tokens.ids()].concat(), expected);
        Ok(())
    }

    /// The message when the folder has these files too, or instead.
    fn check_refused(files: &[(&str, &str)], bos: Bos, expected: &[&str]) -> Result<(), Failure> {
        let folder = Folder::byte_level()?;
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content)?;
        }
        let error = Tokenizer::open(folder.path()).and_then(|tokenizer| tokenizer.with_bos(bos)).err();
        let message = error.ok_or("no error")?.to_string();
        for part in expected {
            assert!(message.contains(part), "`{message}` lacks `{part}`");
        }
        assert!(!message.ends_with('.') && message.starts_with(|first: char| !first.is_uppercase()), "{message}");
        Ok(())
    }

    /// Byte `b` is token `b`; ` the` is 259, ` cat` 261, `<|endoftext|>` 262.
    const THE_CAT: &[u32] = &[259, 261];

    #[test]
    fn merges_are_made_and_bytes_remain() -> Result<(), Failure> {
        check(&[], Bos::Own, " the cat", THE_CAT)?;
        check(&[], Bos::Own, "é", &[0xC3, 0xA9])
    }

    #[test]
    fn a_space_is_put_first_where_the_configuration_says_so() -> Result<(), Failure> {
        check(&[("tokenizer_config.json", json!({"add_prefix_space": true}))], Bos::Own, "the cat", THE_CAT)
    }

    #[test]
    fn bos_comes_first_where_the_configuration_says_so() -> Result<(), Failure> {
        let config = json!({"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true, "bos_token": "<|endoftext|>"});
        check(&[("tokenizer_config.json", config.clone())], Bos::Own, " cat", &[262, 261])?;
        check(&[("tokenizer_config.json", config)], Bos::Never, " cat", &[261])
    }

    #[test]
    fn bos_is_found_by_name_then_by_id_then_as_end_of_text() -> Result<(), Failure> {
        let map = ("special_tokens_map.json", json!({"bos_token": {"content": "x", "lstrip": false}}));
        let config = ("tokenizer_config.json", json!({"bos_token": "y"}));
        let model = ("config.json", json!({"bos_token_id": 99}));
        check(&[map.clone(), config.clone(), model.clone()], Bos::Always, " cat", &[120, 261])?;
        check(&[config, model.clone()], Bos::Always, " cat", &[121, 261])?;
        check(&[model], Bos::Always, " cat", &[99, 261])?;
        check(&[("config.json", json!({"text_config": {"bos_token_id": 7}}))], Bos::Always, " cat", &[7, 261])?;
        check(&[], Bos::Always, " cat", &[262, 261])
    }

    #[test]
    fn added_tokens_keep_the_ids_that_their_file_gives() -> Result<(), Failure> {
        check(&[("added_tokens.json", json!({"<x>": 300, "<y>": 264}))], Bos::Own, "<x> cat<y>", &[300, 261, 264])?;
        let decoder = json!({"added_tokens_decoder": {"270": {"content": "<x>", "special": true, "lstrip": true}}});
        check(&[("tokenizer_config.json", decoder)], Bos::Own, " cat <x>", &[261, 270])
    }

    #[test]
    fn end_of_text_is_one_token() -> Result<(), Failure> {
        check(&[], Bos::Own, " cat<|endoftext|> cat", &[261, 262, 261])
    }

    #[test]
    fn bad_files_are_named_with_what_is_wrong() -> Result<(), Failure> {
        let refused =
            |name: &str, content: &str, expected: &[&str]| check_refused(&[(name, content)], Bos::Own, expected);
        refused("merges.txt", "t h\nĠ  t", &["merges.txt` line 2", "`Ġ  t`"])?;
        refused(
            "vocab.json",
            r#"{"Ġ": 0, "t": 1, "h": 2}"#,
            &["merges.txt` line 2 needs the token `th`", "vocab.json`"],
        )?;
        refused("vocab.json", r#"{"a": 0, "b": 0}"#, &["vocab.json` gives the id 0 to both `a` and `b`"])?;
        refused("vocab.json", r#"{"a": -1}"#, &["understand `", "vocab.json`"])?;
        refused("vocab.json", "[", &["understand `", "vocab.json`"])?;
        refused("added_tokens.json", r#"{"<x>": 3}"#, &["added_tokens.json` gives `<x>` the id 3", "vocab.json`"])?;
        refused("added_tokens.json", r#"{"a": 300}"#, &["added_tokens.json` gives `a` the id 300"])?;
        refused("tokenizer_config.json", r#"{"add_bos_token": "yes"}"#, &["understand `", "tokenizer_config.json`"])
    }

    #[test]
    fn a_bos_that_does_not_exist_is_named() -> Result<(), Failure> {
        let config = ("tokenizer_config.json", r#"{"add_bos_token": true, "bos_token": "<s>"}"#);
        check_refused(&[config], Bos::Own, &["tokenizer_config.json` names `<s>`", "vocab.json` does not have"])?;
        let model = ("config.json", r#"{"bos_token_id": 5000}"#);
        check_refused(&[model], Bos::Always, &["config.json` names `5000`", "vocab.json` does not have"])
    }

    #[test]
    fn another_kind_of_tokenizer_is_refused_by_name() -> Result<(), Failure> {
        let config = ("tokenizer_config.json", r#"{"tokenizer_class": "CLIPTokenizerFast"}"#);
        check_refused(&[config], Bos::Own, &["tokenizer_config.json`", "`CLIPTokenizer`", "convert it"])?;
        check_refused(&[("config.json", r#"{"tokenizer_class": "BertTokenizer"}"#)], Bos::Own, &["`BertTokenizer`"])
    }
}
