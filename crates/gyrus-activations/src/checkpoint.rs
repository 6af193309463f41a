//! A model on disk, checked in full before anything is computed, and its untrained twin.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use crate::Error;
use crate::architecture::{Architecture, Gain};
use crate::config::Config;
use crate::engine::{LinearWeights, NormWeights};
use crate::family::{Described, Family};
use crate::inventory::{Beginning, Inventory, LinearSlots, Naming, NormSlots, Slot};
use crate::tensors::{check_unread, naming, own_head};
use crate::weights::WeightFiles;

/// A causal language model: what it computes and where its weights come from.
///
/// Every weight is known to be there in the right shape and number type.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    dir: PathBuf,
    architecture: Arc<Architecture>,
    inventory: Arc<Inventory>,
    unknown_keys: Arc<[String]>,
    source: Source,
}

/// One weight of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// Its name in weight files.
    pub name: String,
    /// Numbers along each axis.
    pub shape: Vec<usize>,
    /// The numbers, the last axis fastest.
    pub values: Vec<f32>,
}

/// Where weights come from.
#[derive(Debug, Clone)]
enum Source {
    /// Files.
    Mapped(Arc<WeightFiles>),
    /// A seed.
    Untrained(u64),
}

impl Checkpoint {
    /// The model in the folder `dir`, in Hugging Face layout: `config.json` and weights as safetensors or as PyTorch
    /// writes them, in one file or several.
    ///
    /// Weights are mapped, not read: opening is quick and takes no memory.
    ///
    /// # Errors
    /// Any [`Error`] that names a file: unreadable, damaged, of an unknown family, with a setting that we do not
    /// compute, or with a weight that is missing, of a wrong shape or number type, or of no use to such a model.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let config = Config::open(&dir.join("config.json"))?;
        let family = Family::of(&config)?;
        let Described { mut architecture, unknown_keys } = family.read(&config)?;
        let files = WeightFiles::open(dir)?;
        let (layers, tensors) = (architecture.n_layers(), files.names().count());
        if layers > tensors {
            return Err(Error::Layers { path: config.path().into(), layers, tensors });
        }
        let naming = naming(&files, &family.names);
        architecture.output.tied &= !own_head(&files, &family.names, naming)?;
        let inventory = Inventory::new(&architecture, family, naming);
        // A body saved without its head gives states; whoever asks for logits is told which tensor is not there.
        let has_head = files.has(&inventory.output().name);
        for slot in if has_head { inventory.slots() } else { inventory.body_slots() } {
            files.check(&slot.name, &slot.shape)?;
        }
        check_unread(&files, &inventory, &family.names)?;
        Ok(Self {
            dir: dir.into(),
            architecture: architecture.into(),
            inventory: inventory.into(),
            unknown_keys: unknown_keys.into(),
            source: Source::Mapped(files.into()),
        })
    }

    /// The model that the `config.json` in the folder `dir` describes, not trained, whatever weights the folder has.
    ///
    /// Weights have the names that the family's own class saves them under, and begin as [`Checkpoint::untrained`] says.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`] that name the `config.json`.
    pub fn described(dir: &Path, seed: u64) -> Result<Self, Error> {
        let config = Config::open(&dir.join("config.json"))?;
        let family = Family::of(&config)?;
        let Described { architecture, unknown_keys } = family.read(&config)?;
        let naming = Naming { prefix: family.names.prefixes[0], head: family.names.heads[0] };
        let inventory = Inventory::new(&architecture, family, naming);
        Ok(Self {
            dir: dir.into(),
            architecture: architecture.into(),
            inventory: inventory.into(),
            unknown_keys: unknown_keys.into(),
            source: Source::Untrained(seed),
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

    /// Number of weights; an output head tied to the embedding counts once, and one that was not saved counts too.
    pub fn parameters(&self) -> u64 {
        self.inventory.slots().iter().map(|slot| slot.shape.iter().product::<usize>() as u64).sum()
    }

    /// Every weight, in a fixed order; an output head tied to the embedding is not repeated.
    ///
    /// # Errors
    /// Those of reading weights.
    pub fn weights(&self) -> Result<Vec<Weight>, Error> {
        let one =
            |slot: &Slot| Ok(Weight { name: slot.name.clone(), shape: slot.shape.clone(), values: self.values(slot)? });
        self.inventory.slots().into_iter().map(one).collect()
    }

    /// What the model computes.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Keys of `config.json` that no family is known to read, in alphabetical order.
    pub fn unknown_keys(&self) -> &[String] {
        &self.unknown_keys
    }

    /// The names and shapes of its weights.
    pub(crate) fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The weights of one product, its outputs in the order queries, keys, values or gate, rest.
    pub(crate) fn linear(&self, slots: &LinearSlots) -> Result<LinearWeights, Error> {
        let order = slots.grouping.map(|grouping| grouping.order());
        let values = match (&order, slots.weights.as_slice()) {
            (Some(order), [one]) => self.rows(one, order)?,
            (_, weights) => self.joined(weights)?,
        };
        let bias = (!slots.biases.is_empty()).then(|| self.joined(&slots.biases)).transpose()?;
        let bias = bias.map(|bias| match &order {
            Some(order) => order.iter().map(|&row| bias[row as usize]).collect(),
            None => bias,
        });
        let LinearSlots { inputs, outputs, transposed, .. } = *slots;
        Ok(LinearWeights { values, inputs, outputs, transposed, bias })
    }

    /// The weights of a norm, as long as the row it works on.
    pub(crate) fn norm(&self, slots: &NormSlots) -> Result<NormWeights, Error> {
        let stretched = |slots: &[Slot], width: usize| -> Result<Vec<f32>, Error> {
            Ok(self.joined(slots)?.into_iter().cycle().take(width).collect())
        };
        let mut gain = match slots.norm.gain {
            Gain::None => vec![1.0; slots.width],
            Gain::Weight | Gain::OnePlusWeight => stretched(&slots.weights, slots.width)?,
        };
        if slots.norm.gain == Gain::OnePlusWeight {
            gain.iter_mut().for_each(|gain| *gain += 1.0);
        }
        let bias = slots.norm.bias.then(|| stretched(&slots.biases, slots.width)).transpose()?;
        Ok(NormWeights { kind: slots.norm.kind, epsilon: slots.norm.epsilon, gain, bias, span: slots.span })
    }

    /// All numbers of some weights, one after the other.
    fn joined(&self, slots: &[Slot]) -> Result<Vec<f32>, Error> {
        let mut values = vec![0.0; slots.iter().map(Slot::size).sum()];
        let mut rest = values.as_mut_slice();
        for slot in slots {
            let (part, after) = rest.split_at_mut(slot.size());
            match &self.source {
                Source::Mapped(files) => files.read(&slot.name, part)?,
                Source::Untrained(seed) => part.copy_from_slice(&self.draw(slot, *seed)),
            }
            rest = after;
        }
        Ok(values)
    }

    /// All numbers of a weight, row after row.
    pub(crate) fn values(&self, slot: &Slot) -> Result<Vec<f32>, Error> {
        self.joined(std::slice::from_ref(slot))
    }

    /// The numbers of some rows of a matrix, row after row.
    pub(crate) fn rows(&self, slot: &Slot, rows: &[u32]) -> Result<Vec<f32>, Error> {
        match &self.source {
            Source::Mapped(files) => files.rows(&slot.name, rows),
            Source::Untrained(seed) => {
                let (values, width) = (self.draw(slot, *seed), slot.shape[1]);
                Ok(rows.iter().flat_map(|&row| &values[row as usize * width..][..width]).copied().collect())
            }
        }
    }

    /// A weight before training; its random stream is its own, so the order of drawing does not matter.
    fn draw(&self, slot: &Slot, seed: u64) -> Vec<f32> {
        match slot.beginning {
            Beginning::Zeros => vec![0.0; slot.size()],
            Beginning::Ones => vec![1.0; slot.size()],
            Beginning::Normal => {
                let mut key = [0; 32];
                key[..8].copy_from_slice(&seed.to_le_bytes());
                key[8..16].copy_from_slice(&slot.index.to_le_bytes());
                let mut random = StdRng::from_seed(key);
                let deviation = self.architecture.initializer_range;
                let normal = |_| (deviation * random.sample::<f64, _>(StandardNormal)) as f32;
                (0..slot.size()).map(normal).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::hidden_states::hidden_states;
    use crate::reference::{Sketch, Written, cpu};

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
    fn a_bias_that_the_configuration_leaves_out_is_named() {
        let written = Sketch { bias: true, ..Sketch::default() }.write();
        written.configure(&[("attention_bias", "false")]);
        check(&written, "has tensor `model.layers.0.self_attn.k_proj.bias`, which the model");
    }

    #[test]
    fn more_layers_than_tensors_are_refused() {
        let written = Sketch::default().write();
        written.configure(&[("num_hidden_layers", "1000")]);
        check(&written, "asks for `1000` layers");
    }

    #[test]
    fn a_head_that_differs_is_used_whatever_the_configuration_says() -> Result<(), Error> {
        let written = Sketch { tied: false, ..Sketch::default() }.write();
        written.configure(&[("tie_word_embeddings", "true")]);
        assert!(!written.open()?.architecture().output.tied);
        Ok(())
    }

    #[test]
    fn a_body_without_its_head_gives_states_and_no_logits() -> Result<(), Error> {
        let written = Sketch { tied: false, ..Sketch::default() }.write();
        written.save(&written.dir.path().join("model.safetensors"), |name| name != "lm_head.weight");
        let found = hidden_states(&written.open()?, &cpu(), ndarray::array![[1, 2]].view());
        assert!(found.is_err_and(|error| error.to_string().contains("has no tensor `lm_head.weight`")));
        Ok(())
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
        check(&written, "config.json` has the unknown `model_type`: `mamba`; supported: `gpt2`, `gptj`");
    }

    #[test]
    fn an_unknown_rotary_scaling_is_refused() {
        let written = Sketch::default().write();
        written.configure(&[("rope_scaling", r#"{"type": "mrope", "factor": 4.0}"#)]);
        check(
            &written,
            r#"`type`: `"mrope"`, expected `default`, `linear`, `dynamic`, `llama3`, `yarn` or `longrope`"#,
        );
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
        let old = written.open()?.architecture().layers.clone();
        let new = r#"{"rope_theta": 500.0, "rope_type": "linear", "factor": 2.0}"#;
        written.configure(&[("rope_parameters", new)]);
        assert_eq!(old, written.open()?.architecture().layers);
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
        let slot = &checkpoint.inventory().blocks[1].attention_output.weights[0];
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
        let norm = twin.norm(twin.inventory().final_norm.as_ref().expect("a norm"))?;
        assert!(norm.gain.iter().all(|gain| *gain == 1.0));
        let bias = twin.linear(&twin.inventory().blocks[0].attention_output)?.bias.expect("a bias");
        assert!(bias.iter().all(|bias| *bias == 0.0));
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
