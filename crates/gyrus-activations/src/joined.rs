//! Queries, keys and values of the first block, made once for each id instead of once for each token.
//!
//! Where a state before the first block depends on its id alone, so do they: positions come in later, by rotation or as
//! a bias. Windows that overlap then share this product, and its numbers are the same to the last bit.

use crate::batch::Batch;
use crate::block::Block;
use crate::engine::Engine;
use crate::entrance::Entrance;

/// Bytes that the table may take: it is one of the small tables beside the program.
const MOST: usize = 16 << 20;

/// Queries, keys and values for every id that occurs.
pub(crate) struct Joined<E: Engine> {
    /// Ascending.
    ids: Vec<u32>,
    /// `(ids, queries | keys | values)`.
    table: E::Array,
}

impl<E: Engine> Joined<E> {
    /// The table, of `columns` columns, unless states depend on more than ids or it would be too large.
    pub(crate) fn of(entrance: Entrance<'_, E>, block: &Block<E>, columns: usize, engine: &E) -> Option<Self> {
        if !entrance.depends_on_ids_alone() || entrance.ids().len() * columns * size_of::<f32>() > MOST {
            return None;
        }
        let table = block.joined(&entrance.of_ids(entrance.ids()), engine);
        Some(Self { ids: entrance.into_ids(), table })
    }

    /// Those of a batch, `(tokens, queries | keys | values)`.
    pub(crate) fn of_batch(&self, batch: &Batch, engine: &E) -> E::Array {
        let row = |id: &u32| self.ids.partition_point(|other| other < id);
        engine.select(&self.table, &batch.ids().iter().map(row).collect::<Vec<_>>())
    }
}
