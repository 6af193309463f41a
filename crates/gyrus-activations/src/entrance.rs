//! From token ids to the input of the first block.

use crate::Error;
use crate::architecture::{Embedding, Positions};
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::engine::Engine;

/// The rows of the embedding that some batches need, and what is done to them.
pub(crate) struct Entrance<'a, E: Engine> {
    engine: &'a E,
    embedding: Embedding,
    /// Every id that occurs, ascending.
    ids: Vec<u32>,
    /// Their scaled rows, `(ids, embedding width)`.
    rows: Vec<f32>,
    projection: Option<E::Linear>,
    /// What is added at each position, `(longest, width)`.
    positions: Option<Vec<f32>>,
    width: usize,
    norm: Option<E::Norm>,
}

impl<'a, E: Engine> Entrance<'a, E> {
    /// What `batches` need; each token's row is read once.
    pub(crate) fn load(checkpoint: &Checkpoint, batches: &[Batch], engine: &'a E) -> Result<Self, Error> {
        let (architecture, inventory) = (checkpoint.architecture(), checkpoint.inventory());
        let embedding = architecture.embedding;
        let mut ids: Vec<u32> = batches.iter().flat_map(Batch::ids).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let mut rows = checkpoint.rows(&inventory.embedding, &ids)?;
        if embedding.scale != 1.0 {
            rows.iter_mut().for_each(|x| *x *= embedding.scale as f32);
        }
        let longest = batches.iter().map(Batch::length).max().unwrap_or(0);
        let projection = inventory.project_in.as_ref().map(|slots| checkpoint.linear(slots)).transpose()?;
        let norm = inventory.embedding_norm.as_ref().map(|slots| checkpoint.norm(slots)).transpose()?;
        Ok(Self {
            engine,
            embedding,
            ids,
            rows,
            projection: projection.map(|weights| engine.linear(weights)),
            positions: positions(checkpoint, longest)?,
            width: architecture.width,
            norm: norm.map(|weights| engine.norm(weights)),
        })
    }

    /// The input of the first block, `(tokens, width)`.
    pub(crate) fn states(&self, batch: &Batch) -> E::Array {
        let x = self.projected(batch.ids());
        let x = match &self.positions {
            Some(positions) => {
                let added = positions[..batch.length() * self.width].repeat(batch.sequences());
                self.engine.add(x, &self.engine.upload(added, self.width))
            }
            None => x,
        };
        self.normed(x)
    }

    /// Whether the same id gives the same state wherever it stands.
    pub(crate) fn depends_on_ids_alone(&self) -> bool {
        self.positions.is_none()
    }

    /// The states of ids whatever their positions, `(ids, width)`.
    pub(crate) fn of_ids(&self, ids: &[u32]) -> E::Array {
        self.normed(self.projected(ids))
    }

    /// Every id that occurs, ascending.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Every id that occurs, ascending, and nothing else.
    pub(crate) fn into_ids(self) -> Vec<u32> {
        self.ids
    }

    /// The rows of the table, `(ids, width)`.
    fn projected(&self, ids: &[u32]) -> E::Array {
        let width = self.embedding.width;
        let row = |id: &u32| &self.rows[self.ids.partition_point(|other| other < id) * width..][..width];
        let mut rows = Vec::with_capacity(ids.len() * width);
        ids.iter().for_each(|id| rows.extend_from_slice(row(id)));
        let x = self.engine.upload(rows, width);
        match &self.projection {
            Some(projection) => self.engine.product(&x, projection),
            None => x,
        }
    }

    fn normed(&self, x: E::Array) -> E::Array {
        match &self.norm {
            Some(norm) => self.engine.normalise(&x, norm),
            None => x,
        }
    }
}

/// What is added at positions 0 to `longest` - 1, `(longest, width)`.
fn positions(checkpoint: &Checkpoint, longest: usize) -> Result<Option<Vec<f32>>, Error> {
    let width = checkpoint.architecture().width;
    match checkpoint.architecture().embedding.positions {
        None => Ok(None),
        Some(Positions::Learned { offset }) => {
            let slot = checkpoint.inventory().positions.as_ref().expect("learned positions have a table");
            let rows: Vec<u32> = (offset..offset + longest).map(|row| row as u32).collect();
            checkpoint.rows(slot, &rows).map(Some)
        }
        Some(Positions::Sinusoidal { offset }) => {
            Ok(Some((offset..offset + longest).flat_map(|position| sinusoids(position, width)).collect()))
        }
    }
}

/// sin(p f_i) for every i, then cos(p f_i), with f_i = 10000^(-i / (width / 2 - 1)); a last odd number is zero.
pub(crate) fn sinusoids(p: usize, width: usize) -> Vec<f32> {
    let half = width / 2;
    let angle = |i: usize| p as f64 * 10_000f64.powf(-(i as f64) / (half as f64 - 1.0));
    let mut row: Vec<f32> = (0..half).map(|i| angle(i).sin() as f32).collect();
    row.extend((0..half).map(|i| angle(i).cos() as f32));
    row.resize(width, 0.0);
    row
}
