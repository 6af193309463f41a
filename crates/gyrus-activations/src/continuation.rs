//! How likely a model finds what follows a context, for many contexts at once.
//!
//! For a context c and a continuation x_1 ... x_k: log p = sum over i of log p(x_i | c, x_1 ... x_(i-1)), in nats.

use gyrus_types::{Progress, Tokens};

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::device::{Device, on_device};
use crate::engine::Engine;
use crate::hidden_states::check_sequence;
use crate::memory::Memory;
use crate::passes::{Plan, Request, check_vocabulary};
use crate::questions::{Answer, Question, answers, last_states};

/// Tokens of which the states stand in memory at a time, unless one continuation has more.
const TOGETHER: usize = 1 << 16;

/// Tokens, and how many of the last are asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Continuation {
    ids: Vec<u32>,
    asked: usize,
}

impl Continuation {
    /// The tokens `asked` after those of `context`.
    ///
    /// # Errors
    /// [`Error::NoTokens`] if there is no context, or nothing is asked about.
    pub fn new(context: &[u32], asked: &[u32]) -> Result<Self, Error> {
        if context.is_empty() || asked.is_empty() {
            return Err(Error::NoTokens);
        }
        Ok(Self { ids: [context, asked].concat(), asked: asked.len() })
    }

    /// The context and what follows it.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Number of tokens that are asked about.
    pub fn n_asked(&self) -> usize {
        self.asked
    }

    /// What the model reads: all but the last token.
    fn read(&self) -> &[u32] {
        &self.ids[..self.ids.len() - 1]
    }
}

/// How likely a continuation is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// The natural log of its probability, summed over its tokens in f64.
    pub log_likelihood: f64,
    /// Whether none of its tokens has a likelier one in its place.
    pub is_greedy: bool,
}

/// The likelihood of every continuation, in their order.
///
/// The last token of a continuation is never read, so it may be one token longer than the model can read.
/// Sequences of one length go through the model together, those that read the same tokens once.
/// The numbers do not depend on the number of threads or on the memory. Progress counts tokens times layers.
///
/// # Errors
/// [`Error::SequenceTooLong`] beyond the model's limit plus one, [`Error::TokenId`] for a token without an embedding
/// (positions count from the context's first), [`Error::Memory`] for a limit below the least,
/// [`Error::NotFinite`] if the numbers overflow, and those of reading weights and of the device.
pub fn log_likelihoods(
    checkpoint: &Checkpoint,
    device: &Device,
    continuations: &[Continuation],
    memory: &Memory,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Likelihood>, Error> {
    for (i, one) in continuations.iter().enumerate() {
        check_vocabulary(&one.ids, checkpoint.architecture().vocabulary)?;
        check_sequence(i, one.read(), checkpoint)?;
    }
    on_device!(device, engine => on(checkpoint, engine, continuations, memory, on_progress))
}

fn on<E: Engine>(
    checkpoint: &Checkpoint,
    engine: &E,
    continuations: &[Continuation],
    memory: &Memory,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Likelihood>, Error> {
    let architecture = checkpoint.architecture();
    let capacity = |length| engine.capacity(length, &architecture.attention);
    let parts = parts(continuations);
    let planned = parts.iter().map(|part| {
        let (tokens, requests) = laid_out(continuations, part)?;
        Plan::of(&tokens, &requests, architecture, &capacity)
    });
    let plans = planned.collect::<Result<Vec<_>, Error>>()?;
    let size =
        |plan: &Plan| plan.batches.iter().map(|batch| batch.ids().len()).sum::<usize>() * architecture.n_layers();
    let total = plans.iter().map(size).sum::<usize>() as u64;
    let (mut found, mut before) = (vec![None; continuations.len()], 0);
    for (part, plan) in parts.iter().zip(&plans) {
        let mut on_part = |progress: Progress| on_progress(Progress { done: before + progress.done, total });
        let states = last_states(checkpoint, engine, plan, memory, &mut on_part)?;
        let questions = questions(plan, continuations, part);
        let answers = answers(checkpoint, engine, &states, &questions)?;
        for (question, answer) in questions.iter().zip(&answers) {
            found[part[question.asker]] = Some(with(found[part[question.asker]], answer));
        }
        before += size(plan) as u64;
    }
    Ok(found.into_iter().map(|found| found.expect("a token of every continuation is asked about")).collect())
}

/// Indices of continuations in order of length and tokens, in parts of about [`TOGETHER`] tokens.
fn parts(continuations: &[Continuation]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..continuations.len()).collect();
    order.sort_by_key(|&i| (continuations[i].read().len(), continuations[i].read()));
    let (mut parts, mut tokens) = (Vec::new(), TOGETHER);
    for i in order {
        let own = continuations[i].read().len();
        if tokens + own > TOGETHER {
            parts.push(Vec::new());
            tokens = 0;
        }
        tokens += own;
        parts.last_mut().expect("a part is begun").push(i);
    }
    parts
}

/// What a part reads, one continuation after the other, and the rows that predict what each asks about.
fn laid_out(continuations: &[Continuation], part: &[usize]) -> Result<(Tokens, Vec<Request>), Error> {
    let (mut ids, mut requests) = (Vec::new(), Vec::new());
    for (word, &i) in part.iter().enumerate() {
        let one = &continuations[i];
        let (start, length) = (ids.len(), one.read().len());
        ids.extend_from_slice(one.read());
        requests.push(Request { list: 0, word, read: start..start + length, rows: length - one.asked..length });
    }
    let offsets = vec![0..0; ids.len()];
    Ok((Tokens::new(Vec::new(), ids, offsets)?, requests))
}

/// A question for each token that is asked about.
fn questions(plan: &Plan, continuations: &[Continuation], part: &[usize]) -> Vec<Question> {
    let (mut questions, mut first) = (Vec::new(), 0);
    for (batch, wanted) in plan.batches.iter().zip(&plan.wanted) {
        for wanted in wanted {
            let one = &continuations[part[wanted.word]];
            let asked = (0..).zip(&one.ids[one.ids.len() - one.asked..]).zip(wanted.rows.clone());
            questions.extend(asked.map(|((token, &id), row)| Question {
                row: first + row,
                asker: wanted.word,
                token,
                id,
            }));
        }
        first += batch.n_kept();
    }
    questions
}

/// The likelihood of one token more.
fn with(before: Option<Likelihood>, answer: &Answer) -> Likelihood {
    let before = before.unwrap_or(Likelihood { log_likelihood: 0.0, is_greedy: true });
    Likelihood {
        log_likelihood: before.log_likelihood + answer.log_probability,
        is_greedy: before.is_greedy && answer.is_likeliest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::processor_as_gpu;
    use crate::likelihood::{greedy, log_probabilities};
    use crate::reference::{Sketch, cpu};

    fn ids(n: u32, seed: u32) -> Vec<u32> {
        (0..n).map(|t| (t * t + 3 * t + seed) % 31).collect()
    }

    /// Continuations of several lengths, some of which read the same tokens, in no order.
    fn some() -> Result<Vec<Continuation>, Error> {
        let shared = ids(9, 4);
        let mut all = vec![Continuation::new(&ids(40, 1), &ids(25, 2))?, Continuation::new(&[3], &[7])?];
        for last in [5, 9, 11] {
            all.push(Continuation::new(&shared, &[last])?);
            all.push(Continuation::new(&shared[..5], &[&shared[5..], &[last]].concat())?);
        }
        all.push(Continuation::new(&ids(2, 8), &ids(7, 3))?);
        Ok(all)
    }

    #[test]
    fn a_continuation_has_the_probabilities_of_its_tokens() -> Result<(), Error> {
        let (checkpoint, all) = (Sketch { tied: false, ..Sketch::default() }.write().open()?, some()?);
        let sequences: Vec<Vec<u32>> = all.iter().map(|one| one.ids().to_vec()).collect();
        let expected = log_probabilities(&checkpoint, &cpu(), &sequences)?;
        for device in [cpu(), processor_as_gpu()] {
            let found = log_likelihoods(&checkpoint, &device, &all, &Memory::default(), &mut |_| ())?;
            for ((one, found), expected) in all.iter().zip(&found).zip(&expected) {
                let expected: f64 = expected[expected.len() - one.n_asked()..].iter().sum();
                assert!((found.log_likelihood - expected).abs() < 1e-3, "{one:?}: {found:?} for {expected}");
            }
        }
        Ok(())
    }

    #[test]
    fn what_reads_the_same_tokens_is_read_once() -> Result<(), Error> {
        let (checkpoint, all) = (Sketch::default().write().open()?, some()?);
        let mut last = None;
        log_likelihoods(&checkpoint, &cpu(), &all[2..8], &Memory::default(), &mut |progress| last = Some(progress))?;
        let layers = checkpoint.architecture().n_layers() as u64;
        assert_eq!(last, Some(Progress { done: 9 * layers, total: 9 * layers }));
        Ok(())
    }

    #[test]
    fn only_the_likeliest_continuation_is_greedy() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let mut asked = greedy(&checkpoint, &cpu(), &[4, 9], 6)?;
        let ask = |asked: &[u32]| -> Result<bool, Error> {
            let one = [Continuation::new(&[4, 9], asked)?];
            Ok(log_likelihoods(&checkpoint, &cpu(), &one, &Memory::default(), &mut |_| ())?[0].is_greedy)
        };
        assert!(ask(&asked)?);
        asked[3] = (asked[3] + 1) % 31;
        assert!(!ask(&asked)?);
        Ok(())
    }

    #[test]
    fn what_cannot_be_read_is_refused() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let ask = |n| -> Result<Vec<Likelihood>, Error> {
            let one = [Continuation::new(&ids(n, 0), &[1])?];
            log_likelihoods(&checkpoint, &cpu(), &one, &Memory::default(), &mut |_| ())
        };
        assert!(ask(64).is_ok() && matches!(ask(65), Err(Error::SequenceTooLong { length: 65, .. })));
        assert!(Continuation::new(&[], &[1]).is_err() && Continuation::new(&[1], &[]).is_err());
        Ok(())
    }

    #[test]
    fn parts_change_no_number() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let many = (0..1800).map(|i| Continuation::new(&ids(40 + i % 24, i), &[i % 31]));
        let many = many.collect::<Result<Vec<_>, Error>>()?;
        assert!(parts(&many).len() > 1);
        let ask = |some: &[Continuation]| log_likelihoods(&checkpoint, &cpu(), some, &Memory::default(), &mut |_| ());
        assert_eq!(ask(&many)?[1500..], ask(&many[1500..])?);
        Ok(())
    }
}
