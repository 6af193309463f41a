//! One signal that comes in pieces, cut into stretches that overlap.
//!
//! The stretches stand at the same samples of the signal however it comes, so that answers do not depend on the pieces.
//! At its ends a signal is turned about its first and last sample, in time and in value, as far as it has samples.

use super::{Convolution, Scratch};

/// What is kept of a signal between its pieces.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    /// The stretch under way; its first sample is `margin` before the next that is to be given.
    stretch: Vec<f64>,
    margin: usize,
    /// Samples of the stretch that are there.
    filled: usize,
    /// Samples of the signal that came.
    received: usize,
    /// Samples that were given.
    given: usize,
    /// For each band the sum of its values, if it is asked for.
    totals: Vec<f64>,
}

impl Blocks {
    pub(crate) fn new(convolution: &Convolution) -> Self {
        let margin = convolution.margin();
        Self {
            stretch: vec![0.0; convolution.size()],
            margin,
            filled: margin,
            received: 0,
            given: 0,
            totals: Vec::new(),
        }
    }

    /// The same with the sum of the values of each band.
    pub(crate) fn with_totals(convolution: &Convolution) -> Self {
        Self { totals: vec![0.0; convolution.bands()], ..Self::new(convolution) }
    }

    /// The sums of the values of the bands.
    pub(crate) fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// Back to the beginning of a signal.
    pub(crate) fn clear(&mut self) {
        (self.filled, self.received, self.given) = (self.margin, 0, 0);
    }

    /// Takes the next samples; gives what can be given to `emit`, and says with the last of it that there is no more.
    pub(crate) fn push(
        &mut self,
        convolution: &Convolution,
        scales: &[f64],
        scratch: &mut Scratch,
        x: &[f64],
        last: bool,
        emit: &mut dyn FnMut(&[f64], bool),
    ) {
        self.received += x.len();
        let mut totals = std::mem::take(&mut self.totals);
        let mut block = |stretch: &[f64], most: usize| {
            emit(convolution.process(stretch, most, scales, &mut totals, scratch), false);
        };
        self.fill(x, usize::MAX, &mut block);
        if last {
            self.finish(&mut block);
            emit(&[], true);
        }
        self.totals = totals;
    }

    /// Appends samples, and works on each stretch that is whole; `end` is where the signal is known to end.
    fn fill(&mut self, mut x: &[f64], end: usize, block: &mut dyn FnMut(&[f64], usize)) {
        while !x.is_empty() {
            let taken = x.len().min(self.stretch.len() - self.filled);
            self.stretch[self.filled..][..taken].copy_from_slice(&x[..taken]);
            (self.filled, x) = (self.filled + taken, &x[taken..]);
            if self.filled == self.stretch.len() {
                self.work(end, block);
            }
        }
    }

    fn work(&mut self, end: usize, block: &mut dyn FnMut(&[f64], usize)) {
        if self.given == 0 {
            self.turn_left();
        }
        block(&self.stretch, end.saturating_sub(self.given));
        let hop = self.stretch.len() - 2 * self.margin;
        self.stretch.copy_within(hop.., 0);
        (self.given, self.filled) = (self.given + hop, 2 * self.margin);
    }

    fn finish(&mut self, block: &mut dyn FnMut(&[f64], usize)) {
        let end = self.received;
        if end == 0 {
            return;
        }
        if self.given == 0 {
            self.turn_left();
        }
        let beyond = self.turned_right();
        self.fill(&beyond, end, block);
        while self.given < end {
            self.stretch[self.filled..].fill(0.0);
            self.work(end, block);
        }
    }

    fn turn_left(&mut self) {
        let first = self.margin;
        for distance in 1..=self.margin {
            let there = distance < self.received;
            let turned = if there { 2.0 * self.stretch[first] - self.stretch[first + distance] } else { 0.0 };
            self.stretch[first - distance] = turned;
        }
    }

    fn turned_right(&self) -> Vec<f64> {
        let last = self.filled - 1;
        let turned = |distance: usize| match distance < self.received {
            true => 2.0 * self.stretch[last] - self.stretch[last - distance],
            false => 0.0,
        };
        (1..=self.margin).map(turned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Band, Fir};

    fn signal(n: usize) -> Vec<f64> {
        (0..n).map(|i| ((i * i) as f64 * 0.01).sin() + i as f64 * 0.01).collect()
    }

    /// The convolution by its definition.
    fn by_hand(x: &[f64], h: &[f64]) -> Vec<f64> {
        let (n, half) = (x.len() as isize, (h.len() / 2) as isize);
        let at = |i: isize| match i {
            i if i < 0 && -i < n => 2.0 * x[0] - x[(-i) as usize],
            i if i >= n && i - n + 1 < n => 2.0 * x[n as usize - 1] - x[(2 * (n - 1) - i) as usize],
            i if i < 0 || i >= n => 0.0,
            i => x[i as usize],
        };
        let value = |i: isize| (-half..=half).map(|k| h[(half + k) as usize] * at(i - k)).sum();
        (0..n).map(value).collect()
    }

    #[test]
    fn stretches_agree_with_the_definition_at_every_length() {
        let taps = Fir::new(Band::Pass(10.0, 30.0)).design(100.0).expect("it can be done");
        let convolution = Convolution::symmetric(&taps);
        for n in [1, 2, 3, 50, taps.half(), taps.half() + 1, 500, convolution.hop(), convolution.hop() + 1, 3_000] {
            let (x, mut blocks) = (signal(n), Blocks::new(&convolution));
            let (mut out, mut ends) = (Vec::<f64>::new(), 0);
            for piece in x.chunks(37) {
                blocks.push(&convolution, &[], &mut Scratch::default(), piece, false, &mut |y, _| out.extend(y));
            }
            blocks.push(&convolution, &[], &mut Scratch::default(), &[], true, &mut |y, end| {
                out.extend(y);
                ends += usize::from(end);
            });
            let expected = by_hand(&x, taps.values());
            assert_eq!((out.len(), ends), (n, 1));
            assert!(out.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{n}");
        }
    }
}
