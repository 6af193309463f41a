//! Pieces of work on every thread at once, given out and taken back in order by the caller's thread.
//!
//! Threads never wait for the slowest of a group, and what the caller does with an answer (writing it, say)
//! happens while the next ones are made.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rayon::Yield;

use crate::Error;

/// How long a thread of the pool sleeps when it finds nothing to do.
const REST: Duration = Duration::from_millis(1);

/// Work in pieces.
pub(crate) trait Pieces {
    /// What a piece needs.
    type Input: Send;
    /// What it gives.
    type Output: Send;

    /// What piece `index` needs; asked in order, on the caller's thread.
    fn take(&mut self, index: usize) -> Result<Self::Input, Error>;

    /// Piece `index` has given `output`; told in order, on the caller's thread.
    fn give(&mut self, index: usize, output: Self::Output) -> Result<(), Error>;
}

/// Does `n` pieces by `work`, at most `most` of them between their `take` and their `give`.
///
/// # Errors
/// The first one met of `take`, `work` and `give`; pieces from there on are not given.
pub(crate) fn in_order<P: Pieces>(
    n: usize,
    most: usize,
    pieces: &mut P,
    work: impl Fn(usize, P::Input) -> Result<P::Output, Error> + Sync,
) -> Result<(), Error> {
    let (sender, receiver) = channel();
    let work = &work;
    rayon::in_place_scope(|scope| {
        let (mut taken, mut waiting) = (0, BTreeMap::new());
        for next in 0..n {
            while taken < n && taken < next + most.max(1) {
                let input = pieces.take(taken)?;
                let slot = Slot { index: taken, answer: None, sender: sender.clone() };
                scope.spawn(move |_| slot.fill(|index| work(index, input)));
                taken += 1;
            }
            while !waiting.contains_key(&next) {
                let (index, answer) = wait(&receiver);
                // Without an answer the piece has panicked, and the scope passes that on.
                let Some(answer) = answer else { return Ok(()) };
                waiting.insert(index, answer);
            }
            pieces.give(next, waiting.remove(&next).expect("it waits")?)?;
        }
        Ok(())
    })
}

/// Sends the answer of a piece when it is dropped, whatever happened to the piece.
struct Slot<O> {
    index: usize,
    answer: Option<O>,
    sender: Sender<(usize, Option<O>)>,
}

impl<O> Slot<O> {
    fn fill(mut self, work: impl FnOnce(usize) -> O) {
        self.answer = Some(work(self.index));
    }
}

impl<O> Drop for Slot<O> {
    fn drop(&mut self) {
        // Nobody listens any more after an error.
        let _ = self.sender.send((self.index, self.answer.take()));
    }
}

/// The next message; a thread of the pool works while it waits.
fn wait<T>(receiver: &Receiver<T>) -> T {
    loop {
        let rest = match receiver.try_recv() {
            Ok(message) => return message,
            Err(_) => match rayon::yield_now() {
                Some(Yield::Executed) => continue,
                Some(Yield::Idle) => REST,
                None => Duration::MAX,
            },
        };
        match receiver.recv_timeout(rest) {
            Ok(message) => return message,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("the caller holds a sender"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Numbers that are squared; counts those in between.
    #[derive(Default)]
    struct Squares {
        given: Vec<usize>,
        between: usize,
        most: usize,
        fails_at: Option<usize>,
    }

    impl Pieces for Squares {
        type Input = usize;
        type Output = usize;

        fn take(&mut self, index: usize) -> Result<usize, Error> {
            self.between += 1;
            self.most = self.most.max(self.between);
            Ok(index)
        }

        fn give(&mut self, index: usize, output: usize) -> Result<(), Error> {
            assert_eq!(output, index * index);
            self.between -= 1;
            self.given.push(index);
            if self.fails_at == Some(index) { Err(failure(index)) } else { Ok(()) }
        }
    }

    fn failure(layer: usize) -> Error {
        Error::NotFinite { layer, value: f32::NAN }
    }

    fn pool(threads: usize) -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads")
    }

    /// Earlier pieces take longer.
    fn square(index: usize, input: usize) -> Result<usize, Error> {
        std::thread::sleep(Duration::from_micros(200 * (7 - index as u64 % 8)));
        Ok(input * input)
    }

    #[test]
    fn answers_come_in_order_and_few_wait() {
        for threads in [1, 2, 5] {
            let mut squares = Squares::default();
            pool(threads).install(|| in_order(40, 6, &mut squares, square)).expect("squares");
            assert_eq!(squares.given, (0..40).collect::<Vec<_>>());
            assert!(squares.most <= 6);
        }
        let mut squares = Squares::default();
        in_order(40, 6, &mut squares, square).expect("squares, from a thread outside the pool");
        assert_eq!(squares.given.len(), 40);
    }

    #[test]
    fn the_first_error_is_told_and_nothing_after_it_is_given() {
        let mut squares = Squares { fails_at: Some(5), ..Squares::default() };
        let error = in_order(40, 6, &mut squares, square).expect_err("given a failure");
        assert!(matches!(error, Error::NotFinite { layer: 5, .. }));
        let mut squares = Squares::default();
        let fails = |index, input| if index >= 3 { Err(failure(index)) } else { square(index, input) };
        let error = in_order(40, 6, &mut squares, fails).expect_err("failing work");
        assert!(matches!(error, Error::NotFinite { layer: 3, .. }));
        assert_eq!(squares.given, [0, 1, 2]);
    }

    #[test]
    fn a_panic_is_passed_on() {
        let started = AtomicUsize::new(0);
        let run = || {
            in_order(9, 3, &mut Squares::default(), |index, input| {
                started.fetch_add(1, Ordering::Relaxed);
                assert!(index != 4, "piece 4");
                square(index, input)
            })
        };
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        assert!(started.into_inner() <= 7);
    }
}
