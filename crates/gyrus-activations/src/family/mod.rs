//! The table of model families: what each calls its settings and its weights, and what it computes.
//!
//! A new family is a new row and, where it computes something new, a new case of an enum here and in `architecture`.
//! The rows stand in the files of this folder; `read` turns a row and a `config.json` into an architecture.

mod alibi;
mod falcon;
mod gemma;
mod gpt;
mod heads;
mod llama;
mod open;
mod read;
mod rotary;
mod row;
mod unread;
mod windows;

#[cfg(test)]
mod refusals;

pub(crate) use read::Described;
pub(crate) use row::{AttentionNames, Family, FeedForwardNames, Names};

use crate::Error;
use crate::config::Config;

/// Every family that is built.
const FAMILIES: &[&Family] = &[
    &gpt::GPT2,
    &gpt::GPTJ,
    &gpt::GPT_NEO,
    &gpt::GPT_NEOX,
    &gpt::GPT_BIGCODE,
    &open::OPT,
    &open::XGLM,
    &open::BLOOM,
    &open::MPT,
    &open::FALCON,
    &open::REFINED_WEB_MODEL,
    &open::REFINED_WEB,
    &llama::LLAMA,
    &llama::MISTRAL,
    &llama::QWEN2,
    &llama::QWEN3,
    &llama::OLMO,
    &llama::OLMO2,
    &llama::OLMO3,
    &llama::PHI,
    &llama::PHI3,
    &llama::SMOLLM3,
    &llama::STABLELM,
    &llama::STARCODER2,
    &gemma::GEMMA,
    &gemma::GEMMA2,
    &gemma::GEMMA3_TEXT,
    &gemma::GEMMA3,
];

impl Family {
    /// The family that `config` names.
    pub(crate) fn of(config: &Config) -> Result<&'static Self, Error> {
        let found = config.text("model_type")?.ok_or_else(|| config.refuse("model_type", "a family of models"))?;
        let supported =
            || FAMILIES.iter().map(|family| format!("`{}`", family.model_type)).collect::<Vec<_>>().join(", ");
        FAMILIES.iter().copied().find(|family| family.model_type == found).ok_or_else(|| Error::Family {
            path: config.path().into(),
            found,
            supported: supported(),
        })
    }
}
