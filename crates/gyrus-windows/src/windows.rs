//! What the model reads for every word: the prefix, exactly the last stretch of tokens, and nothing before.
//!
//! Each window stands alone; it is not a view of a longer run of the model, whose cached keys would carry the dropped text.

use std::num::NonZeroUsize;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use gyrus_types::{TokenWindow, Tokens};

use crate::{Error, WindowSpec, WordTokens};

/// What happens to a window that is longer than the model can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// It is an error.
    #[default]
    Error,
    /// It keeps its last tokens and is counted.
    Clip,
}

/// One window per word, and how many are not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// The window of every word of the transcript, in order.
    pub windows: Vec<TokenWindow>,
    /// Windows of words with less history than was asked for.
    pub short: usize,
    /// Windows that lost tokens to the model's limit.
    pub clipped: usize,
}

/// The window of every word: `specification` says how far back it reaches, `limit` how many tokens the model can read.
///
/// A window ends with its word's last token and pools the word's tokens, as far as they are inside.
/// The prefix is not part of N, but counts against the limit: prefix + tokens <= limit.
/// [`WindowSpec::Full`] and [`WindowSpec::FullStride`] take what fits, so they are never short and never clipped.
///
/// # Errors
/// [`Error::NoRoom`] if not one token fits beside the prefix, [`Error::Stride`] if a stride is longer than what fits;
/// [`Error::TooManyTokens`] or [`Error::LongWindow`] if a window cannot be read whole and clipping was not asked for.
pub fn windows(
    tokens: &Tokens,
    words: &WordTokens,
    specification: WindowSpec,
    limit: usize,
    overflow: Overflow,
) -> Result<Windows, Error> {
    let (prefix, room) = (tokens.prefix().len(), room(tokens, specification, limit, overflow)?);
    let mut all = Windows { windows: Vec::with_capacity(words.ranges().len()), short: 0, clipped: 0 };
    for (word, own) in words.ranges().iter().enumerate() {
        let wanted = wanted(words.ranges(), word, specification, room);
        let start = wanted.start.max(own.end.saturating_sub(room));
        if start > wanted.start && overflow == Overflow::Error {
            let tokens = own.end - wanted.start;
            return Err(Error::LongWindow { specification, word: word + 1, tokens, prefix, limit });
        }
        all.short += usize::from(wanted.short);
        all.clipped += usize::from(start > wanted.start);
        all.windows.push(window(start, own, wanted.short)?);
    }
    Ok(all)
}

/// Tokens that fit beside the prefix, which a window in tokens must not exceed unless it may be clipped.
pub(crate) fn room(
    tokens: &Tokens,
    specification: WindowSpec,
    limit: usize,
    overflow: Overflow,
) -> Result<usize, Error> {
    let prefix = tokens.prefix().len();
    let room = limit.checked_sub(prefix).filter(|&room| room > 0).ok_or(Error::NoRoom { limit, prefix })?;
    match (specification, overflow) {
        (WindowSpec::Tokens(n), Overflow::Error) if n.get() > room => {
            Err(Error::TooManyTokens { specification, prefix, limit })
        }
        (WindowSpec::FullStride(stride), _) if stride.get() > room => {
            Err(Error::Stride { specification, prefix, limit })
        }
        _ => Ok(room),
    }
}

/// Where a window would begin if the model could read any length, and whether the story has less than was asked for.
pub(crate) struct Wanted {
    pub(crate) start: usize,
    pub(crate) short: bool,
}

fn wanted(ranges: &[Range<usize>], word: usize, specification: WindowSpec, room: usize) -> Wanted {
    let end = ranges[word].end;
    match specification {
        WindowSpec::Tokens(n) => Wanted { start: end.saturating_sub(n.get()), short: end < n.get() },
        WindowSpec::Words(n) => {
            let first = (word + 1).saturating_sub(n.get());
            Wanted { start: ranges[first].start, short: word + 1 < n.get() }
        }
        WindowSpec::Full => Wanted { start: end.saturating_sub(room), short: false },
        WindowSpec::FullStride(stride) => {
            // A word that is longer than all but a stride of the room is still read whole.
            let start = strided(end.saturating_sub(room), stride).min(ranges[word].start.max(end.saturating_sub(room)));
            Wanted { start, short: false }
        }
    }
}

/// The first token at or after `start` at which a window may begin.
pub(crate) fn strided(start: usize, stride: NonZeroUsize) -> usize {
    start.next_multiple_of(stride.get())
}

fn window(start: usize, own: &Range<usize>, short: bool) -> Result<TokenWindow, Error> {
    Ok(TokenWindow::new(start..own.end, own.start.max(start)..own.end, short)?)
}

#[cfg(test)]
mod tests {
    use gyrus_types::Transcript;

    use super::*;
    use crate::{
        LastToken,
        fixture::{self, Failure, Story},
    };

    const TEXT: &str = "The cat sat, on \"the\" mat -- and Zoë's 12 naïve cats sat.";

    fn check(specification: &str, limit: usize, overflow: Overflow) -> Result<(Story, Windows), Failure> {
        let story = Story::new(&fixture::tokenizer()?, Transcript::untimed(TEXT.into()), LastToken::Letters)?;
        let windows = windows(&story.tokens, &story.words, specification.parse()?, limit, overflow)?;
        story.check(&windows, specification.parse()?, limit)?;
        Ok((story, windows))
    }

    fn message<T>(result: Result<T, Failure>) -> String {
        result.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn every_window_reads_its_stretch_of_the_text() -> Result<(), Failure> {
        for specification in ["1", "2", "7", "100", "1w", "2w", "5w", "100w", "full"] {
            check(specification, 512, Overflow::Error)?;
            check(specification, 6, Overflow::Clip)?;
        }
        Ok(())
    }

    #[test]
    fn strides_share_beginnings() -> Result<(), Failure> {
        let (story, all) = check("full:stride=3", 8, Overflow::Error)?;
        let starts: Vec<usize> = all.windows.iter().map(|window| window.tokens().start).collect();
        let own = |word: usize| story.words.ranges()[word].start;
        let strided = starts.iter().enumerate().filter(|(word, start)| *start % 3 == 0 || **start == own(*word));
        assert!(strided.count() == starts.len() && starts.is_sorted());
        assert!(2 * starts.iter().filter(|start| *start % 3 == 0).count() > starts.len());
        let mut different = starts.clone();
        different.dedup();
        assert!(different.len() < starts.len() && starts.last() > Some(&0));
        assert_eq!((all.short, all.clipped), (0, 0));
        let exact = windows(&story.tokens, &story.words, WindowSpec::Full, 8, Overflow::Error)?;
        let later = |(a, b): (&TokenWindow, &TokenWindow)| (0..3).contains(&(a.tokens().start - b.tokens().start));
        assert!(all.windows.iter().zip(&exact.windows).all(later));
        let message = message(check("full:stride=9", 8, Overflow::Clip));
        assert!(message.contains("`full:stride=9`"), "{message}");
        Ok(())
    }

    #[test]
    fn full_history_starts_at_the_beginning_while_it_fits() -> Result<(), Failure> {
        let (story, all) = check("full", 512, Overflow::Error)?;
        assert!(all.windows.iter().all(|window| window.tokens().start == 0));
        assert_eq!((all.windows.len(), all.short, all.clipped), (story.transcript.words().len(), 0, 0));
        Ok(())
    }

    #[test]
    fn prefix_counts_against_the_limit_but_not_in_the_window() -> Result<(), Failure> {
        let (_, all) = check("4", 5, Overflow::Error)?;
        assert!(all.windows.iter().skip(4).all(|window| window.tokens().len() == 4));
        let message = message(check("5", 5, Overflow::Error));
        assert!(message.starts_with("window `5` and a prefix of 1 exceed the model's limit of 5 tokens"), "{message}");
        Ok(())
    }

    #[test]
    fn long_word_window_names_the_first_word_its_length_and_the_limit() {
        let message = message(check("3w", 12, Overflow::Error));
        let expected =
            "window `3w` of word 9 (from 1) has 14 tokens, which with a prefix of 1 exceed the model's limit of 12";
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn short_and_clipped_windows_are_counted() -> Result<(), Failure> {
        let (_, all) = check("3w", 512, Overflow::Error)?;
        assert_eq!((all.short, all.clipped), (2, 0));
        let (story, all) = check("3w", 3, Overflow::Clip)?;
        assert_eq!((all.short, all.clipped), (2, story.transcript.words().len()));
        Ok(())
    }

    #[test]
    fn a_model_without_room_is_an_error() {
        for limit in [0, 1] {
            let message = message(check("full", limit, Overflow::Clip));
            assert_eq!(message, format!("limit of {limit} tokens leaves no room beside a prefix of 1"));
        }
    }

    #[test]
    fn no_limit_is_a_limit_too() -> Result<(), Failure> {
        check("full", usize::MAX, Overflow::Error).map(|_| ())
    }

    #[test]
    fn words_that_share_a_token_have_a_window_each() -> Result<(), Failure> {
        let tokens = Tokens::new(vec![], vec![0; 3], vec![0..1, 1..5, 5..6])?;
        let words = WordTokens::new(&tokens, &Transcript::untimed("a b cd".into()), LastToken::Letters)?;
        let all = windows(&tokens, &words, "1w".parse()?, 8, Overflow::Error)?;
        let read: Vec<_> = all.windows.iter().map(TokenWindow::tokens).collect();
        assert_eq!(read, [0..1, 1..2, 2..3]);
        Ok(())
    }
}
