//! How likely a model finds a text, and what it would write next.

use rayon::prelude::*;

use crate::Error;
use crate::batch::{Batch, capacity};
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers};
use crate::device::Device;
use crate::head::Head;
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
    let groups = equal_lengths(sequences, checkpoint);
    let batch = |group: &Vec<usize>| {
        let ids = group.iter().flat_map(|&i| read(&sequences[i])).copied().collect();
        Batch::whole(ids, read(&sequences[group[0]]).len())
    };
    let batches: Vec<_> = groups.iter().map(batch).collect();
    let head = Head::load(checkpoint, device)?;
    let mut answers = vec![Vec::new(); sequences.len()];
    let mut visit = |Kept { batch, states, .. }: Kept<'_>| {
        let group = &groups[batch];
        let next: Vec<u32> = group.iter().flat_map(|&i| &sequences[i][1..]).copied().collect();
        let mut found = Vec::with_capacity(next.len());
        head.logits(states, device, &mut |logits| {
            let rows = logits.par_chunks_exact(head.vocabulary()).zip(&next[found.len()..]);
            found.par_extend(rows.map(|(logits, next)| log_probability(logits, *next)));
        })?;
        for (&i, found) in group.iter().zip(found.chunks(batches[batch].length())) {
            answers[i] = found.to_vec();
        }
        Ok(())
    };
    Decoder::streamed(checkpoint, device).run(&batches, Layers::Last, &mut visit, &mut |_| ())?;
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
    let (decoder, head) = (Decoder::resident(checkpoint, device)?, Head::load(checkpoint, device)?);
    while ids.len() < length {
        let last = Batch::new(ids.clone(), ids.len(), vec![ids.len() - 1]);
        let mut visit = |kept: Kept<'_>| head.logits(kept.states, device, &mut |logits| ids.push(largest(logits)));
        decoder.run(&[last], Layers::Last, &mut visit, &mut |_| ())?;
    }
    Ok(ids.split_off(prompt.len()))
}

/// The tokens of a sequence that the model reads: all but the last, which it is only asked about.
fn read(ids: &[u32]) -> &[u32] {
    &ids[..ids.len().saturating_sub(1)]
}

/// Indices of the sequences that need reading, in groups that make one batch each.
fn equal_lengths(sequences: &[Vec<u32>], checkpoint: &Checkpoint) -> Vec<Vec<usize>> {
    let length = |i: usize| read(&sequences[i]).len();
    let mut order: Vec<usize> = (0..sequences.len()).filter(|&i| length(i) > 0).collect();
    order.sort_by_key(|&i| length(i));
    let attention = &checkpoint.architecture().attention;
    let equal = order.chunk_by(|&a, &b| length(a) == length(b));
    equal.flat_map(|group| group.chunks(capacity(length(group[0]), attention))).map(<[_]>::to_vec).collect()
}

/// logit_next - log(sum of exp(logit)), in f64.
fn log_probability(logits: &[f32], next: u32) -> f64 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&logit| f64::from(logit - most).exp()).sum();
    f64::from(logits[next as usize]) - f64::from(most) - sum.ln()
}

fn largest(logits: &[f32]) -> u32 {
    let best = logits.iter().enumerate().fold(0, |best, (i, logit)| if *logit > logits[best] { i } else { best });
    best as u32
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
            ids.push(largest(&last));
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
    fn probabilities_sum_to_one() {
        let logits = [3.0, -1.0, 0.5, 80.0, 79.0];
        let sum: f64 = (0..5).map(|next| log_probability(&logits, next).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }

    #[test]
    fn of_equal_logits_the_lowest_id_is_taken() {
        assert_eq!(largest(&[1.0, 7.0, 7.0, 2.0]), 1);
    }
}
