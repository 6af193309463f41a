//! What the files beside a tokenizer say about it: its class, its special tokens, its added tokens.
//!
//! `tokenizer_config.json` and `special_tokens_map.json` name tokens, `config.json` knows the beginning-of-sequence token by id,
//! `added_tokens.json` and `added_tokens_decoder` number tokens that are not in the vocabulary.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;
use tokenizers::AddedToken;

use crate::{Error, json::parse_or_default};

/// What stands beside a tokenizer. Absent files and keys say nothing.
#[derive(Debug)]
pub(crate) struct Beside {
    folder: PathBuf,
    config: TokenizerConfig,
    map: Names,
    model: ModelConfig,
}

/// The keys of `tokenizer_config.json` that decide how a text becomes tokens.
#[derive(Debug, Default, Deserialize)]
struct TokenizerConfig {
    tokenizer_class: Option<String>,
    add_bos_token: Option<bool>,
    add_prefix_space: Option<bool>,
    added_tokens_decoder: Option<BTreeMap<u32, Described>>,
    #[serde(flatten)]
    names: Names,
}

/// Special tokens by their use, as two files name them.
#[derive(Debug, Default, Deserialize)]
struct Names {
    bos_token: Option<Name>,
    eos_token: Option<Name>,
    unk_token: Option<Name>,
    pad_token: Option<Name>,
    sep_token: Option<Name>,
    cls_token: Option<Name>,
    mask_token: Option<Name>,
    additional_special_tokens: Option<Vec<Name>>,
}

/// The keys of `config.json` that say something about tokens.
#[derive(Debug, Default, Deserialize)]
struct ModelConfig {
    tokenizer_class: Option<String>,
    bos_token_id: Option<Value>,
    text_config: Option<Box<ModelConfig>>,
}

/// A token, bare or described.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Name {
    Bare(String),
    Described(Described),
}

/// An added token as files describe it.
#[derive(Debug, Clone, Deserialize)]
struct Described {
    content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    normalized: Option<bool>,
    #[serde(default)]
    special: bool,
}

/// A token that a file adds to the vocabulary, with the id it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) id: u32,
    pub(crate) token: AddedToken,
    /// The file that says so.
    pub(crate) file: PathBuf,
}

/// How a folder names its beginning-of-sequence token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamedBos {
    /// By its text, in this file.
    Token(String, PathBuf),
    /// By its id, in this file.
    Id(u32, PathBuf),
}

impl Beside {
    /// What the files of `folder` say.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            folder: folder.to_owned(),
            config: parse_or_default(&folder.join("tokenizer_config.json"))?,
            map: parse_or_default(&folder.join("special_tokens_map.json"))?,
            model: parse_or_default(&folder.join("config.json"))?,
        })
    }

    /// The tokenizer's class in `transformers`, without the ending `Fast`, and the file that names it.
    pub(crate) fn class(&self) -> Option<(&str, PathBuf)> {
        let own = self.config.tokenizer_class.as_deref().map(|class| (class, "tokenizer_config.json"));
        let (class, file) =
            own.or_else(|| self.model.tokenizer_class.as_deref().map(|class| (class, "config.json")))?;
        Some((class.strip_suffix("Fast").unwrap_or(class), self.folder.join(file)))
    }

    /// Whether the tokenizer puts BOS first by its own rule.
    pub(crate) fn adds_bos(&self) -> bool {
        self.config.add_bos_token.unwrap_or(false)
    }

    /// Whether the tokenizer puts a space before a text that begins without one.
    pub(crate) fn adds_prefix_space(&self) -> bool {
        self.config.add_prefix_space.unwrap_or(false)
    }

    /// The beginning-of-sequence token, if a file names one.
    ///
    /// A name comes before the id of `config.json`.
    /// As in `transformers`, `special_tokens_map.json` comes before `tokenizer_config.json`
    /// unless the latter describes its tokens itself (`added_tokens_decoder`); then it stands alone.
    pub(crate) fn bos(&self) -> Option<NamedBos> {
        let named =
            self.names().into_iter().find_map(|(names, file)| names.bos_token.as_ref().map(|name| (name, file)));
        let id = || self.model.bos_id().or_else(|| self.model.text_config.as_ref()?.bos_id());
        named
            .map(|(name, file)| NamedBos::Token(name.content().into(), self.folder.join(file)))
            .or_else(|| id().map(|id| NamedBos::Id(id, self.folder.join("config.json"))))
    }

    /// The end-of-sequence token, if a file names one; files in the order of [`Beside::bos`].
    pub(crate) fn eos(&self) -> Option<NamedBos> {
        let named =
            self.names().into_iter().find_map(|(names, file)| names.eos_token.as_ref().map(|name| (name, file)));
        named.map(|(name, file)| NamedBos::Token(name.content().into(), self.folder.join(file)))
    }

    /// Every token named as special, whatever its use.
    pub(crate) fn special(&self) -> Vec<&str> {
        self.names().into_iter().flat_map(|(names, _)| names.all()).map(Name::content).collect()
    }

    /// The tokens that the folder adds to the vocabulary: `added_tokens_decoder`, else `added_tokens.json`.
    pub(crate) fn added(&self) -> Result<Vec<Numbered>, Error> {
        if let Some(described) = &self.config.added_tokens_decoder {
            let file = self.folder.join("tokenizer_config.json");
            let numbered = |(&id, token): (&u32, &Described)| Numbered { id, token: token.into(), file: file.clone() };
            return Ok(described.iter().map(numbered).collect());
        }
        let file = self.folder.join("added_tokens.json");
        let ids: BTreeMap<String, u32> = parse_or_default(&file)?;
        let special = self.special();
        let token = |content: &str| AddedToken::from(content, special.contains(&content));
        let mut added: Vec<Numbered> =
            ids.into_iter().map(|(content, id)| Numbered { id, token: token(&content), file: file.clone() }).collect();
        added.sort_unstable_by_key(|numbered| numbered.id);
        Ok(added)
    }

    /// The sources of names, the first that has one decides.
    fn names(&self) -> Vec<(&Names, &'static str)> {
        let own = (&self.config.names, "tokenizer_config.json");
        match self.config.added_tokens_decoder {
            Some(_) => vec![own],
            None => vec![(&self.map, "special_tokens_map.json"), own],
        }
    }
}

impl ModelConfig {
    fn bos_id(&self) -> Option<u32> {
        self.bos_token_id.as_ref()?.as_u64()?.try_into().ok()
    }
}

impl Names {
    fn all(&self) -> impl Iterator<Item = &Name> {
        let by_use = [
            &self.bos_token,
            &self.eos_token,
            &self.unk_token,
            &self.pad_token,
            &self.sep_token,
            &self.cls_token,
            &self.mask_token,
        ];
        by_use.into_iter().flatten().chain(self.additional_special_tokens.iter().flatten())
    }
}

impl Name {
    fn content(&self) -> &str {
        match self {
            Self::Bare(content) => content,
            Self::Described(described) => &described.content,
        }
    }
}

impl From<&Described> for AddedToken {
    fn from(described: &Described) -> Self {
        Self::from(described.content.as_str(), described.special)
            .single_word(described.single_word)
            .lstrip(described.lstrip)
            .rstrip(described.rstrip)
            .normalized(described.normalized.unwrap_or(!described.special))
    }
}
