//! Which passes through the model give every wanted window.
//!
//! In a causal model the state at offset k of a pass that starts at token s sees exactly the tokens s to s + k:
//! it is that window's state. One pass for each start, as long as its longest window, gives them all.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use gyrus_types::{TokenWindow, Tokens};

use crate::Error;
use crate::architecture::Architecture;
use crate::batch::Batch;

/// How the states of a word's tokens become the state of the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pooling {
    /// The last token's state.
    #[default]
    Last,
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
}

/// What is asked of the model for a word: rows of a sequence that holds a stretch of the text after the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// Index of the list that asks.
    pub(crate) list: usize,
    /// Index of the word.
    pub(crate) word: usize,
    /// The tokens of the text that are read, at least.
    pub(crate) read: Range<usize>,
    /// Rows of the sequence, the prefix included.
    pub(crate) rows: Range<usize>,
}

/// A word's place in the answer, and the kept rows of a batch that make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Index of the list of windows.
    pub(crate) list: usize,
    /// Index of the word.
    pub(crate) word: usize,
    /// Among the kept rows of its batch.
    pub(crate) rows: Range<usize>,
}

/// Batches, and for each the words it answers.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) batches: Vec<Batch>,
    pub(crate) wanted: Vec<Vec<Wanted>>,
}

/// A stretch of the text's tokens read at once, and the requests it answers.
#[derive(Debug)]
struct Pass<'a> {
    tokens: Range<usize>,
    requests: Vec<&'a Request>,
}

impl Plan {
    /// The passes that answer every window of every list; `capacity` is the most sequences of a length in a batch.
    pub(crate) fn new(
        tokens: &Tokens,
        windows: &[Vec<TokenWindow>],
        pooling: Pooling,
        architecture: &Architecture,
        capacity: &dyn Fn(usize) -> usize,
    ) -> Result<Self, Error> {
        Self::of(tokens, &pooled(tokens, windows, pooling), architecture, capacity)
    }

    /// The passes that answer every request.
    pub(crate) fn of(
        tokens: &Tokens,
        requests: &[Request],
        architecture: &Architecture,
        capacity: &dyn Fn(usize) -> usize,
    ) -> Result<Self, Error> {
        check_ids(tokens, architecture.vocabulary)?;
        for request in requests {
            check_read(&request.read, tokens, architecture.limit)?;
        }
        let passes = passes(tokens, requests);
        let mut plan = Self { batches: Vec::new(), wanted: Vec::new() };
        for equal in passes.chunk_by(|a, b| a.tokens.len() == b.tokens.len()) {
            let length = tokens.prefix().len() + equal[0].tokens.len();
            for passes in equal.chunks(capacity(length)) {
                plan.push(passes, tokens, length);
            }
        }
        Ok(plan)
    }

    fn push(&mut self, passes: &[Pass], tokens: &Tokens, length: usize) {
        let prefix = tokens.prefix();
        let ids = |pass: &Pass| prefix.iter().chain(&tokens.ids()[pass.tokens.clone()]).copied().collect::<Vec<_>>();
        let row = |sequence: usize, row: usize| sequence * length + row;
        let requests: Vec<(usize, &Request)> = (0..)
            .zip(passes)
            .flat_map(|(sequence, pass)| pass.requests.iter().map(move |request| (sequence, *request)))
            .collect();
        let mut kept: Vec<usize> = requests
            .iter()
            .flat_map(|&(sequence, request)| request.rows.clone().map(move |of_sequence| row(sequence, of_sequence)))
            .collect();
        kept.sort_unstable();
        kept.dedup();
        let wanted = requests.iter().map(|&(sequence, request)| {
            let first = kept.partition_point(|&other| other < row(sequence, request.rows.start));
            Wanted { list: request.list, word: request.word, rows: first..first + request.rows.len() }
        });
        self.wanted.push(wanted.collect());
        self.batches.push(Batch::new(passes.iter().flat_map(ids).collect(), length, kept));
    }
}

/// The rows that are pooled for every window of every list.
fn pooled(tokens: &Tokens, windows: &[Vec<TokenWindow>], pooling: Pooling) -> Vec<Request> {
    let request = |list: usize, word: usize, window: &TokenWindow| {
        let (read, pooled) = (window.tokens(), window.pooled());
        let first = if pooling == Pooling::Last { pooled.end - 1 } else { pooled.start };
        let row = |token: usize| tokens.prefix().len() + token - read.start;
        Request { list, word, rows: row(first)..row(pooled.end), read }
    };
    let of = |(list, windows): (usize, &Vec<TokenWindow>)| {
        (0..).zip(windows).map(|(word, window)| request(list, word, window)).collect::<Vec<_>>()
    };
    windows.iter().enumerate().flat_map(of).collect()
}

/// One pass for each first token that is read; starts with the same tokens share one. Sorted by length, then start.
fn passes<'a>(tokens: &Tokens, requests: &'a [Request]) -> Vec<Pass<'a>> {
    let mut ends = BTreeMap::new();
    for request in requests {
        let end = ends.entry(request.read.start).or_insert(0);
        *end = request.read.end.max(*end);
    }
    let (mut passes, mut pass_of_start) = (Vec::new(), HashMap::new());
    let mut pass_of_content = HashMap::new();
    for (start, end) in ends {
        let pass = *pass_of_content.entry(&tokens.ids()[start..end]).or_insert(passes.len());
        if pass == passes.len() {
            passes.push(Pass { tokens: start..end, requests: Vec::new() });
        }
        pass_of_start.insert(start, pass);
    }
    for request in requests {
        passes[pass_of_start[&request.read.start]].requests.push(request);
    }
    passes.sort_by_key(|pass| (pass.tokens.len(), pass.tokens.start));
    passes
}

fn check_read(read: &Range<usize>, tokens: &Tokens, limit: usize) -> Result<(), Error> {
    let Range { start, end } = *read;
    let length = tokens.prefix().len() + end - start;
    if end > tokens.ids().len() {
        Err(Error::WindowBeyondText { start, end, tokens: tokens.ids().len() })
    } else if length > limit {
        Err(Error::WindowTooLong { start, end, length, limit })
    } else {
        Ok(())
    }
}

fn check_ids(tokens: &Tokens, vocabulary: usize) -> Result<(), Error> {
    [tokens.prefix(), tokens.ids()].into_iter().try_for_each(|ids| check_vocabulary(ids, vocabulary))
}

/// Checks that the model has an embedding for every id.
pub(crate) fn check_vocabulary(ids: &[u32], vocabulary: usize) -> Result<(), Error> {
    match ids.iter().enumerate().find(|(_, id)| **id as usize >= vocabulary) {
        Some((position, &id)) => Err(Error::TokenId { position, id, vocabulary }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stretches that are read for these windows, and how many windows each answers.
    fn check(
        ids: Vec<u32>,
        windows: &[&[Range<usize>]],
        expected: &[(Range<usize>, usize)],
    ) -> Result<(), gyrus_types::Error> {
        let offsets = ids.iter().map(|_| 0..0).collect();
        let tokens = Tokens::new(vec![], ids, offsets)?;
        let window = |range: &Range<usize>| TokenWindow::new(range.clone(), range.end - 1..range.end, false);
        let windows: Vec<Vec<_>> =
            windows.iter().map(|list| list.iter().map(window).collect()).collect::<Result<_, _>>()?;
        let requests = pooled(&tokens, &windows, Pooling::Last);
        let passes = passes(&tokens, &requests);
        let found: Vec<_> = passes.iter().map(|pass| (pass.tokens.clone(), pass.requests.len())).collect();
        assert_eq!(found, expected);
        Ok(())
    }

    #[test]
    fn windows_with_one_start_share_its_longest_pass() -> Result<(), gyrus_types::Error> {
        check((0..9).collect(), &[&[0..2, 1..3], &[0..5, 1..2]], &[(1..3, 2), (0..5, 2)])
    }

    #[test]
    fn windows_over_the_same_ids_are_run_once() -> Result<(), gyrus_types::Error> {
        check(vec![7, 8, 7, 8], &[&[0..2, 2..4]], &[(0..2, 2)])
    }
}
