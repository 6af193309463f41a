//! The steps of one channel, each with what it keeps between chunks.

use crate::fourier::{Blocks, Convolution, Gain, Scratch, Side};
use crate::resampling::{Polyphase, Recent};
use crate::{Error, Filter, HighGamma, Ratio, Step};

/// Steps that are done at once.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Filters, or filters and the envelopes of bands, whose gains are multiplied.
    Convolution { convolution: Convolution, normalised: bool },
    /// Another rate.
    Resample(Polyphase),
}

/// What a stage keeps of a channel.
#[derive(Debug, Clone)]
enum Kept {
    Blocks(Blocks),
    Recent(Recent),
}

/// What a thread needs for a stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Bench {
    scratch: Scratch,
    resampled: Vec<f64>,
}

/// One channel on its way.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    kept: Vec<Kept>,
    /// For each stage by what its bands are divided; empty for 1.
    scales: Vec<Vec<f64>>,
    /// What came out and was not taken yet.
    pub(super) out: Vec<f64>,
    first: Option<f64>,
    /// Whether every sample has the value of the first.
    pub(super) constant: bool,
}

/// The stages of steps for signals of `rate` hertz, and the rate after them.
pub(super) fn stages(steps: &[Step], mut rate: f64) -> Result<(Vec<Stage>, f64), Error> {
    let (mut stages, mut gain) = (Vec::new(), Gain::default());
    for (index, step) in steps.iter().enumerate() {
        match step {
            Step::Filter(filter) => gain = gain.and(filter.design(rate)?),
            Step::HighGamma(bands) => stages.push(envelope(bands, &std::mem::take(&mut gain), rate, index)?),
            Step::Resample(resample) => {
                stages.extend(filter(&std::mem::take(&mut gain), index.saturating_sub(1))?);
                let ratio = Ratio::between(rate, resample.rate)?;
                rate = resample.rate;
                stages.push(Stage::Resample(Polyphase::new(ratio)));
            }
        }
    }
    stages.extend(filter(&gain, steps.len().saturating_sub(1))?);
    Ok((stages, rate))
}

fn filter(gain: &Gain, step: usize) -> Result<Option<Stage>, Error> {
    if gain.is_empty() {
        return Ok(None);
    }
    let margin = gain.reach(Side::Both).map_err(|samples| Error::Unbounded { step, samples })?;
    Ok(Some(Stage::Convolution { convolution: Convolution::filter(gain, margin), normalised: false }))
}

fn envelope(bands: &HighGamma, before: &Gain, rate: f64, step: usize) -> Result<Stage, Error> {
    let filters = bands.filters(rate)?.into_iter();
    let gains = filters.map(|filter| Ok(before.and(Filter::Butterworth(filter).design(rate)?)));
    let gains: Vec<Gain> = gains.collect::<Result<_, Error>>()?;
    let reach = |gain: &Gain| gain.reach(Side::Positive).map_err(|samples| Error::Unbounded { step, samples });
    let margin = gains.iter().map(reach).try_fold(0, |most, reach| reach.map(|reach| reach.max(most)))?;
    let convolution = Convolution::envelope(&gains, bands.value, margin);
    Ok(Stage::Convolution { convolution, normalised: bands.normalised })
}

impl Stage {
    /// Samples on either side of each that it looks at, at the rate before it.
    pub(super) fn margin(&self) -> usize {
        match self {
            Self::Convolution { convolution, .. } => convolution.margin(),
            Self::Resample(filter) => filter.reach(),
        }
    }

    /// Samples that become `samples` others.
    pub(super) fn ratio(&self) -> Option<Ratio> {
        match self {
            Self::Convolution { .. } => None,
            Self::Resample(filter) => Some(filter.ratio()),
        }
    }

    /// Samples that it keeps of a channel, when it is fed all of a long chunk at once.
    pub(super) fn kept(&self, chunk: usize) -> usize {
        match self {
            Self::Convolution { convolution, .. } => convolution.size(),
            Self::Resample(filter) => 4 * filter.reach() + chunk.min(1 << 15),
        }
    }

    pub(super) fn normalised(&self) -> bool {
        matches!(self, Self::Convolution { normalised: true, .. })
    }
}

impl Channel {
    /// A channel at its beginning; with `totals`, the last stage sums the values of its bands.
    pub(super) fn new(stages: &[Stage], scales: Vec<Vec<f64>>, totals: bool) -> Self {
        let kept = stages.iter().enumerate().map(|(index, stage)| match stage {
            Stage::Convolution { convolution, .. } if totals && index + 1 == stages.len() => {
                Kept::Blocks(Blocks::with_totals(convolution))
            }
            Stage::Convolution { convolution, .. } => Kept::Blocks(Blocks::new(convolution)),
            Stage::Resample(_) => Kept::Recent(Recent::default()),
        });
        Self { kept: kept.collect(), scales, out: Vec::new(), first: None, constant: true }
    }

    /// Takes the next samples.
    pub(super) fn push(&mut self, stages: &[Stage], benches: &mut [Bench], x: &[f64], last: bool) {
        if let Some(&first) = x.first().filter(|_| self.constant) {
            let first = *self.first.get_or_insert(first);
            self.constant = x.iter().all(|value| *value == first);
        }
        feed(stages, &mut self.kept, &self.scales, benches, x, last, &mut self.out);
    }

    /// The sums of the values of the last stage's bands.
    pub(super) fn totals(&self) -> &[f64] {
        match self.kept.last() {
            Some(Kept::Blocks(blocks)) => blocks.totals(),
            _ => &[],
        }
    }
}

/// Gives samples to the first stage, what it gives to the next, and what the last gives to `out`.
fn feed(
    stages: &[Stage],
    kept: &mut [Kept],
    scales: &[Vec<f64>],
    benches: &mut [Bench],
    x: &[f64],
    last: bool,
    out: &mut Vec<f64>,
) {
    let Some(((stage, stages), (own, kept), (bench, benches))) = first_of(stages, kept, benches) else {
        return out.extend_from_slice(x);
    };
    let (scale, scales) = scales.split_first().map_or((&[][..], scales), |(scale, rest)| (scale.as_slice(), rest));
    match (stage, own) {
        (Stage::Convolution { convolution, .. }, Kept::Blocks(blocks)) => {
            blocks.push(convolution, scale, &mut bench.scratch, x, last, &mut |y, last| {
                feed(stages, kept, scales, benches, y, last, out);
            });
        }
        (Stage::Resample(filter), Kept::Recent(recent)) => {
            bench.resampled.clear();
            recent.push(filter, x, last, &mut bench.resampled);
            feed(stages, kept, scales, benches, &bench.resampled, last, out);
        }
        _ => unreachable!("what is kept was made for these stages"),
    }
}

type First<'a, T> = (&'a T, &'a [T]);
type FirstMut<'a, T> = (&'a mut T, &'a mut [T]);

fn first_of<'a>(
    stages: &'a [Stage],
    kept: &'a mut [Kept],
    benches: &'a mut [Bench],
) -> Option<(First<'a, Stage>, FirstMut<'a, Kept>, FirstMut<'a, Bench>)> {
    Some((stages.split_first()?, kept.split_first_mut()?, benches.split_first_mut()?))
}
