//! A context and what follows it as tokens, split as lm-evaluation-harness splits them.
//!
//! White space at the end of the context moves to what follows; both are tokenised together, and what follows are the tokens
//! after as many as the context has by itself. A context without a letter is one token, BOS or else EOS.

use gyrus_activations::Continuation;
use gyrus_windows::Tokenizer;

use crate::Error;

/// What a model reads and is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) continuation: Continuation,
    /// Tokens of the context that were left off.
    pub(crate) dropped: usize,
    /// Tokens of what follows that were left off as well, and have no score.
    pub(crate) unscored: usize,
}

/// How texts become tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoder<'a> {
    pub(crate) tokenizer: &'a Tokenizer,
    /// What stands for a context without a token.
    pub(crate) begin: u32,
    /// The most tokens that the model reads.
    pub(crate) limit: usize,
}

impl Encoder<'_> {
    /// `text` after `context`; nothing if `text` has no token.
    pub(crate) fn encode(&self, context: &str, text: &str) -> Result<Option<Encoded>, Error> {
        let kept = context.trim_end();
        let whole = self.tokenizer.tokens(&format!("{context}{text}"))?;
        if kept.is_empty() {
            let ids = whole.ids();
            // The harness does not put the same mark twice.
            let ids = ids.strip_prefix(&[self.begin]).unwrap_or(ids);
            return self.fit(&[self.begin], ids);
        }
        let context = self.tokenizer.tokens(kept)?;
        let follows = whole.ids().get(context.ids().len()..).unwrap_or_default();
        match [context.prefix(), context.ids()].concat() {
            context if context.is_empty() => self.fit(&[self.begin], follows),
            context => self.fit(&context, follows),
        }
    }

    /// The last tokens, one more than the model reads, because the last of them is only asked about.
    pub(crate) fn fit(&self, context: &[u32], asked: &[u32]) -> Result<Option<Encoded>, Error> {
        if asked.is_empty() {
            return Ok(None);
        }
        let scored = asked.len().min(self.limit);
        let room = self.limit + 1 - scored;
        let all = [context, asked].concat();
        let (read, scored) = all.split_at(all.len() - scored);
        let first = read.len().saturating_sub(room);
        let continuation = Continuation::new(&read[first..], scored)?;
        let unscored = asked.len() - scored.len();
        Ok(Some(Encoded { continuation, dropped: first.min(context.len()), unscored }))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gyrus_tests::SmallStudy;

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn tokenizer(folder: &Path) -> Result<Tokenizer, gyrus_windows::Error> {
        Tokenizer::open(&folder.join("models/tiny"))
    }

    /// The pieces of the context and of what is asked.
    fn check(context: &str, text: &str, expected: (&str, &[&str])) -> Outcome {
        let study = SmallStudy::new()?;
        let tokenizer = tokenizer(study.folder())?;
        let encoder = Encoder { tokenizer: &tokenizer, begin: tokenizer.begin()?, limit: 64 };
        let found = encoder.encode(context, text)?.ok_or("no token")?.continuation;
        let (read, asked) = found.ids().split_at(found.ids().len() - found.n_asked());
        let asked: Vec<String> = asked.iter().map(|&id| tokenizer.decode(&[id])).collect::<Result<_, _>>()?;
        assert_eq!(
            (tokenizer.decode(read)?.as_str(), asked.iter().map(String::as_str).collect::<Vec<_>>()),
            (expected.0, expected.1.to_vec())
        );
        Ok(())
    }

    #[test]
    fn white_space_before_a_choice_belongs_to_it() -> Outcome {
        check("a cat", " the", ("<s> a cat", &[" the"]))?;
        check("a cat ", "the", ("<s> a cat", &[" the"]))
    }

    #[test]
    fn an_empty_context_is_one_mark() -> Outcome {
        check("", " in", ("<s>", &[" ", " ", "in"]))
    }

    #[test]
    fn a_choice_without_a_token_is_nothing() -> Outcome {
        let study = SmallStudy::new()?;
        let tokenizer = tokenizer(study.folder())?;
        let encoder = Encoder { tokenizer: &tokenizer, begin: 1, limit: 64 };
        assert_eq!(encoder.encode("a cat", "")?, None);
        Ok(())
    }

    #[test]
    fn what_is_too_long_loses_its_beginning() -> Outcome {
        let study = SmallStudy::new()?;
        let tokenizer = tokenizer(study.folder())?;
        let encoder = Encoder { tokenizer: &tokenizer, begin: 1, limit: 4 };
        let fit = |context: &[u32], asked: &[u32]| -> Result<_, Error> {
            let found = encoder.fit(context, asked)?.ok_or(Error::NoItems)?;
            Ok((found.continuation.ids().to_vec(), found.continuation.n_asked(), found.dropped, found.unscored))
        };
        assert_eq!(fit(&[1, 2, 3], &[4, 5])?, (vec![1, 2, 3, 4, 5], 2, 0, 0));
        assert_eq!(fit(&[1, 2, 3], &[4, 5, 6, 7])?, (vec![3, 4, 5, 6, 7], 4, 2, 0));
        assert_eq!(fit(&[1, 2], &[3, 4, 5, 6, 7, 8])?, (vec![4, 5, 6, 7, 8], 4, 2, 2));
        Ok(())
    }
}
