//! A small tokenizer written by the tests themselves, and what must hold for the windows of any story.

use std::{
    collections::BTreeMap,
    error, fs,
    ops::Range,
    path::{Path, PathBuf},
};

use gyrus_types::{TokenWindow, Tokens, Transcript};
use serde_json::{Value, json};

use crate::{LastToken, Tokenizer, WindowSpec, Windows, WordTokens};

/// Whatever made a test fail.
pub type Failure = Box<dyn error::Error>;

/// A byte-fallback BPE with two marks around every input, as a `tokenizer.json`.
pub fn file() -> Value {
    let merges = [("t", "h"), ("th", "e"), ("▁", "the"), ("a", "t"), ("▁", "c"), ("▁c", "at")];
    let marks = ["<unk>", "<s>", "</s>"].map(String::from).into_iter();
    let bytes = (0..=255).map(|byte| format!("<0x{byte:02X}>"));
    let characters = "▁abcdefghijklmnopqrstuvwxyz".chars().map(String::from);
    let merged = merges.iter().map(|(a, b)| format!("{a}{b}"));
    let vocabulary: BTreeMap<String, usize> =
        marks.chain(bytes).chain(characters).chain(merged).enumerate().map(|(id, token)| (token, id)).collect();
    let added: Vec<Value> = ["<unk>", "<s>", "</s>"].iter().enumerate().map(|(id, mark)| added(id, mark)).collect();
    let special = |mark: &str| json!({"SpecialToken": {"id": mark, "type_id": 0}});
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": null,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, special("</s>")],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {
                "<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {
            "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
            "vocab": vocabulary, "merges": merges.map(|(a, b)| format!("{a} {b}"))},
    })
}

fn added(id: usize, content: &str) -> Value {
    json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true})
}

/// The tokenizer that a `tokenizer.json` of this content gives.
pub fn open(file: &Value) -> Result<Tokenizer, Failure> {
    let folder = Folder::with(file)?;
    Ok(Tokenizer::open(folder.path())?)
}

/// A model's folder that goes away with its test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with this `tokenizer.json`.
    pub fn with(file: &Value) -> Result<Self, Failure> {
        let folder = Self(tempfile::tempdir()?);
        folder.write("tokenizer.json", file)?;
        Ok(folder)
    }

    /// A folder with `vocab.json` and `merges.txt`: byte b is token b, then six merges, then `<|endoftext|>` as 262.
    pub fn byte_level() -> Result<Self, Failure> {
        let merges = ["t h", "th e", "a t", "Ġ the", "Ġ c", "Ġc at"];
        let merged = merges.iter().map(|merge| merge.replace(' ', ""));
        let tokens = (0..=255).map(byte_character).chain(merged).chain(["<|endoftext|>".to_owned()]);
        let ids: BTreeMap<String, usize> = tokens.enumerate().map(|(id, token)| (token, id)).collect();
        let folder = Self(tempfile::tempdir()?);
        folder.write("vocab.json", &json!(ids))?;
        fs::write(folder.path().join("merges.txt"), format!("#version: 0.2\n{}\n", merges.join("\n")))?;
        Ok(folder)
    }

    pub fn write(&self, name: &str, content: &Value) -> Result<(), Failure> {
        Ok(fs::write(self.path().join(name), serde_json::to_vec(content)?)?)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// How byte-level tokenizers write a byte: itself if it is visible, else a character from U+0100 on.
fn byte_character(byte: u8) -> String {
    let visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let n_hidden = (0..byte).filter(|&before| !visible(before)).count() as u32;
    let code = if visible(byte) { u32::from(byte) } else { 0x100 + n_hidden };
    char::from_u32(code).map(String::from).expect("no surrogate is that small")
}

/// The tokenizer of [`file`].
pub fn tokenizer() -> Result<Tokenizer, Failure> {
    open(&file())
}

/// The folder of real data and models beside the project, if it is there.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from("../../../shared");
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared is absent");
    None
}

/// A story with its tokens and its words' tokens.
pub struct Story {
    pub tokenizer: Tokenizer,
    pub transcript: Transcript,
    pub tokens: Tokens,
    pub words: WordTokens,
    last_token: LastToken,
}

impl Story {
    pub fn new(tokenizer: &Tokenizer, transcript: Transcript, last_token: LastToken) -> Result<Self, Failure> {
        let tokens = tokenizer.tokens(transcript.text())?;
        let words = WordTokens::new(&tokens, &transcript, last_token)?;
        Ok(Self { tokenizer: tokenizer.clone(), transcript, tokens, words, last_token })
    }

    /// What must hold for the windows of any story whose tokens do not straddle words.
    pub fn check(&self, all: &Windows, specification: WindowSpec, limit: usize) -> Result<(), Failure> {
        assert_eq!(all.windows.len(), self.transcript.words().len());
        assert_eq!(all.windows.iter().filter(|window| window.is_short()).count(), all.short);
        for (word, window) in all.windows.iter().enumerate() {
            let clipped = self.check_length(word, window, specification, limit);
            assert!(!clipped || all.clipped > 0);
            self.check_text(word, window)?;
        }
        Ok(())
    }

    /// Whether the window is exactly as long as asked for, or else as long as the model can read.
    fn check_length(&self, word: usize, window: &TokenWindow, specification: WindowSpec, limit: usize) -> bool {
        let (read, room) = (window.tokens(), limit - self.tokens.prefix().len());
        let inside = self.words.ranges()[..=word].iter().filter(|own| own.start >= read.start).count();
        let (is, wanted) = match specification {
            WindowSpec::Tokens(n) => (read.len(), n.get().min(read.end)),
            WindowSpec::Words(n) => (inside, n.get().min(word + 1)),
            WindowSpec::Full => (read.len(), read.end.min(room)),
            WindowSpec::FullStride(stride) => {
                // A word too long to begin at a stride is read whole, from its own beginning.
                let begins = read.start % stride == 0 || read.start == self.words.ranges()[word].start;
                assert!(begins && read.len() + stride.get() > read.end.min(room), "{read:?}");
                (read.len(), read.len())
            }
        };
        assert!(is == wanted || read.len() == room, "`{specification}` at word {word}: {is} for {wanted}");
        assert!(read.len() <= room && read.end == self.words.ranges()[word].end);
        is != wanted
    }

    /// Whether the tokens read are one stretch of the text up to the word's last letter, and decode back to it.
    fn check_text(&self, word: usize, window: &TokenWindow) -> Result<(), Failure> {
        let (read, text) = (window.tokens(), self.transcript.text());
        let bytes = &self.tokens.offsets()[read.clone()];
        for pair in bytes.windows(2) {
            let between = text.get(pair[0].end..pair[1].start).unwrap_or_default();
            assert!(between.trim().is_empty(), "`{between}` is read by no token");
        }
        let stretch = &text[bytes[0].start..bytes[bytes.len() - 1].end];
        let (last, end) = (&bytes[bytes.len() - 1], self.end(word));
        assert!(last.start < end && end <= last.end, "`{stretch}` does not end with word {word}");
        let starts_inside_a_character = read.start > 0 && self.tokens.offsets()[read.start - 1].end > bytes[0].start;
        if !starts_inside_a_character {
            let decoded = self.tokenizer.decode(&self.tokens.ids()[read])?;
            assert_eq!(decoded.trim(), stretch.trim(), "word {word}");
        }
        Ok(())
    }

    /// One past the last byte of the text that a window of this word must reach.
    fn end(&self, word: usize) -> usize {
        let (text, bytes) = (self.transcript.word_text(word), self.transcript.words()[word].characters.clone());
        let letters = text.trim_end_matches(|character: char| !character.is_alphanumeric());
        let whole = self.last_token == LastToken::Punctuation || letters.is_empty();
        if whole { bytes.end } else { bytes.start + letters.len() }
    }

    /// Tokens of the longest window.
    pub fn longest(all: &Windows) -> usize {
        all.windows.iter().map(|window| Range::len(&window.tokens())).max().unwrap_or(0)
    }
}
