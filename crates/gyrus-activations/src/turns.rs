//! The rotations of every position, once for each kind of rotation that the blocks use.

use crate::architecture::Architecture;
use crate::rotary::{Rotary, Turns};

/// A table for each different rotation of a model.
pub(crate) struct TurnTables {
    tables: Vec<(Rotary, Turns)>,
}

impl TurnTables {
    /// Tables for positions 0 to `tokens` - 1.
    pub(crate) fn new(architecture: &Architecture, tokens: usize) -> Self {
        let mut tables: Vec<(Rotary, Turns)> = Vec::new();
        for rotary in architecture.layers.iter().filter_map(|layer| layer.rotary.as_ref()) {
            if tables.iter().all(|(other, _)| other != rotary) {
                tables.push((rotary.clone(), rotary.turns(tokens)));
            }
        }
        Self { tables }
    }

    /// The table of one of the model's rotations.
    pub(crate) fn of(&self, rotary: &Rotary) -> &Turns {
        let found = self.tables.iter().find(|(other, _)| other == rotary);
        &found.expect("every layer's rotation has a table").1
    }
}
