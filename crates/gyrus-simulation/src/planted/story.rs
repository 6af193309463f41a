//! Words that mean nothing, when they are spoken, and the tokens that a tokenizer would cut them into.

use rand::Rng;
use rand::rngs::StdRng;

/// The words, some with the mark that follows them.
const VOCABULARY: &str = "the monkey and keeper looked at each other for a while then, one, of them laughed because it had \
                          remembered something funny about lamps.";
/// Shortest and longest word in seconds.
const DURATION: [f64; 2] = [0.16, 0.42];
/// How often a pause follows a word, and its shortest and longest in seconds.
const PAUSES: f64 = 0.1;
const PAUSE: [f64; 2] = [0.2, 0.8];
/// How often a word of more than four letters has two tokens.
const SPLIT: f64 = 0.3;

/// A word and when it is spoken, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedWord {
    /// Its letters.
    pub text: &'static str,
    /// When it begins, in whole milliseconds.
    pub onset: f64,
    /// When it ends, in whole milliseconds.
    pub offset: f64,
}

/// A token of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedToken {
    /// The word, from 0.
    pub word: usize,
    /// Its letters, after the mark that begins a word.
    pub text: String,
}

/// Words that begin after `from` and end before `to`, in seconds.
pub(super) fn words(from: f64, to: f64, rng: &mut StdRng) -> Vec<PlantedWord> {
    let whole = |seconds: f64| (1000.0 * seconds).round() / 1000.0;
    let vocabulary: Vec<&str> = VOCABULARY.split(' ').collect();
    let (mut words, mut onset) = (Vec::new(), from);
    loop {
        let offset = whole(onset + rng.random_range(DURATION[0]..DURATION[1]));
        if offset > to {
            return words;
        }
        words.push(PlantedWord { text: vocabulary[rng.random_range(0..vocabulary.len())], onset, offset });
        let pause = if rng.random_bool(PAUSES) { rng.random_range(PAUSE[0]..PAUSE[1]) } else { 0.0 };
        onset = whole(offset + pause);
    }
}

/// The tokens of `words`, one or two of each; a mark is one of its own.
pub(super) fn tokens(words: &[PlantedWord], rng: &mut StdRng) -> Vec<PlantedToken> {
    let mut tokens = Vec::new();
    for (word, PlantedWord { text, .. }) in words.iter().enumerate() {
        let cut = match text.len() {
            n if text.ends_with([',', '.']) => n - 1,
            n if n > 4 && rng.random_bool(SPLIT) => n - 2,
            n => n,
        };
        tokens.push(PlantedToken { word, text: format!("\u{120}{}", &text[..cut]) });
        if cut < text.len() {
            tokens.push(PlantedToken { word, text: text[cut..].to_owned() });
        }
    }
    tokens
}
