//! Which channels of a recording are asked for.

use anyhow::{Context, ensure};
use gyrus_formats::{Channel, Signals};

/// Some channels of a file, all of one rate.
#[derive(Debug)]
pub struct Chosen<'f> {
    /// The file.
    pub file: &'f dyn Signals,
    /// Their places in it.
    pub places: Vec<usize>,
}

impl<'f> Chosen<'f> {
    /// The channels of these names, or those that measure the brain and are not called bad; all that are not bad where the
    /// file says of none what it measures.
    ///
    /// # Errors
    /// A name that no channel has or that stands twice, channels of different rates, or none, or no samples.
    pub fn new(file: &'f dyn Signals, names: &[String]) -> anyhow::Result<Self> {
        let path = file.path().display();
        let find = |name: &String| {
            let there = || file.channels().iter().map(|channel| channel.name.as_str()).collect::<Vec<_>>().join(", ");
            file.find(name).with_context(|| format!("`{path}` has no channel `{name}`; it has {}", there()))
        };
        let places = match names {
            [] => file.neural(),
            names => names.iter().map(find).collect::<anyhow::Result<Vec<_>>>()?,
        };
        let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
        ensure!(
            twice.is_none(),
            "the channel `{}` stands twice in `--channels`",
            twice.map_or("", |(_, name)| name.as_str())
        );
        let first = places.first().map(|place| &file.channels()[*place]);
        let first = first.with_context(|| {
            format!(
                "`{path}` has no channel that measures the brain and is good; `--channels` names those that are wanted"
            )
        })?;
        let other = places.iter().map(|place| &file.channels()[*place]).find(|other| other.rate != first.rate);
        if let Some(Channel { name, rate, .. }) = other {
            let (one, expected) = (&first.name, first.rate);
            anyhow::bail!(
                "channel `{name}` of `{path}` has {rate} Hz and `{one}` has {expected}; name channels of one rate with `--channels`"
            );
        }
        let chosen = Self { file, places };
        ensure!(chosen.samples() > 0, "`{path}` has no samples");
        Ok(chosen)
    }

    /// Samples that all of them have.
    pub fn samples(&self) -> usize {
        self.channels().map(|channel| channel.samples).min().unwrap_or(0)
    }

    /// Samples a second.
    pub fn rate(&self) -> f64 {
        self.channels().next().map_or(f64::NAN, |channel| channel.rate)
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.channels().map(|channel| channel.name.clone()).collect()
    }

    fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.places.iter().map(|place| &self.file.channels()[*place])
    }
}
