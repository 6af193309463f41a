//! Files with the states of every word: written as the states come, read one layer at a time.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use gyrus_activations::{Architecture, Sink};
use gyrus_ridge::Pca;
use half::f16;
use ndarray::{Array2, ArrayView1, s};
use safetensors::{Dtype, tensor::TensorInfo};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::Error;
use crate::keep::Keep;
use crate::mapped::{Mapped, TRANSCRIPT};
use crate::store::{persist, temporary};

/// Files that are filled with states as they are computed, one for each list of windows.
///
/// Every file has one tensor for each layer, `layer.0` ... `layer.L`, each `(words, kept numbers)`, and `unnormed` where asked for.
/// They appear under their names once [`ActivationWriter::finish`] is called, whole.
#[derive(Debug)]
pub struct ActivationWriter {
    files: Vec<Growing>,
    keep: Keep,
    /// The layer that is being gathered for its components.
    gathered: Vec<Array2<f32>>,
    losses: Vec<f64>,
}

/// One file on its way.
#[derive(Debug)]
struct Growing {
    path: PathBuf,
    file: NamedTempFile,
    n_words: usize,
    layers: Vec<Place>,
}

/// Where a layer stands in a file.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// First byte.
    first: u64,
    /// Numbers of a state, and how many of them are kept.
    width: usize,
    columns: usize,
}

/// A file of states, mapped into memory.
#[derive(Debug)]
pub struct ActivationFile {
    file: Mapped,
    layers: Vec<TensorInfo>,
}

impl ActivationWriter {
    /// Empty files for what `keep` keeps of the states of `architecture`; each of `lists` is a path and a number of words,
    /// and `transcript` the hash of the words that they say they are of ([`crate::transcript_hash`]).
    ///
    /// # Errors
    /// [`Error::Write`] naming the file that cannot be made.
    pub fn new(
        architecture: &Architecture,
        transcript: &str,
        lists: &[(PathBuf, usize)],
        keep: Keep,
        unnormed: bool,
    ) -> Result<Self, Error> {
        let lists = if keep == Keep::None { &[] } else { lists };
        let files = lists
            .iter()
            .map(|(path, n_words)| Growing::new(architecture, transcript, (path, *n_words), keep, unnormed));
        Ok(Self { files: files.collect::<Result<_, _>>()?, keep, gathered: Vec::new(), losses: Vec::new() })
    }

    /// Puts the files where they belong.
    ///
    /// # Errors
    /// [`Error::Write`] naming the file; files of that name from before stay whole.
    pub fn finish(self) -> Result<(), Error> {
        self.files.into_iter().try_for_each(|Growing { path, file, .. }| persist(file, &path))
    }

    /// The largest share of a layer's variance that its components leave out; 0 where states are kept whole.
    pub fn largest_loss(&self) -> f64 {
        self.losses.iter().copied().fold(0.0, f64::max)
    }

    /// The components of the gathered layer.
    fn reduce(&mut self, layer: usize) -> Result<(), Error> {
        for (growing, states) in self.files.iter_mut().zip(std::mem::take(&mut self.gathered)) {
            let columns = growing.layers[layer].columns;
            let x = states.mapv(f64::from);
            let pca = Pca::of(x.view(), columns)?;
            let kept: f64 = pca.variance().sum();
            self.losses.push(if kept > 0.0 { 1.0 - kept / pca.total_variance() } else { 0.0 });
            let mut scores = Array2::<f32>::zeros((x.nrows(), columns));
            let found = pca.transform(x.view()).mapv(|score| score as f32);
            scores.slice_mut(s![.., ..found.ncols()]).assign(&found);
            for (word, row) in scores.outer_iter().enumerate() {
                growing.write(layer, word, &row.to_vec(), Keep::F32)?;
            }
        }
        Ok(())
    }
}

impl Sink for ActivationWriter {
    fn state(&mut self, list: usize, layer: usize, word: usize, state: &[f32]) -> Result<(), gyrus_activations::Error> {
        match self.keep {
            Keep::None => Ok(()),
            Keep::F32 | Keep::F16 => self.files[list].write(layer, word, state, self.keep).map_err(into_sink),
            Keep::Components(_) => {
                if self.gathered.is_empty() {
                    let room = |growing: &Growing| Array2::zeros((growing.n_words, growing.layers[layer].width));
                    self.gathered = self.files.iter().map(room).collect();
                }
                self.gathered[list].row_mut(word).assign(&ArrayView1::from(state));
                Ok(())
            }
        }
    }

    fn layer_done(&mut self, layer: usize) -> Result<(), gyrus_activations::Error> {
        match self.keep {
            Keep::Components(_) => self.reduce(layer).map_err(into_sink),
            _ => Ok(()),
        }
    }
}

pub(crate) fn into_sink(error: Error) -> gyrus_activations::Error {
    gyrus_activations::Error::Sink(Box::new(error))
}

impl Growing {
    fn new(
        architecture: &Architecture,
        transcript: &str,
        (path, n_words): (&Path, usize),
        keep: Keep,
        unnormed: bool,
    ) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let n_layers = architecture.n_layers();
        let named = (0..=n_layers).map(|layer| (layer_name(layer), architecture.width_of(layer)));
        let tensors: Vec<(String, usize)> =
            named.chain(unnormed.then(|| (UNNORMED.to_owned(), architecture.width))).collect();
        let (header, layers, end) = header(&tensors, transcript, n_words, keep);
        let mut file = temporary(path).map_err(failed)?;
        file.write_all(&header).and_then(|()| file.as_file().set_len(end)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, n_words, layers })
    }

    /// Writes what is kept of one word at one layer, in f16 or in f32.
    fn write(&mut self, layer: usize, word: usize, numbers: &[f32], kind: Keep) -> Result<(), Error> {
        let Place { first, columns, .. } = self.layers[layer];
        let bytes: Vec<u8> = match kind {
            Keep::F16 => {
                if let Some(&value) = numbers.iter().find(|x| f16::from_f32(**x).is_infinite()) {
                    return Err(Error::BeyondHalf { path: self.path.clone(), layer, word: word + 1, value });
                }
                numbers.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect()
            }
            _ => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
        };
        let place = SeekFrom::Start(first + (word * columns) as u64 * kind.bytes());
        let file = self.file.as_file_mut();
        let written = file.seek(place).and_then(|_| file.write_all(&bytes));
        written.map_err(|source| Error::Write { path: self.path.clone(), source })
    }
}

/// The header of a safetensors file, the place of each tensor in the file, and the file's length.
fn header(tensors: &[(String, usize)], transcript: &str, n_words: usize, keep: Keep) -> (Vec<u8>, Vec<Place>, u64) {
    let dtype = if keep == Keep::F16 { "F16" } else { "F32" };
    let (mut entries, mut places, mut end) = (serde_json::Map::new(), Vec::new(), 0);
    entries.insert("__metadata__".into(), json!({ TRANSCRIPT: transcript }));
    for (name, width) in tensors {
        let columns = keep.columns(*width);
        let next = end + (n_words * columns) as u64 * keep.bytes();
        entries.insert(name.clone(), json!({"dtype": dtype, "shape": [n_words, columns], "data_offsets": [end, next]}));
        places.push(Place { first: end, width: *width, columns });
        end = next;
    }
    let mut text = serde_json::Value::Object(entries).to_string().into_bytes();
    // Tensors begin at a multiple of eight bytes.
    text.resize(text.len().next_multiple_of(8), b' ');
    let header = [&(text.len() as u64).to_le_bytes(), text.as_slice()].concat();
    let data = header.len() as u64;
    places.iter_mut().for_each(|place| place.first += data);
    (header, places, data + end)
}

/// The name of the states before the final norm.
const UNNORMED: &str = "unnormed";

fn layer_name(layer: usize) -> String {
    format!("layer.{layer}")
}

impl ActivationFile {
    /// Maps the file `path`.
    ///
    /// # Errors
    /// [`Error::Read`], or [`Error::Tensors`] if layers are missing, misshapen or of another type than F32 or F16.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Tensors { path: path.to_owned(), reason };
        let (file, metadata) = Mapped::open(path)?;
        let layers: Vec<TensorInfo> = (0..).map_while(|layer| metadata.info(&layer_name(layer)).cloned()).collect();
        let others = metadata.tensors().into_keys().filter(|name| name != UNNORMED).count() - layers.len();
        if layers.is_empty() || others > 0 {
            return Err(wrong("expected `layer.0` to `layer.L` and nothing else".into()));
        }
        for (layer, info) in layers.iter().enumerate() {
            let rows = info.shape.first() == layers[0].shape.first() && info.shape.len() == 2;
            if !rows || !matches!(info.dtype, Dtype::F32 | Dtype::F16) {
                let reason = format!(
                    "tensor `layer.{layer}` is {:?} {:?}, not (words, width) of F32 or F16",
                    info.dtype, info.shape
                );
                return Err(wrong(reason));
            }
        }
        Ok(Self { file, layers })
    }

    /// Number of layers, the input of the first block included.
    pub fn n_layers(&self) -> usize {
        self.layers.len()
    }

    /// Number of words.
    pub fn n_words(&self) -> usize {
        self.layers[0].shape[0]
    }

    /// The states of one layer, `(words, width)`.
    ///
    /// # Errors
    /// [`Error::Types`] if a state is not finite.
    pub fn layer(&self, layer: usize) -> Result<Array2<f32>, Error> {
        let info = &self.layers[layer];
        let bytes = self.file.bytes(info);
        let values: Vec<f32> = match info.dtype {
            Dtype::F16 => bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
            _ => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        };
        let states = Array2::from_shape_vec((info.shape[0], info.shape[1]), values).expect("a checked header");
        match states.indexed_iter().find(|(_, x)| !x.is_finite()) {
            None => Ok(states),
            Some(((row, column), value)) => {
                let what = format!("layer {layer} of `{}`", self.file.path().display());
                Err(gyrus_types::Error::NotFinite { what, row, column, value: f64::from(*value) }.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use gyrus_activations::{Checkpoint, DeviceChoice, Extraction, Precision, extract, extract_to, open_device};
    use gyrus_tests::write_checkpoint;
    use gyrus_types::{TokenWindow, Tokens};

    use super::*;

    type Failure = Box<dyn std::error::Error>;

    type Lists = [Vec<TokenWindow>; 2];

    fn tokens(n: usize) -> Result<(Tokens, Lists), gyrus_types::Error> {
        let ids = (0..n as u32).map(|t| t * t % 20).collect();
        let window =
            |n: usize| (0..40).map(move |t: usize| TokenWindow::new(t.saturating_sub(n)..t + 1, t..t + 1, t < n));
        let lists = [window(3).collect::<Result<_, _>>()?, window(9).collect::<Result<_, _>>()?];
        Ok((Tokens::new(vec![], ids, vec![0..0; n])?, lists))
    }

    /// States as they were read again, and as they were.
    type Pair = (Array2<f32>, Array2<f32>);

    /// States written as `keep` says and read again, beside those that never left memory.
    fn check(keep: Keep) -> Result<Vec<Pair>, Failure> {
        let folder = tempfile::tempdir()?;
        write_checkpoint(folder.path())?;
        let (checkpoint, device) = (Checkpoint::open(folder.path())?, open_device(DeviceChoice::Cpu, Precision::Full)?);
        let (tokens, lists) = tokens(40)?;
        let whole = extract(&checkpoint, &device, &tokens, &lists, &Extraction::default(), &mut |_| ())?;
        let paths = ["a", "b"].map(|name| folder.path().join("deep").join(name));
        let files: Vec<_> = paths.iter().map(|path| (path.clone(), 40)).collect();
        let mut writer = ActivationWriter::new(checkpoint.architecture(), "words", &files, keep, false)?;
        extract_to(&checkpoint, &device, &tokens, &lists, &Extraction::default(), &mut writer, &mut |_| ())?;
        assert!(paths.iter().all(|path| !path.exists()), "files appear once they are whole");
        writer.finish()?;
        let mut pairs = Vec::new();
        for (path, whole) in paths.iter().zip(whole) {
            let file = ActivationFile::open(path)?;
            assert_eq!((file.n_layers(), file.n_words()), (whole.n_layers(), whole.n_words()));
            for (layer, states) in whole.layers().iter().enumerate() {
                pairs.push((file.layer(layer)?, states.clone()));
            }
        }
        Ok(pairs)
    }

    #[test]
    fn states_come_back_as_they_were() -> Result<(), Failure> {
        assert!(check(Keep::F32)?.iter().all(|(found, expected)| found == expected));
        Ok(())
    }

    #[test]
    fn half_precision_keeps_eleven_bits() -> Result<(), Failure> {
        for (found, expected) in check(Keep::F16)? {
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= b.abs() / 2048.0 + 1e-7));
        }
        Ok(())
    }

    #[test]
    fn components_keep_the_distances_between_words() -> Result<(), Failure> {
        for (found, expected) in check(Keep::Components(1000))? {
            let distance = |x: &Array2<f32>, i: usize, j: usize| {
                let difference = &x.row(i) - &x.row(j);
                f64::from(difference.dot(&difference))
            };
            let largest = (1..40).map(|i| distance(&expected, 0, i)).fold(0.0, f64::max);
            for i in 1..40 {
                let apart = (distance(&found, 0, i) - distance(&expected, 0, i)).abs();
                assert!(apart <= 1e-5 * largest, "{apart} of {largest}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_truncated_file_is_an_error_that_names_it() -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("states.safetensors");
        std::fs::write(&path, [9, 0, 0, 0, 0, 0, 0, 0, b'{'])?;
        let error = ActivationFile::open(&path).expect_err("a truncated file");
        assert!(error.to_string().contains("states.safetensors"), "{error}");
        Ok(())
    }
}
