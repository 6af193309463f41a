//! A model on disk, checked in full before anything is computed, and its untrained twin.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use crate::Error;
use crate::architecture::Architecture;
use crate::config::Config;
use crate::family::Family;
use crate::inventory::{Beginning, Inventory, Slot};
use crate::shards::Shards;

/// A causal language model: what it computes and where its weights come from.
///
/// Every weight is known to be there in the right shape and number type.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    dir: PathBuf,
    architecture: Arc<Architecture>,
    inventory: Arc<Inventory>,
    source: Source,
}

/// Where weights come from.
#[derive(Debug, Clone)]
enum Source {
    /// Files.
    Mapped(Arc<Shards>),
    /// A seed.
    Untrained(u64),
}

impl Checkpoint {
    /// The model in the folder `dir`, in Hugging Face layout: `config.json` and `model.safetensors` or its shards.
    ///
    /// Weights are mapped, not read: opening is quick and takes no memory.
    ///
    /// # Errors
    /// Any [`Error`] that names a file: unreadable, damaged, of an unknown family,
    /// with a meaningless setting, or with a weight missing or of a wrong shape or number type.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let config = Config::open(&dir.join("config.json"))?;
        let family = Family::of(&config)?;
        let architecture = Architecture::read(&config, family)?;
        let shards = Shards::open(dir)?;
        let names = &family.names;
        let bare = shards.has(&format!("{}.weight", names.embedding));
        let inventory = Inventory::new(&architecture, names, if bare { "" } else { names.prefix });
        for slot in inventory.slots() {
            shards.shard(&slot.name)?.check(&slot.name, &slot.shape)?;
        }
        Ok(Self {
            dir: dir.into(),
            architecture: architecture.into(),
            inventory: inventory.into(),
            source: Source::Mapped(shards.into()),
        })
    }

    /// The untrained twin: the same architecture with weights as its own initialiser draws them.
    ///
    /// Matrices are normal with standard deviation `initializer_range`, biases zero, gains one.
    /// The weights depend on the seed alone.
    pub fn untrained(&self, seed: u64) -> Self {
        Self { source: Source::Untrained(seed), ..self.clone() }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Number of weights; an output head tied to the embedding counts once.
    pub fn parameters(&self) -> u64 {
        self.inventory.slots().iter().map(|slot| slot.shape.iter().product::<usize>() as u64).sum()
    }

    /// What the model computes.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The names and shapes of its weights.
    pub(crate) fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// All numbers of a weight, row after row.
    pub(crate) fn values(&self, slot: &Slot) -> Result<Vec<f32>, Error> {
        match &self.source {
            Source::Mapped(shards) => shards.shard(&slot.name)?.values(&slot.name),
            Source::Untrained(seed) => Ok(draw(slot, *seed, self.architecture.initializer_range)),
        }
    }

    /// The numbers of some rows of a matrix, row after row.
    pub(crate) fn rows(&self, slot: &Slot, rows: &[u32]) -> Result<Vec<f32>, Error> {
        match &self.source {
            Source::Mapped(shards) => shards.shard(&slot.name)?.rows(&slot.name, rows),
            Source::Untrained(_) => {
                let (values, width) = (self.values(slot)?, slot.shape[1]);
                Ok(rows.iter().flat_map(|&row| &values[row as usize * width..][..width]).copied().collect())
            }
        }
    }
}

/// A weight before training; its random stream is its own, so the order of drawing does not matter.
fn draw(slot: &Slot, seed: u64, deviation: f64) -> Vec<f32> {
    let size = slot.shape.iter().product();
    match slot.beginning {
        Beginning::Zeros => vec![0.0; size],
        Beginning::Ones => vec![1.0; size],
        Beginning::Normal => {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&seed.to_le_bytes());
            key[8..16].copy_from_slice(&slot.index.to_le_bytes());
            let mut random = StdRng::from_seed(key);
            let normal = |_| (deviation * random.sample::<f64, _>(StandardNormal)) as f32;
            (0..size).map(normal).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::reference::{Sketch, Written};

    fn check(written: &Written, expected: &str) {
        let error = written.open().expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_file_cut_short_is_one_clear_error() {
        let written = Sketch::default().write();
        let path = written.dir.path().join("model.safetensors");
        let bytes = fs::read(&path).expect("the file");
        for end in [0, 5, 300, bytes.len() - 1] {
            fs::write(&path, &bytes[..end]).expect("a file");
            check(&written, "model.safetensors` is not a whole safetensors file");
        }
    }

    #[test]
    fn a_missing_tensor_is_named() {
        let written = Sketch::default().write();
        let missing = "model.layers.1.mlp.up_proj.weight";
        written.save(&written.dir.path().join("model.safetensors"), |name| name != missing);
        check(&written, "model.safetensors` has no tensor `model.layers.1.mlp.up_proj.weight`");
    }

    #[test]
    fn a_misshapen_tensor_is_named_with_both_shapes() {
        let written = Sketch::default().write();
        written.configure(&[("intermediate_size", "21")]);
        check(&written, "tensor `model.layers.0.mlp.gate_proj.weight` of shape [20, 24], expected [21, 24]");
    }

    #[test]
    fn an_unknown_family_is_named_with_those_supported() {
        let written = Sketch::default().write();
        written.configure(&[("model_type", r#""mamba""#)]);
        check(&written, "config.json` has the unknown `model_type`: `mamba`; supported: `llama`");
    }

    #[test]
    fn an_unknown_rotary_scaling_is_refused() {
        let written = Sketch::default().write();
        written.configure(&[("rope_scaling", r#"{"type": "yarn", "factor": 4.0}"#)]);
        check(&written, "other rotary scalings are not supported");
    }

    #[test]
    fn heads_that_cannot_share_keys_are_refused() {
        let written = Sketch::default().write();
        written.configure(&[("num_key_value_heads", "3")]);
        check(&written, "`num_key_value_heads`: `3`, expected a divisor of the 4 heads");
    }

    #[test]
    fn a_folder_without_weights_is_refused() {
        let written = Sketch::default().write();
        fs::remove_file(written.dir.path().join("model.safetensors")).expect("the file");
        check(&written, "holds neither `model.safetensors` nor");
    }

    #[test]
    fn both_layouts_of_rotary_settings_mean_the_same() -> Result<(), Error> {
        let written = Sketch::default().write();
        written.configure(&[("rope_theta", "500.0"), ("rope_scaling", r#"{"type": "linear", "factor": 2.0}"#)]);
        let old = written.open()?.architecture().position;
        let new = r#"{"rope_theta": 500.0, "rope_type": "linear", "factor": 2.0}"#;
        written.configure(&[("rope_parameters", new)]);
        assert_eq!(old, written.open()?.architecture().position);
        Ok(())
    }

    #[test]
    fn shards_hold_the_same_numbers_as_one_file() -> Result<(), Error> {
        let written = Sketch::default().write();
        let whole = written.open()?;
        let first = |name: &str| name.contains("layers.0");
        let map: serde_json::Map<_, _> = whole
            .inventory()
            .slots()
            .into_iter()
            .map(|slot| (slot.name.clone(), if first(&slot.name) { "a.safetensors" } else { "b.safetensors" }.into()))
            .collect();
        written.save(&written.dir.path().join("a.safetensors"), first);
        written.save(&written.dir.path().join("b.safetensors"), |name| !first(name));
        let index = serde_json::json!({ "weight_map": map }).to_string();
        fs::write(written.dir.path().join("model.safetensors.index.json"), index).expect("a file");
        fs::remove_file(written.dir.path().join("model.safetensors")).expect("the file");
        let sharded = written.open()?;
        for slot in whole.inventory().slots() {
            assert_eq!(whole.values(slot)?, sharded.values(slot)?, "{}", slot.name);
        }
        Ok(())
    }

    #[test]
    fn the_twin_depends_on_its_seed_alone() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        let slot = &checkpoint.inventory().blocks[1].attention_output.weight;
        let twin = |seed| checkpoint.untrained(seed).values(slot);
        assert_eq!(twin(5)?, twin(5)?);
        assert_ne!(twin(5)?, twin(6)?);
        assert_ne!(twin(5)?, checkpoint.values(slot)?);
        Ok(())
    }

    #[test]
    fn the_twin_begins_as_its_configuration_says() -> Result<(), Error> {
        let twin = Sketch { vocabulary: 4000, bias: true, ..Sketch::default() }.write().open()?.untrained(1);
        let embedding = twin.values(&twin.inventory().embedding)?;
        let square = embedding.iter().map(|x| f64::from(x * x)).sum::<f64>() / embedding.len() as f64;
        assert!((square.sqrt() - 0.02).abs() < 2e-4, "{square}");
        assert!(twin.values(&twin.inventory().final_norm)?.iter().all(|gain| *gain == 1.0));
        let bias = twin.inventory().blocks[0].attention_output.bias.as_ref().expect("a bias");
        assert!(twin.values(bias)?.iter().all(|bias| *bias == 0.0));
        Ok(())
    }

    #[test]
    fn rows_are_rows_of_the_whole() -> Result<(), Error> {
        let checkpoint = Sketch::default().write().open()?;
        for checkpoint in [checkpoint.untrained(2), checkpoint] {
            let slot = &checkpoint.inventory().embedding;
            let (values, rows) = (checkpoint.values(slot)?, checkpoint.rows(slot, &[3, 30])?);
            assert_eq!(rows, [&values[3 * 24..4 * 24], &values[30 * 24..]].concat());
        }
        Ok(())
    }
}
