//! Every layer's state for every window of a text.

use gyrus_types::{LayerActivations, Progress, TokenWindow, Tokens};
use ndarray::{Array2, ArrayView2, Axis};

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers};
use crate::device::Device;
use crate::passes::{Plan, Pooling, Wanted};

/// One [`LayerActivations`] of `n_layers + 1` layers, each `(words, width)`, for each list of windows.
///
/// Each window is read exactly: the tokenizer's prefix, the window's tokens, and nothing before.
/// Windows that start at the same token share one pass, so a sweep over windows costs little more than its longest.
/// The numbers do not depend on the number of threads. Progress counts tokens times layers.
///
/// # Errors
/// [`Error::TokenId`] for a token without an embedding, [`Error::WindowTooLong`] and [`Error::WindowBeyondText`]
/// for a window that cannot be read, [`Error::NotFinite`] if the states overflow,
/// and those of reading weights and of the device.
pub fn extract(
    checkpoint: &Checkpoint,
    device: &Device,
    tokens: &Tokens,
    windows: &[Vec<TokenWindow>],
    pooling: Pooling,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<LayerActivations>, Error> {
    let architecture = checkpoint.architecture();
    let plan = Plan::new(tokens, windows, pooling, architecture)?;
    let width = architecture.width;
    let empty = |windows: &Vec<_>| vec![Array2::zeros((windows.len(), width)); architecture.n_layers + 1];
    let mut answers: Vec<Vec<Array2<f32>>> = windows.iter().map(empty).collect();
    let mut visit = |Kept { layer, batch, states }: Kept<'_>| {
        let states = ArrayView2::from_shape((states.len() / width, width), states).expect("whole rows of states");
        for Wanted { list, word, rows } in &plan.wanted[batch] {
            let pooled = states.slice(ndarray::s![rows.clone(), ..]);
            answers[*list][layer].row_mut(*word).assign(&pool(pooled, pooling));
        }
        Ok(())
    };
    Decoder::streamed(checkpoint, device).run(&plan.batches, Layers::Every, &mut visit, on_progress)?;
    Ok(answers.into_iter().map(LayerActivations::new).collect::<Result<_, _>>()?)
}

/// The state of a word of the states of its tokens, `(tokens, width)` to `(width)`; sums are made in f64.
fn pool(states: ArrayView2<'_, f32>, pooling: Pooling) -> ndarray::Array1<f32> {
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

    fn run(
        checkpoint: &Checkpoint,
        tokens: &Tokens,
        windows: &[Vec<TokenWindow>],
        pooling: Pooling,
    ) -> Vec<LayerActivations> {
        extract(checkpoint, &cpu(), tokens, windows, pooling, &mut |_| ()).expect("states")
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
    fn a_gpu_agrees_with_the_processor() -> Result<(), Error> {
        let (checkpoint, tokens, windows) = (Sketch::default().write().open()?, tokens(40), [windows(40, 9)]);
        let here = run(&checkpoint, &tokens, &windows, Pooling::Last);
        let there = extract(&checkpoint, &processor_as_gpu(), &tokens, &windows, Pooling::Last, &mut |_| ())?;
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
        let error = extract(&written.open()?, &cpu(), &tokens(20), &windows, Pooling::Last, &mut |_| ());
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
        let error = extract(&checkpoint, &cpu(), &tokens(80), &[vec![window]], Pooling::Last, &mut |_| ());
        let expected = "window of tokens 3..67 is 65 tokens long with its prefix, the model's limit is 64";
        assert_eq!(error.expect_err("too long").to_string(), expected);
        Ok(())
    }

    #[test]
    fn a_window_beyond_the_text_is_refused() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let window = TokenWindow::new(3..9, 8..9, false)?;
        assert!(extract(&checkpoint, &cpu(), &tokens(8), &[vec![window]], Pooling::Last, &mut |_| ()).is_err());
        Ok(())
    }

    #[test]
    fn progress_ends_at_its_total() -> Result<(), Error> {
        let mut last = None;
        let (checkpoint, tokens) = (Sketch::default().write().open()?, tokens(40));
        extract(&checkpoint, &cpu(), &tokens, &[windows(40, 9)], Pooling::Last, &mut |progress| last = Some(progress))?;
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
