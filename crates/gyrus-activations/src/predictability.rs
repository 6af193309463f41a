//! How well a model predicts each word of a text: surprisal and entropy.
//!
//! For word w with tokens x_1 ... x_k, and c_i what the model reads before x_i (the prefix, then the tokens of a window):
//! surprisal = sum over i of -log2 p(x_i | c_i), entropy = -sum over v of p(v | c_1) log2 p(v | c_1), both in bits.

use std::f64::consts::LN_2;

use gyrus_types::{Progress, TokenWindow, Tokens};

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::device::{Device, on_device};
use crate::engine::Engine;
use crate::memory::Memory;
use crate::passes::{Plan, Request};
use crate::questions::{Answer, Question, answers, last_states};

/// How well a word was predicted, in bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predictability {
    /// The surprisal of the word, summed over its tokens in f64; NaN if nothing stands before its first token.
    pub surprisal: f64,
    /// The entropy of the next token before the word is heard; NaN where the surprisal is.
    pub entropy: f64,
}

impl Predictability {
    /// Nothing was read before the word.
    const UNDEFINED: Self = Self { surprisal: f64::NAN, entropy: f64::NAN };
}

/// The predictability of every word, in the order of `words`.
///
/// A word is given as one window or more, which pool its tokens in order: each of them is predicted from the prefix and
/// the tokens of its window before it. Several windows are needed where a word's tokens have histories that begin at
/// different tokens. The last token of a window is never read, so a window may be one token longer than the model can read.
/// Windows that start at the same token share one pass, so full history costs one pass over the text as far as it fits.
/// The numbers do not depend on the number of threads or on the memory. Progress counts tokens times layers.
///
/// # Errors
/// [`Error::TokenId`] for a token without an embedding, [`Error::WindowTooLong`] and [`Error::WindowBeyondText`]
/// for a window that cannot be read, [`Error::Memory`] for a limit below the least, [`Error::NotFinite`]
/// if the numbers overflow, and those of reading weights and of the device.
pub fn predictability(
    checkpoint: &Checkpoint,
    device: &Device,
    tokens: &Tokens,
    words: &[Vec<TokenWindow>],
    memory: &Memory,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Predictability>, Error> {
    on_device!(device, engine => {
        let capacity = |length| engine.capacity(length, &checkpoint.architecture().attention);
        let plan = Plan::of(tokens, &requests(tokens, words), checkpoint.architecture(), &capacity)?;
        let states = last_states(checkpoint, engine, &plan, memory, on_progress)?;
        let questions = questions(&plan, tokens, words);
        let answers = answers(checkpoint, engine, &states, &questions)?;
        Ok(summed(&questions, &answers, words.len()))
    })
}

/// The rows that predict each window's tokens: each the one before its token. Words without a past are not asked about.
fn requests(tokens: &Tokens, words: &[Vec<TokenWindow>]) -> Vec<Request> {
    let n_prefix = tokens.prefix().len();
    let row = |window: &TokenWindow, token: usize| n_prefix + token - window.tokens().start - 1;
    let has_past = |window: &TokenWindow| n_prefix > 0 || window.pooled().start > window.tokens().start;
    let request = |word: usize, list: usize, window: &TokenWindow| Request {
        list,
        word,
        read: window.tokens().start..window.tokens().end - 1,
        rows: row(window, window.pooled().start)..row(window, window.pooled().end),
    };
    let asked = words.iter().enumerate().filter(|(_, windows)| windows.iter().all(has_past));
    let of = |(word, windows): (usize, &Vec<TokenWindow>)| {
        (0..).zip(windows).map(|(list, window)| request(word, list, window)).collect::<Vec<_>>()
    };
    asked.flat_map(of).collect()
}

/// One question for each token, in order of words and tokens.
fn questions(plan: &Plan, tokens: &Tokens, words: &[Vec<TokenWindow>]) -> Vec<Question> {
    let (mut questions, mut first) = (Vec::new(), 0);
    for (batch, wanted) in plan.batches.iter().zip(&plan.wanted) {
        for wanted in wanted {
            let asked = words[wanted.word][wanted.list].pooled().zip(wanted.rows.clone());
            let question =
                |(token, row)| Question { row: first + row, asker: wanted.word, token, id: tokens.ids()[token] };
            questions.extend(asked.map(question));
        }
        first += batch.n_kept();
    }
    questions.sort_by_key(|question| (question.asker, question.token));
    questions
}

/// The answers of each word's tokens together.
fn summed(questions: &[Question], answers: &[Answer], n_words: usize) -> Vec<Predictability> {
    let mut words = vec![Predictability::UNDEFINED; n_words];
    let mut at = 0;
    for own in questions.chunk_by(|a, b| a.asker == b.asker) {
        let answers = &answers[at..at + own.len()];
        at += own.len();
        let nats: f64 = answers.iter().map(|answer| -answer.log_probability).sum();
        words[own[0].asker] = Predictability { surprisal: nats / LN_2, entropy: answers[0].entropy / LN_2 };
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::processor_as_gpu;
    use crate::reference::{Sketch, Written, cpu};

    fn tokens(prefix: Vec<u32>, n: usize) -> Tokens {
        let ids = (0..n as u32).map(|t| (t * t * 7 + t * 3 + 2) % 31).collect();
        Tokens::new(prefix, ids, vec![0..0; n]).expect("as many offsets as ids")
    }

    /// Words of one to three tokens, each token predicted from up to `history` tokens before it.
    fn words(n: usize, history: usize) -> Vec<Vec<TokenWindow>> {
        let (mut words, mut start) = (Vec::new(), 0);
        while start + 1 + words.len() % 3 <= n {
            let own = start..start + 1 + words.len() % 3;
            start = own.end;
            let one =
                |token: usize| TokenWindow::new(token.saturating_sub(history)..token + 1, token..token + 1, false);
            words.push(own.map(|token| one(token).expect("a window")).collect());
        }
        words
    }

    /// Words whose tokens are all predicted from one start.
    fn joined(n: usize, history: usize) -> Vec<Vec<TokenWindow>> {
        let join = |parts: Vec<TokenWindow>| {
            let (first, last) = (&parts[0], &parts[parts.len() - 1]);
            let pooled = first.pooled().start..last.pooled().end;
            vec![TokenWindow::new(first.tokens().start..pooled.end, pooled, false).expect("a window")]
        };
        words(n, history).into_iter().map(join).collect()
    }

    /// Probabilities of the next token by plain loops in f64.
    fn probabilities(written: &Written, read: &[u32]) -> Vec<f64> {
        let (_, logits) = written.answer(read);
        let last = &logits[logits.len() - 1];
        let sum: f64 = last.iter().map(|logit| logit.exp()).sum();
        last.iter().map(|logit| logit.exp() / sum).collect()
    }

    fn expected(written: &Written, tokens: &Tokens, windows: &[TokenWindow]) -> Predictability {
        let (mut surprisal, mut entropy) = (0.0, None);
        for window in windows {
            for token in window.pooled() {
                let read = [tokens.prefix(), &tokens.ids()[window.tokens().start..token]].concat();
                if read.is_empty() {
                    return Predictability::UNDEFINED;
                }
                let p = probabilities(written, &read);
                surprisal -= p[tokens.ids()[token] as usize].log2();
                entropy.get_or_insert(-p.iter().map(|p| p * p.log2()).sum::<f64>());
            }
        }
        Predictability { surprisal, entropy: entropy.unwrap_or(f64::NAN) }
    }

    fn check(prefix: Vec<u32>, words: &[Vec<TokenWindow>]) -> Result<(), Error> {
        let (written, tokens) = (Sketch { tied: false, ..Sketch::default() }.write(), tokens(prefix, 40));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-4 || a.is_nan() && b.is_nan();
        for device in [cpu(), processor_as_gpu()] {
            let found = predictability(&written.open()?, &device, &tokens, words, &Memory::default(), &mut |_| ())?;
            assert_eq!(found.len(), words.len());
            for (word, found) in words.iter().zip(found) {
                let expected = expected(&written, &tokens, word);
                let same = near(found.surprisal, expected.surprisal) && near(found.entropy, expected.entropy);
                assert!(same, "{word:?}: {found:?} for {expected:?}");
            }
        }
        Ok(())
    }

    #[test]
    fn full_history_is_one_chain_of_probabilities() -> Result<(), Error> {
        check(vec![1], &joined(40, 40))
    }

    #[test]
    fn each_token_has_its_own_short_history() -> Result<(), Error> {
        check(vec![1], &words(40, 1))?;
        check(vec![], &words(40, 5))
    }

    #[test]
    fn tokens_of_a_word_can_share_a_start() -> Result<(), Error> {
        check(vec![3, 1], &joined(40, 6))
    }

    #[test]
    fn without_a_prefix_the_first_word_is_undefined() -> Result<(), Error> {
        check(vec![], &joined(40, 40))
    }

    #[test]
    fn a_window_may_be_as_long_as_the_limit_before_its_last_token() -> Result<(), Error> {
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(vec![1], 80));
        let ask = |start: usize| -> Result<_, Error> {
            let window = vec![vec![TokenWindow::new(start..67, 66..67, false)?]];
            predictability(&checkpoint, &cpu(), &tokens, &window, &Memory::default(), &mut |_| ())
        };
        assert!(ask(3)?[0].surprisal > 0.0);
        let expected = "window of tokens 2..66 is 65 tokens long with its prefix, the model's limit is 64";
        assert_eq!(ask(2).expect_err("too long").to_string(), expected);
        Ok(())
    }

    #[test]
    fn a_small_memory_changes_no_number() -> Result<(), Box<dyn std::error::Error>> {
        let (checkpoint, tokens, words) = (Sketch::default().write().open()?, tokens(vec![1], 200), words(200, 9));
        let scratch = tempfile::tempdir()?;
        let ask = |memory: &Memory| predictability(&checkpoint, &cpu(), &tokens, &words, memory, &mut |_| ());
        let least = match ask(&Memory { limit: Some(1), scratch: scratch.path().into() }) {
            Err(Error::Memory { least, .. }) => least,
            other => return Err(format!("a byte is too little: {other:?}").into()),
        };
        let found = ask(&Memory { limit: Some(least), scratch: scratch.path().into() })?;
        assert_eq!(found, ask(&Memory::default())?);
        Ok(())
    }
}
