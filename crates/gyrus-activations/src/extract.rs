//! Every layer's state for every window of a text.

use gyrus_types::{LayerActivations, Progress, TokenWindow, Tokens};
use ndarray::{Array1, ArrayView2, Axis};

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers, at_once};
use crate::device::{Device, on_device};
use crate::engine::Engine;
use crate::memory::{Memory, Need};
use crate::passes::{Plan, Pooling, Wanted};
use crate::sink::{Collected, Sink};

/// How states are made of windows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extraction {
    /// How the states of a word's tokens become one.
    pub pooling: Pooling,
    /// Whether the output of the last block before the final norm is given too, as layer `n_layers + 1`.
    pub unnormed: bool,
    /// How much memory the model and its states may take.
    pub memory: Memory,
}

/// One [`LayerActivations`] of `n_layers + 1` layers, each `(words, width)`, for each list of windows.
///
/// [`extract_to`] into memory.
///
/// # Errors
/// Those of [`extract_to`].
pub fn extract(
    checkpoint: &Checkpoint,
    device: &Device,
    tokens: &Tokens,
    windows: &[Vec<TokenWindow>],
    extraction: &Extraction,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<LayerActivations>, Error> {
    let n_words: Vec<usize> = windows.iter().map(Vec::len).collect();
    let mut collected = Collected::new(checkpoint.architecture(), &n_words, extraction.unnormed);
    extract_to(checkpoint, device, tokens, windows, extraction, &mut collected, on_progress)?;
    collected.finish()
}

/// Gives `sink` the state of every word at every layer, for each list of windows.
///
/// Each window is read exactly: the tokenizer's prefix, the window's tokens, and nothing before.
/// Windows that start at the same token share one pass, so a sweep over windows costs little more than its longest.
/// The numbers do not depend on the number of threads or on the memory. Progress counts tokens times layers.
///
/// # Errors
/// [`Error::TokenId`] for a token without an embedding, [`Error::WindowTooLong`] and [`Error::WindowBeyondText`]
/// for a window that cannot be read, [`Error::Memory`] for a limit below the least, [`Error::NotFinite`]
/// if the states overflow, and those of reading weights, of the device and of the sink.
pub fn extract_to(
    checkpoint: &Checkpoint,
    device: &Device,
    tokens: &Tokens,
    windows: &[Vec<TokenWindow>],
    extraction: &Extraction,
    sink: &mut dyn Sink,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<(), Error> {
    on_device!(device, engine => {
        let plan = plan(checkpoint, engine, tokens, windows, extraction.pooling)?;
        let layers = if extraction.unnormed { Layers::EveryAndUnnormed } else { Layers::Every };
        let need = Need::new(checkpoint, &plan.batches, at_once(engine));
        let room = (need.room(extraction.memory.limit)?, extraction.memory.scratch.clone());
        let decoder = Decoder::streamed(checkpoint, engine, room);
        let mut visit = |kept: Kept<'_>| {
            let (layer, last) = (kept.layer, kept.batch + 1 == plan.batches.len());
            deliver(kept, &plan.wanted, extraction.pooling, sink)?;
            if last { sink.layer_done(layer) } else { Ok(()) }
        };
        decoder.run(&plan.batches, layers, &mut visit, on_progress)
    })
}

/// What [`extract_to`] would need.
///
/// # Errors
/// Those of windows and tokens that [`extract_to`] refuses.
pub fn need(
    checkpoint: &Checkpoint,
    device: &Device,
    tokens: &Tokens,
    windows: &[Vec<TokenWindow>],
    extraction: &Extraction,
) -> Result<Need, Error> {
    on_device!(device, engine => {
        let plan = plan(checkpoint, engine, tokens, windows, extraction.pooling)?;
        Ok(Need::new(checkpoint, &plan.batches, at_once(engine)))
    })
}

fn plan<E: Engine>(
    checkpoint: &Checkpoint,
    engine: &E,
    tokens: &Tokens,
    windows: &[Vec<TokenWindow>],
    pooling: Pooling,
) -> Result<Plan, Error> {
    let architecture = checkpoint.architecture();
    let capacity = |length| engine.capacity(length, &architecture.attention);
    Plan::new(tokens, windows, pooling, architecture, &capacity)
}

/// Hands the states of a batch to the words they belong to.
fn deliver(kept: Kept<'_>, wanted: &[Vec<Wanted>], pooling: Pooling, sink: &mut dyn Sink) -> Result<(), Error> {
    let Kept { layer, batch, states, n_rows } = kept;
    let states = ArrayView2::from_shape((n_rows, states.len() / n_rows.max(1)), states).expect("whole rows of states");
    for Wanted { list, word, rows } in &wanted[batch] {
        let pooled = pool(states.slice(ndarray::s![rows.clone(), ..]), pooling);
        sink.state(*list, layer, *word, pooled.as_slice().expect("a row of its own"))?;
    }
    Ok(())
}

/// The state of a word of the states of its tokens, `(tokens, width)` to `(width)`; sums are made in f64.
fn pool(states: ArrayView2<'_, f32>, pooling: Pooling) -> Array1<f32> {
    let sum = |divisor: f64| (states.mapv(f64::from).sum_axis(Axis(0)) / divisor).mapv(|x| x as f32);
    match pooling {
        Pooling::Last => states.row(states.nrows() - 1).to_owned(),
        Pooling::Mean => sum(states.nrows() as f64),
        Pooling::Sum => sum(1.0),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Axis;

    use super::*;
    use crate::device::processor_as_gpu;
    use crate::hidden_states::hidden_states;
    use crate::reference::{Sketch, check_close, cpu};

    fn tokens(n: usize) -> Tokens {
        let ids = (0..n as u32).map(|t| (t * t * 7 + t * 3 + 2) % 31).collect();
        Tokens::new(vec![1], ids, vec![0..0; n]).expect("as many offsets as ids")
    }

    /// Windows of up to `length` tokens for words of one to three tokens.
    fn windows(n: usize, length: usize) -> Vec<TokenWindow> {
        let mut words = Vec::new();
        let mut start = 0;
        while start + 1 + words.len() % 3 <= n {
            let end = start + 1 + words.len() % 3;
            let first = end.saturating_sub(length.max(end - start));
            words.push(TokenWindow::new(first..end, start..end, end < length).expect("a window"));
            start = end;
        }
        words
    }

    fn pooled(pooling: Pooling) -> Extraction {
        Extraction { pooling, ..Extraction::default() }
    }

    fn run(
        checkpoint: &Checkpoint,
        tokens: &Tokens,
        windows: &[Vec<TokenWindow>],
        pooling: Pooling,
    ) -> Vec<LayerActivations> {
        extract(checkpoint, &cpu(), tokens, windows, &pooled(pooling), &mut |_| ()).expect("states")
    }

    /// Every window of a sweep against the window read on its own, pooled by definition.
    fn check(pooling: Pooling) -> Result<(), Error> {
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(60));
        let windows: Vec<_> = [1, 2, 5, 10, 63].map(|length| windows(60, length)).into();
        let found = run(&checkpoint, &tokens, &windows, pooling);
        for (windows, found) in windows.iter().zip(found) {
            for (word, window) in windows.iter().enumerate() {
                let ids = [tokens.prefix(), &tokens.ids()[window.tokens()]].concat();
                let ids = ArrayView2::from_shape((1, ids.len()), &ids).expect("one row");
                let alone = hidden_states(&checkpoint, &cpu(), ids)?;
                let own = window.pooled().len();
                for (layer, alone) in alone.hidden.iter().enumerate() {
                    let states = alone.index_axis(Axis(0), 0).mapv(f64::from);
                    let own = states.slice(ndarray::s![states.nrows() - own.., ..]).to_owned();
                    let expected = match pooling {
                        Pooling::Last => own.row(own.nrows() - 1).to_owned(),
                        Pooling::Mean => own.mean_axis(Axis(0)).expect("a token"),
                        Pooling::Sum => own.sum_axis(Axis(0)),
                    };
                    check_close(found.layer(layer).row(word).iter(), expected.into_iter(), &format!("word {word}"));
                }
            }
        }
        Ok(())
    }

    #[test]
    fn a_sweep_gives_each_window_read_alone() -> Result<(), Error> {
        check(Pooling::Last)
    }

    #[test]
    fn means_are_means() -> Result<(), Error> {
        check(Pooling::Mean)
    }

    #[test]
    fn sums_are_sums() -> Result<(), Error> {
        check(Pooling::Sum)
    }

    #[test]
    fn tokens_before_a_window_change_nothing() -> Result<(), Error> {
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(40));
        let windows = vec![windows(40, 6)];
        let mut ids = tokens.ids().to_vec();
        ids[..10].fill(0);
        let other = Tokens::new(vec![1], ids, tokens.offsets().to_vec())?;
        let found = run(&checkpoint, &tokens, &windows, Pooling::Last);
        let changed = run(&checkpoint, &other, &windows, Pooling::Last);
        for (word, window) in windows[0].iter().enumerate() {
            let same = (0..4).all(|layer| found[0].layer(layer).row(word) == changed[0].layer(layer).row(word));
            assert_eq!(same, window.tokens().start >= 10, "{window:?}");
        }
        Ok(())
    }

    #[test]
    fn the_bytes_do_not_depend_on_threads() -> Result<(), Box<dyn std::error::Error>> {
        let sketch = Sketch { width: 256, head_dim: 64, feed_forward: 512, limit: 512, ..Sketch::default() };
        let (checkpoint, tokens) = (sketch.write().open()?.untrained(3), tokens(900));
        let windows = vec![windows(900, 150), windows(900, 20)];
        let with = |threads| -> Result<_, rayon::ThreadPoolBuildError> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| run(&checkpoint, &tokens, &windows, Pooling::Mean)))
        };
        let one = with(1)?;
        assert_eq!(one, with(2)?);
        assert_eq!(one, with(5)?);
        Ok(())
    }

    #[test]
    fn a_small_memory_changes_no_number() -> Result<(), Box<dyn std::error::Error>> {
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(200));
        let (windows, scratch) = ([windows(200, 40), windows(200, 5)], tempfile::tempdir()?);
        let all = run(&checkpoint, &tokens, &windows, Pooling::Mean);
        let need = need(&checkpoint, &cpu(), &tokens, &windows, &pooled(Pooling::Mean))?;
        for room in [0, need.streams / 3, need.streams] {
            let memory = Memory { limit: Some(need.least() + room), scratch: scratch.path().into() };
            assert_eq!(need.spilled(memory.limit), need.streams - room);
            let extraction = Extraction { memory, ..pooled(Pooling::Mean) };
            let found = extract(&checkpoint, &cpu(), &tokens, &windows, &extraction, &mut |_| ())?;
            assert_eq!(found, all);
        }
        Ok(())
    }

    #[test]
    fn too_small_a_memory_is_an_error_that_says_what_is_needed() -> Result<(), Error> {
        let (checkpoint, tokens, windows) = (Sketch::default().write().open()?, tokens(40), [windows(40, 9)]);
        let memory = Memory { limit: Some(1000), scratch: Default::default() };
        let extraction = Extraction { memory, ..Extraction::default() };
        let least = need(&checkpoint, &cpu(), &tokens, &windows, &extraction)?.least();
        let error = extract(&checkpoint, &cpu(), &tokens, &windows, &extraction, &mut |_| ());
        let expected = format!("memory limit of 1000 bytes is too small: at least {least} are needed");
        assert_eq!(error.expect_err("1000 bytes").to_string(), expected);
        Ok(())
    }

    #[test]
    fn the_final_norm_of_the_unnormed_states_is_the_last_layer() -> Result<(), Error> {
        let (checkpoint, tokens, windows) = (Sketch::default().write().open()?, tokens(40), [windows(40, 9)]);
        let extraction = Extraction { unnormed: true, ..Extraction::default() };
        let found = extract(&checkpoint, &cpu(), &tokens, &windows, &extraction, &mut |_| ())?;
        assert_eq!(found[0].n_layers(), 5);
        let gain = checkpoint.values(&checkpoint.inventory().final_norm.as_ref().expect("a norm").weights[0])?;
        for (x, y) in found[0].layer(4).outer_iter().zip(found[0].layer(3).outer_iter()) {
            let root = (x.iter().map(|x| f64::from(x * x)).sum::<f64>() / x.len() as f64 + 1e-5).sqrt();
            let expected = x.iter().zip(&gain).map(|(x, gain)| f64::from(*x) / root * f64::from(*gain));
            check_close(y.iter(), expected, "normed");
        }
        Ok(())
    }

    #[test]
    fn a_gpu_agrees_with_the_processor() -> Result<(), Error> {
        let (checkpoint, tokens, windows) = (Sketch::default().write().open()?, tokens(40), [windows(40, 9)]);
        let here = run(&checkpoint, &tokens, &windows, Pooling::Last);
        let there = extract(&checkpoint, &processor_as_gpu(), &tokens, &windows, &pooled(Pooling::Last), &mut |_| ())?;
        for (here, there) in here[0].layers().iter().zip(there[0].layers()) {
            check_close(here.iter(), there.iter().map(|x| f64::from(*x)), "layer");
        }
        Ok(())
    }

    #[test]
    fn a_damaged_weight_is_found_in_its_layer() -> Result<(), Error> {
        let mut written = Sketch::default().write();
        written.damage("model.layers.1.mlp.down_proj.weight");
        let windows = [windows(20, 4)];
        let error = extract(&written.open()?, &cpu(), &tokens(20), &windows, &pooled(Pooling::Last), &mut |_| ());
        assert!(matches!(error, Err(Error::NotFinite { layer: 2, .. })), "{error:?}");
        Ok(())
    }

    #[test]
    fn the_twin_gives_other_states_of_the_same_shape() -> Result<(), Error> {
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(20));
        let windows = [windows(20, 4)];
        let trained = run(&checkpoint, &tokens, &windows, Pooling::Last);
        let twin = run(&checkpoint.untrained(4), &tokens, &windows, Pooling::Last);
        assert_eq!((twin[0].n_layers(), twin[0].n_words()), (trained[0].n_layers(), trained[0].n_words()));
        assert_eq!(twin, run(&checkpoint.untrained(4), &tokens, &windows, Pooling::Last));
        assert_ne!(twin, trained);
        Ok(())
    }

    #[test]
    fn a_window_beyond_the_limit_is_named() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let window = TokenWindow::new(3..67, 66..67, false)?;
        let error = extract(&checkpoint, &cpu(), &tokens(80), &[vec![window]], &pooled(Pooling::Last), &mut |_| ());
        let expected = "window of tokens 3..67 is 65 tokens long with its prefix, the model's limit is 64";
        assert_eq!(error.expect_err("too long").to_string(), expected);
        Ok(())
    }

    #[test]
    fn a_window_beyond_the_text_is_refused() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let window = TokenWindow::new(3..9, 8..9, false)?;
        assert!(
            extract(&checkpoint, &cpu(), &tokens(8), &[vec![window]], &pooled(Pooling::Last), &mut |_| ()).is_err()
        );
        Ok(())
    }

    #[test]
    fn progress_ends_at_its_total() -> Result<(), Error> {
        let mut last = None;
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(40));
        extract(&checkpoint, &cpu(), &tokens, &[windows(40, 9)], &pooled(Pooling::Last), &mut |progress| {
            last = Some(progress)
        })?;
        assert!(last.is_some_and(|Progress { done, total }| done == total && total > 0), "{last:?}");
        Ok(())
    }

    #[test]
    fn no_windows_give_no_words() -> Result<(), Error> {
        let found = run(&Sketch::default().write().open()?, &tokens(4), &[vec![]], Pooling::Last);
        assert_eq!((found.len(), found[0].n_words(), found[0].n_layers()), (1, 0, 4));
        Ok(())
    }
}
