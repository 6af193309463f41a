//! The residual streams of every batch between two layers: in memory as far as there is room, the rest in a file.
//!
//! The file has no name, so nothing is left behind whatever happens. What is kept where changes no number.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::Error;
use crate::batch::Batch;
use crate::engine::Engine;

/// One array `(tokens, width)` per batch, each put once and taken once per layer.
pub(crate) struct Streams<'a, E: Engine> {
    engine: &'a E,
    width: usize,
    here: Vec<Option<E::Array>>,
    /// First byte of each batch that has no room in memory.
    places: Vec<Option<u64>>,
    file: Option<File>,
    scratch: PathBuf,
}

impl<'a, E: Engine> Streams<'a, E> {
    /// Room for `memory` bytes of streams of `batches`, the first ones first; the rest goes to a file in `scratch`.
    pub(crate) fn new(
        engine: &'a E,
        batches: &[Batch],
        width: usize,
        memory: Option<u64>,
        scratch: PathBuf,
    ) -> Result<Self, Error> {
        let (mut room, mut end) = (memory.unwrap_or(u64::MAX), 0);
        let place = |batch: &Batch| {
            let bytes = bytes(batch, width);
            if bytes <= room {
                room -= bytes;
                return None;
            }
            room = 0;
            end += bytes;
            Some(end - bytes)
        };
        let places: Vec<_> = batches.iter().map(place).collect();
        let open =
            || tempfile::tempfile_in(&scratch).map_err(|source| Error::Scratch { path: scratch.clone(), source });
        let file = if end > 0 { Some(open()?) } else { None };
        Ok(Self { engine, width, here: batches.iter().map(|_| None).collect(), places, file, scratch })
    }

    /// Keeps the states of a batch.
    pub(crate) fn put(&mut self, batch: usize, x: E::Array) -> Result<(), Error> {
        let (Some(place), Some(file)) = (self.places[batch], &mut self.file) else {
            self.here[batch] = Some(x);
            return Ok(());
        };
        let values = self.engine.download(&x)?;
        let mut write = || {
            file.seek(SeekFrom::Start(place))?;
            values.chunks(CHUNK).try_for_each(|values| file.write_all(&to_bytes(values)))
        };
        write().map_err(|source| Error::Scratch { path: self.scratch.clone(), source })
    }

    /// Gives the states of `batch`, the one of this index, back.
    pub(crate) fn take(&mut self, index: usize, batch: &Batch) -> Result<E::Array, Error> {
        let (Some(place), Some(file)) = (self.places[index], &mut self.file) else {
            return Ok(self.here[index].take().expect("a batch is put before it is taken"));
        };
        let mut values = Vec::with_capacity(batch.ids().len() * self.width);
        let mut read = || {
            file.seek(SeekFrom::Start(place))?;
            let (mut left, mut buffer) = (batch.ids().len() * self.width, vec![0; size_of::<f32>() * CHUNK]);
            while left > 0 {
                let n = left.min(CHUNK);
                file.read_exact(&mut buffer[..size_of::<f32>() * n])?;
                values.extend(from_bytes(&buffer[..size_of::<f32>() * n]));
                left -= n;
            }
            Ok(())
        };
        read().map_err(|source| Error::Scratch { path: self.scratch.clone(), source })?;
        Ok(self.engine.upload(values, self.width))
    }
}

/// Numbers that pass between memory and file at once.
const CHUNK: usize = 1 << 16;

/// Bytes of the states of a batch.
pub(crate) fn bytes(batch: &Batch, width: usize) -> u64 {
    (batch.ids().len() * width * size_of::<f32>()) as u64
}

fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;

    /// Three batches of 2, 3 and 4 tokens, 5 numbers each, in `memory` bytes.
    fn check(memory: Option<u64>, expected_here: usize) -> Result<(), Error> {
        let (engine, folder) = (Host::new(), tempfile::tempdir().expect("a folder"));
        let batches: Vec<_> = (2..5).map(|n| Batch::whole(vec![0; n], n)).collect();
        let mut streams = Streams::new(&engine, &batches, 5, memory, folder.path().into())?;
        assert_eq!(streams.places.iter().filter(|place| place.is_none()).count(), expected_here);
        let values = |layer: usize, n: usize| (0..5 * n).map(|i| (100 * layer + 10 * n + i) as f32).collect::<Vec<_>>();
        for (index, batch) in batches.iter().enumerate() {
            streams.put(index, engine.upload(values(0, batch.length()), 5))?;
        }
        for layer in 0..2 {
            for (index, batch) in batches.iter().enumerate().rev() {
                let x = streams.take(index, batch)?;
                assert_eq!(engine.download(&x)?, values(layer, batch.length()));
                streams.put(index, engine.upload(values(layer + 1, batch.length()), 5))?;
            }
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
        Ok(())
    }

    #[test]
    fn all_in_memory() -> Result<(), Error> {
        check(None, 3)
    }

    #[test]
    fn some_in_a_file() -> Result<(), Error> {
        check(Some(100), 2)
    }

    #[test]
    fn all_in_a_file() -> Result<(), Error> {
        check(Some(0), 0)
    }

    #[test]
    fn a_scratch_folder_that_is_not_there_is_named() {
        let batches = [Batch::whole(vec![0], 1)];
        let error = Streams::new(&Host::new(), &batches, 5, Some(0), "/nowhere/at/all".into()).err();
        assert!(error.is_some_and(|error| error.to_string().contains("/nowhere/at/all")));
    }
}
