//! How the command line names maps of the cortex.

use clap::ValueEnum;
use gyrus_simulation::Map;

/// Where in the cortex which levels are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MapName {
    /// The farther from auditory cortex, the higher the level, the later and the longer.
    Hierarchy,
    /// Distance says nothing of what is heard.
    Scattered,
    /// As scattered, and nothing is heard but rate, duration, syllables and frequency.
    Shallow,
}

impl MapName {
    /// The map of this name.
    pub fn map(self) -> Map {
        match self {
            Self::Hierarchy => Map::Hierarchy,
            Self::Scattered => Map::Scattered,
            Self::Shallow => Map::Shallow,
        }
    }
}
