//! A tokenizer of letters and a few frequent pairs, with a mark for the begin of every input.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What is joined, in order.
const MERGES: [(&str, &str); 6] = [("t", "h"), ("th", "e"), ("▁", "the"), ("i", "n"), ("e", "r"), ("▁", "a")];

/// Single characters, the mark for white space first.
const CHARACTERS: &str = "▁abcdefghijklmnopqrstuvwxyz',.-";

/// Ids of the tokenizer: three marks, the characters, the merged tokens.
pub fn vocabulary() -> usize {
    3 + CHARACTERS.chars().count() + MERGES.len()
}

/// The content of `tokenizer.json`.
pub fn file() -> Value {
    let marks = ["<unk>", "<s>", "</s>"];
    let tokens = marks.map(String::from).into_iter().chain(CHARACTERS.chars().map(String::from));
    let tokens = tokens.chain(MERGES.iter().map(|(a, b)| format!("{a}{b}")));
    let ids: BTreeMap<String, usize> = tokens.enumerate().map(|(id, token)| (token, id)).collect();
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": marks.iter().enumerate().map(|(id, mark)| added(id, mark)).collect::<Vec<_>>(),
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
        ]},
        "pre_tokenizer": null,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin(0), sequence("A", 0)],
            "pair": [begin(0), sequence("A", 0), begin(1), sequence("B", 1)],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}
        },
        "decoder": {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        "model": {
            "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": false,
            "vocab": ids, "merges": MERGES.map(|(a, b)| format!("{a} {b}"))
        }
    })
}

fn begin(kind: u8) -> Value {
    json!({"SpecialToken": {"id": "<s>", "type_id": kind}})
}

fn sequence(id: &str, kind: u8) -> Value {
    json!({"Sequence": {"id": id, "type_id": kind}})
}

fn added(id: usize, content: &str) -> Value {
    json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true})
}
