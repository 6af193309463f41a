//! How likely a model finds a text, and what it would write next.

use crate::Error;
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers};
use crate::device::{Device, on_device};
use crate::distribution::Distribution;
use crate::engine::Engine;
use crate::head::logits;
use crate::hidden_states::check_sequence;
use crate::passes::check_vocabulary;

/// The natural-log probability of each token from the second on, given those before it in its sequence.
///
/// A sequence of n tokens gives n - 1 numbers; only the first n - 1 tokens are read, so n may be the model's limit plus one.
///
/// # Errors
/// [`Error::SequenceTooLong`] beyond that, [`Error::TokenId`] for a token without an embedding
/// (positions count within a sequence), [`Error::NotFinite`] if the numbers overflow,
/// and those of reading weights and of the device.
pub fn log_probabilities(
    checkpoint: &Checkpoint,
    device: &Device,
    sequences: &[Vec<u32>],
) -> Result<Vec<Vec<f64>>, Error> {
    for (i, ids) in sequences.iter().enumerate() {
        check_vocabulary(ids, checkpoint.architecture().vocabulary)?;
        check_sequence(i, read(ids), checkpoint)?;
    }
    on_device!(device, engine => log_probabilities_on(checkpoint, engine, sequences))
}

fn log_probabilities_on<E: Engine>(
    checkpoint: &Checkpoint,
    engine: &E,
    sequences: &[Vec<u32>],
) -> Result<Vec<Vec<f64>>, Error> {
    let groups = equal_lengths(sequences, checkpoint, engine);
    let batch = |group: &Vec<usize>| {
        let ids = group.iter().flat_map(|&i| read(&sequences[i])).copied().collect();
        Batch::whole(ids, read(&sequences[group[0]]).len())
    };
    let batches: Vec<_> = groups.iter().map(batch).collect();
    let mut states = Vec::new();
    let mut visit = |kept: Kept<'_>| {
        states.extend_from_slice(kept.states);
        Ok(())
    };
    let decoder = Decoder::streamed(checkpoint, engine, Default::default());
    decoder.run(&batches, Layers::Last, &mut visit, &mut |_| ())?;
    let order: Vec<usize> = groups.into_iter().flatten().collect();
    let next: Vec<u32> = order.iter().flat_map(|&i| &sequences[i][1..]).copied().collect();
    let mut found = vec![LogProbability::default(); next.len()];
    logits(checkpoint, engine, &states, &mut |tile| {
        for (row, logits) in tile.rows() {
            found[row].hear(logits, (next[row] as usize).checked_sub(tile.id));
        }
    })?;
    let (mut answers, mut found) = (vec![Vec::new(); sequences.len()], found.iter().map(LogProbability::value));
    for i in order {
        answers[i] = found.by_ref().take(sequences[i].len() - 1).collect();
    }
    Ok(answers)
}

/// The `n` tokens that follow `prompt` if the likeliest is taken each time (of equals the lowest id).
///
/// All layers are held in memory at once.
///
/// # Errors
/// [`Error::NoTokens`] for an empty prompt, [`Error::SequenceTooLong`] if prompt and answer together are longer
/// than the model's limit plus one, [`Error::TokenId`] for a token without an embedding,
/// [`Error::NotFinite`] if the numbers overflow, and those of reading weights and of the device.
pub fn greedy(checkpoint: &Checkpoint, device: &Device, prompt: &[u32], n: usize) -> Result<Vec<u32>, Error> {
    if prompt.is_empty() {
        return Err(Error::NoTokens);
    }
    let (mut ids, length, limit) = (prompt.to_vec(), prompt.len() + n, checkpoint.architecture().limit);
    if length > limit + 1 {
        return Err(Error::SequenceTooLong { sequence: 0, length, limit });
    }
    check_vocabulary(prompt, checkpoint.architecture().vocabulary)?;
    on_device!(device, engine => continue_on(checkpoint, engine, &mut ids, length))?;
    Ok(ids.split_off(prompt.len()))
}

/// Appends the likeliest next token until there are `length`.
fn continue_on<E: Engine>(checkpoint: &Checkpoint, engine: &E, ids: &mut Vec<u32>, length: usize) -> Result<(), Error> {
    let decoder = Decoder::resident(checkpoint, engine)?;
    while ids.len() < length {
        let last = Batch::new(ids.clone(), ids.len(), vec![ids.len() - 1]);
        let mut state = Vec::new();
        let mut visit = |kept: Kept<'_>| {
            state = kept.states.to_vec();
            Ok(())
        };
        decoder.run(&[last], Layers::Last, &mut visit, &mut |_| ())?;
        let mut best = (f32::NEG_INFINITY, 0);
        logits(checkpoint, engine, &state, &mut |tile| best = likelier(best, tile.logits, tile.id))?;
        ids.push(best.1);
    }
    Ok(())
}

/// The tokens of a sequence that the model reads: all but the last, which it is only asked about.
fn read(ids: &[u32]) -> &[u32] {
    &ids[..ids.len().saturating_sub(1)]
}

/// Indices of the sequences that need reading, in groups that make one batch each.
fn equal_lengths<E: Engine>(sequences: &[Vec<u32>], checkpoint: &Checkpoint, engine: &E) -> Vec<Vec<usize>> {
    let length = |i: usize| read(&sequences[i]).len();
    let mut order: Vec<usize> = (0..sequences.len()).filter(|&i| length(i) > 0).collect();
    order.sort_by_key(|&i| length(i));
    let attention = &checkpoint.architecture().attention;
    let equal = order.chunk_by(|&a, &b| length(a) == length(b));
    equal.flat_map(|group| group.chunks(engine.capacity(length(group[0]), attention))).map(<[_]>::to_vec).collect()
}

/// The log probability of the token that came next, the logits coming in parts.
#[derive(Debug, Clone, Copy)]
struct LogProbability {
    distribution: Distribution,
    next: f64,
}

impl Default for LogProbability {
    fn default() -> Self {
        Self { distribution: Distribution::default(), next: f64::NAN }
    }
}

impl LogProbability {
    /// Takes some logits in; `next` is where among them the next token's would be.
    fn hear(&mut self, logits: &[f32], next: Option<usize>) {
        self.distribution.hear(logits);
        if let Some(logit) = next.and_then(|next| logits.get(next)) {
            self.next = f64::from(*logit);
        }
    }

    fn value(&self) -> f64 {
        self.distribution.log_probability(self.next)
    }
}

/// The larger of `best` and the largest of `logits`, whose first id is `first`; of equals the lowest id.
fn likelier(best: (f32, u32), logits: &[f32], first: usize) -> (f32, u32) {
    let ids = (first as u32..).zip(logits);
    ids.fold(best, |best, (id, &logit)| if logit > best.0 { (logit, id) } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{Sketch, Written, cpu};

    /// Log probabilities of one sequence by definition, in f64.
    fn expected(written: &Written, ids: &[u32]) -> Vec<f64> {
        let (_, logits) = written.answer(&ids[..ids.len() - 1]);
        let one = |(logits, next): (&Vec<f64>, &u32)| {
            logits[*next as usize] - logits.iter().map(|logit| logit.exp()).sum::<f64>().ln()
        };
        logits.iter().zip(&ids[1..]).map(one).collect()
    }

    #[test]
    fn agrees_with_plain_loops_whatever_the_lengths() -> Result<(), Error> {
        let written = Sketch { tied: false, ..Sketch::default() }.write();
        let sequences: Vec<Vec<u32>> =
            [5, 2, 65, 5, 1, 0, 9].iter().map(|&n| (0..n).map(|t| (t * t + 3 * t + n) % 31).collect()).collect();
        let found = log_probabilities(&written.open()?, &cpu(), &sequences)?;
        for (ids, found) in sequences.iter().zip(found) {
            let expected = if ids.len() < 2 { vec![] } else { expected(&written, ids) };
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "{found:?} {expected:?}");
        }
        Ok(())
    }

    #[test]
    fn greedy_takes_the_likeliest_each_time() -> Result<(), Error> {
        let written = Sketch::default().write();
        let found = greedy(&written.open()?, &cpu(), &[4, 9], 8)?;
        let mut ids = vec![4, 9];
        for _ in 0..8 {
            let (_, logits) = written.answer(&ids);
            let last: Vec<f32> = logits[logits.len() - 1].iter().map(|x| *x as f32).collect();
            ids.push(likelier((f32::NEG_INFINITY, 0), &last, 0).1);
        }
        assert_eq!(found, ids[2..]);
        Ok(())
    }

    #[test]
    fn greedy_stops_at_the_limit() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        assert_eq!(greedy(&checkpoint, &cpu(), &[4], 64)?.len(), 64);
        assert!(greedy(&checkpoint, &cpu(), &[4], 65).is_err());
        Ok(())
    }

    #[test]
    fn probabilities_sum_to_one_however_logits_come() {
        let logits = [3.0, -1.0, 0.5, 80.0, 79.0];
        for cut in 1..5 {
            let one = |next: usize| {
                let mut found = LogProbability::default();
                found.hear(&logits[..cut], Some(next));
                found.hear(&logits[cut..], next.checked_sub(cut));
                found.value().exp()
            };
            let sum: f64 = (0..5).map(one).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
    }

    #[test]
    fn of_equal_logits_the_lowest_id_is_taken() {
        let first = likelier((f32::NEG_INFINITY, 0), &[1.0, 7.0, 7.0], 10);
        assert_eq!(first, (7.0, 11));
        assert_eq!(likelier(first, &[7.0, 2.0], 13), (7.0, 11));
    }
}
