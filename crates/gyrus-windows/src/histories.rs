//! What the model reads before every token of a word: the windows of surprisal and entropy.
//!
//! Here N counts what stands before: a window of N tokens is the N tokens before the token, one of N words the N words
//! before the token's word and the word's own earlier tokens.

use std::ops::Range;

use gyrus_types::{TokenWindow, Tokens};

use crate::windows::{Wanted, room, strided};
use crate::{Error, Overflow, WindowSpec, WordTokens};

/// The histories of every word's tokens, and how many words' are not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histories {
    /// For every word of the transcript, in order, one window or more that pool its tokens in order.
    ///
    /// What stands in a window before a pooled token is that token's history; its last token is never read.
    pub words: Vec<Vec<TokenWindow>>,
    /// Words with less history than was asked for.
    pub short: usize,
    /// Words whose history lost tokens to the model's limit.
    pub clipped: usize,
}

/// The history of every word's tokens: `specification` says how far back it reaches, `limit` how many tokens the model can read.
///
/// The prefix is not part of N, but counts against the limit: prefix + history <= limit.
/// [`WindowSpec::Full`] takes what fits, exactly for each token, so it is never short, never clipped and never an error.
///
/// # Errors
/// As [`crate::windows`], with the histories' lengths.
pub fn histories(
    tokens: &Tokens,
    words: &WordTokens,
    specification: WindowSpec,
    limit: usize,
    overflow: Overflow,
) -> Result<Histories, Error> {
    let (prefix, room) = (tokens.prefix().len(), room(tokens, specification, limit, overflow)?);
    let mut all = Histories { words: Vec::with_capacity(words.ranges().len()), short: 0, clipped: 0 };
    for (word, own) in words.ranges().iter().enumerate() {
        let (mut parts, mut short, mut clipped) = (Vec::new(), false, false);
        for token in own.clone() {
            let wanted = wanted(words.ranges(), word, token, specification);
            let start = wanted.start.max(token.saturating_sub(room));
            let start = match specification {
                WindowSpec::FullStride(stride) => strided(start, stride).min(token),
                _ => start,
            };
            let fits = matches!(specification, WindowSpec::Full | WindowSpec::FullStride(_));
            let is_clipped = start > wanted.start && !fits;
            if is_clipped && overflow == Overflow::Error {
                let tokens = token - wanted.start;
                return Err(Error::LongWindow { specification, word: word + 1, tokens, prefix, limit });
            }
            (short, clipped) = (short || wanted.short, clipped || is_clipped);
            push(&mut parts, start, token, wanted.short)?;
        }
        all.short += usize::from(short);
        all.clipped += usize::from(clipped);
        all.words.push(parts);
    }
    Ok(all)
}

/// Where the history of `token`, one of the tokens of `word`, would begin if the model could read any length.
fn wanted(ranges: &[Range<usize>], word: usize, token: usize, specification: WindowSpec) -> Wanted {
    match specification {
        WindowSpec::Tokens(n) => Wanted { start: token.saturating_sub(n.get()), short: token < n.get() },
        WindowSpec::Words(n) => Wanted { start: ranges[word.saturating_sub(n.get())].start, short: word < n.get() },
        WindowSpec::Full | WindowSpec::FullStride(_) => Wanted { start: 0, short: false },
    }
}

/// Adds a token to the windows of its word: to the last of them if that begins with the same token.
fn push(parts: &mut Vec<TokenWindow>, start: usize, token: usize, short: bool) -> Result<(), Error> {
    let joined = parts.pop_if(|part| part.tokens().start == start);
    let first = joined.map_or(token, |part| part.pooled().start);
    parts.push(TokenWindow::new(start..token + 1, first..token + 1, short)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use gyrus_types::Transcript;

    use super::*;
    use crate::{LastToken, fixture::Failure};

    /// Words "ab", "c", "def" and "gh" of two, one, three and two tokens, one a letter, behind a prefix of one.
    fn find(specification: &str, limit: usize, overflow: Overflow) -> Result<Histories, Failure> {
        let letters = [0..1, 1..2, 3..4, 5..6, 6..7, 7..8, 9..10, 10..11];
        let tokens = Tokens::new(vec![9], (0..8).collect(), letters.to_vec())?;
        let words = WordTokens::new(&tokens, &Transcript::untimed("ab c def gh".into()), LastToken::Letters)?;
        Ok(histories(&tokens, &words, specification.parse()?, limit, overflow)?)
    }

    /// What each token of the text is predicted from, without the prefix.
    fn check(
        specification: &str,
        limit: usize,
        expected: [Range<usize>; 8],
        counts: (usize, usize),
    ) -> Result<(), Failure> {
        let found = find(specification, limit, Overflow::Clip)?;
        let read = |part: &TokenWindow| {
            let start = part.tokens().start;
            part.pooled().map(move |token| (token, start..token)).collect::<Vec<_>>()
        };
        let read: Vec<_> = found.words.iter().flatten().flat_map(read).collect();
        assert_eq!(read, expected.into_iter().enumerate().collect::<Vec<_>>(), "{specification}");
        assert_eq!((found.short, found.clipped), counts, "{specification}");
        Ok(())
    }

    #[test]
    fn tokens_are_counted_before_each_token() -> Result<(), Failure> {
        check("2", 20, [0..0, 0..1, 0..2, 1..3, 2..4, 3..5, 4..6, 5..7], (1, 0))
    }

    #[test]
    fn words_are_counted_before_the_word() -> Result<(), Failure> {
        check("1w", 20, [0..0, 0..1, 0..2, 2..3, 2..4, 2..5, 3..6, 3..7], (1, 0))?;
        assert_eq!(find("1w", 20, Overflow::Error)?.words.iter().map(Vec::len).collect::<Vec<_>>(), [1; 4]);
        Ok(())
    }

    #[test]
    fn full_history_is_one_window_per_word_while_it_fits() -> Result<(), Failure> {
        check("full", 8, [0..0, 0..1, 0..2, 0..3, 0..4, 0..5, 0..6, 0..7], (0, 0))?;
        assert!(find("full", 8, Overflow::Error)?.words.iter().all(|parts| parts.len() == 1));
        check("full", 4, [0..0, 0..1, 0..2, 0..3, 1..4, 2..5, 3..6, 4..7], (0, 0))
    }

    #[test]
    fn long_histories_are_clipped_and_counted_or_refused() -> Result<(), Failure> {
        check("2w", 4, [0..0, 0..1, 0..2, 0..3, 1..4, 2..5, 3..6, 4..7], (2, 2))?;
        let message = find("2w", 4, Overflow::Error).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(
            message.starts_with("window `2w` of word 3 (from 1) has 4 tokens, which with a prefix of 1"),
            "{message}"
        );
        assert!(find("4", 4, Overflow::Error).is_err());
        Ok(())
    }
}
