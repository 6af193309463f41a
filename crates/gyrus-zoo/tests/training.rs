//! Whole trainings of tiny models on made-up text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gyrus_activations::{Checkpoint, Device, DeviceChoice, Precision, hidden_states, open_device};
use gyrus_windows::Tokenizer;
use gyrus_zoo::{Error, Options, Recipe, Trained, train};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Settings of a small training but for its models.
const COMMON: &str = r#"
seed = 3
[text]
folder = "text"
held_out = 0.1
files = [{ name = "one.txt" }, { name = "two.txt", ends_before = "THE END" }]
[tokenizer]
vocabulary = 280
[training]
length = 16
sequences = 4
together = 2
warm_up = 3
last_rate = 0.1
betas = [0.9, 0.95]
weight_decay = 0.1
clip = 1.0
log_every = 4
save_every = 3
"#;

const LLAMA: &str = r#"
[[models]]
name = "llama"
steps = 12
learning_rate = 0.01
also_after = [5]
[models.config]
model_type = "llama"
hidden_size = 16
num_hidden_layers = 2
num_attention_heads = 4
num_key_value_heads = 2
intermediate_size = 24
max_position_embeddings = 32
tie_word_embeddings = true
"#;

const GPT2: &str = r#"
[[models]]
name = "gpt2"
steps = 8
learning_rate = 0.01
[models.config]
model_type = "gpt2"
n_embd = 16
n_layer = 2
n_head = 2
n_positions = 16
"#;

/// A configuration for each other family.
const OTHERS: [&str; 6] = [
    r#"{ model_type = "gpt_neox", hidden_size = 16, num_hidden_layers = 2, num_attention_heads = 2,
         intermediate_size = 24, max_position_embeddings = 16 }"#,
    r#"{ model_type = "gptj", n_embd = 16, n_layer = 2, n_head = 2, rotary_dim = 4, n_positions = 16 }"#,
    r#"{ model_type = "opt", hidden_size = 16, word_embed_proj_dim = 8, num_hidden_layers = 2, num_attention_heads = 2,
         ffn_dim = 24, max_position_embeddings = 16 }"#,
    r#"{ model_type = "mistral", hidden_size = 16, num_hidden_layers = 2, num_attention_heads = 4, num_key_value_heads = 1,
         intermediate_size = 24, max_position_embeddings = 16, sliding_window = 5 }"#,
    r#"{ model_type = "qwen2", hidden_size = 16, num_hidden_layers = 2, num_attention_heads = 4, num_key_value_heads = 2,
         intermediate_size = 24, max_position_embeddings = 16 }"#,
    r#"{ model_type = "mpt", d_model = 16, n_layers = 2, n_heads = 4, max_seq_len = 16 }"#,
];

/// A folder with two texts and a recipe.
struct House {
    dir: TempDir,
}

impl House {
    fn new(recipe: &str) -> Result<Self, std::io::Error> {
        let house = Self { dir: tempfile::tempdir()? };
        fs::create_dir(house.dir.path().join("text"))?;
        fs::write(house.dir.path().join("text/one.txt"), text(1))?;
        fs::write(house.dir.path().join("text/two.txt"), text(2) + "\n THE END \nindex, 1\n")?;
        house.write(recipe)?;
        Ok(house)
    }

    fn write(&self, recipe: &str) -> Result<(), std::io::Error> {
        fs::write(self.dir.path().join("recipe.toml"), recipe)
    }

    fn out(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Trains into the folder `out`, at most some steps; gives the models and how many steps were done.
    fn train(&self, out: &str, most: Option<u64>) -> Result<(Vec<Trained>, u64), Error> {
        let recipe = Recipe::open(&self.dir.path().join("recipe.toml"))?;
        let options = Options { out: self.out(out), only: Vec::new(), most };
        let mut steps = 0;
        let trained = train(&recipe, &cpu()?, &options, &mut |_| steps += 1)?;
        Ok((trained, steps))
    }
}

fn cpu() -> Result<Device, gyrus_activations::Error> {
    open_device(DeviceChoice::Cpu, Precision::Full)
}

/// Sentences of a few words in an order that can be learnt.
fn text(seed: usize) -> String {
    let words = ["the", "cat", "sat", "on", "a", "mat", "and", "saw", "rats", "Père", "who", "ran"];
    let mut at = seed;
    let mut word = |i: usize| {
        at = (at * 5 + i % 7 + 3) % words.len();
        words[at].to_owned() + if i % 11 == 10 { ".\n" } else { "  " }
    };
    (0..4000).map(&mut word).collect()
}

/// Every file below `dir` with its bytes.
fn files(dir: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, std::io::Error> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?.into_iter().map(|(name, bytes)| (path.join(name), bytes)));
        } else {
            found.insert(path.clone(), fs::read(&path)?);
        }
    }
    Ok(found.into_iter().map(|(path, bytes)| (path.strip_prefix(dir).unwrap_or(&path).to_owned(), bytes)).collect())
}

/// Two folders hold the same files with the same bytes.
fn check_same(a: &Path, b: &Path) -> Outcome {
    let (a, b) = (files(a)?, files(b)?);
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let other: Vec<_> = a.iter().filter(|(path, bytes)| b[*path] != **bytes).map(|(path, _)| path).collect();
    assert!(other.is_empty() && a.len() > 5, "{other:?}");
    Ok(())
}

#[test]
fn a_killed_training_goes_on_to_the_same_bytes() -> Outcome {
    let house = House::new(&[COMMON, LLAMA, GPT2].concat())?;
    let (whole, steps) = house.train("whole", None)?;
    assert_eq!((whole.len(), steps), (3, 20));
    // States are saved after steps 3, 6 and 9 of the first model, and 3 and 6 of the second.
    for (most, finished) in [(4, 0), (7, 0), (7, 2), (4, 2)] {
        let (trained, steps) = house.train("killed", Some(most))?;
        assert_eq!((trained.len(), steps), (finished, most), "{most}");
    }
    let (again, steps) = house.train("killed", None)?;
    assert_eq!((&again, steps), (&whole, 2));
    check_same(&house.out("killed"), &house.out("whole"))
}

#[test]
fn threads_change_no_byte() -> Outcome {
    let house = House::new(&[COMMON, LLAMA, GPT2].concat())?;
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        pool.install(|| house.train(&threads.to_string(), None))?;
    }
    check_same(&house.out("1"), &house.out("3"))
}

#[test]
fn what_is_finished_is_found_and_never_mixed() -> Outcome {
    let house = House::new(&[COMMON, GPT2].concat())?;
    let first = house.train("out", None)?;
    assert_eq!(house.train("out", None)?, (first.0, 0));
    house.write(&[COMMON, GPT2].concat().replace("learning_rate = 0.01", "learning_rate = 0.02"))?;
    let error = house.train("out", None).expect_err("another recipe's model");
    assert!(matches!(error, Error::Foreign { .. }), "{error}");
    fs::remove_dir_all(house.out("out"))?;
    house.train("out", Some(4))?;
    house.write(&[COMMON, GPT2].concat().replace("seed = 3", "seed = 4"))?;
    let error = house.train("out", None).expect_err("another recipe's state").to_string();
    assert!(error.contains("gpt2.safetensors` was left by another recipe"), "{error}");
    Ok(())
}

#[test]
fn every_family_learns_and_is_read_back() -> Outcome {
    let model = |(i, config): (usize, &&str)| {
        let config = config.replace('\n', " ");
        format!("[[models]]\nname = \"m{i}\"\nsteps = 40\nlearning_rate = 0.01\nalso_after = [1]\nconfig = {config}\n")
    };
    let others: String = OTHERS.iter().enumerate().map(model).collect();
    let longer = [LLAMA, GPT2].concat().replace("steps = 12", "steps = 40").replace("steps = 8", "steps = 40");
    let longer = longer.replace("also_after = [5]\n", "").replace("steps = 40", "steps = 40\nalso_after = [1]");
    let house = House::new(&[COMMON, &longer, &others].concat())?;
    let (trained, _) = house.train("out", None)?;
    assert_eq!(trained.len(), 16);
    for pair in trained.chunks(2) {
        let (before, after) = (pair[0].bits_per_character, pair[1].bits_per_character);
        assert!(after < 0.9 * before, "{}: {before} to {after}", pair[1].model_type);
        let dir = house.out("out").join(&pair[1].name);
        let ids = Tokenizer::open(&dir)?.tokens("the cat sat on Père")?.ids().to_vec();
        let ids = ndarray::Array2::from_shape_vec((1, ids.len()), ids)?;
        let states = hidden_states(&Checkpoint::open(&dir)?, &cpu()?, ids.view())?;
        assert_eq!(states.logits.dim().2, 280);
    }
    let families: Vec<_> = trained.chunks(2).map(|pair| pair[0].model_type.as_str()).collect();
    assert_eq!(families, ["llama", "gpt2", "gpt_neox", "gptj", "opt", "mistral", "qwen2", "mpt"]);
    Ok(())
}

/// A recipe with one change is refused by an error that says `expected`, and nothing is written.
fn check_refused(from: &str, to: &str, expected: &str) -> Outcome {
    let recipe = [COMMON, LLAMA, GPT2].concat();
    assert!(recipe.contains(from), "{from}");
    let house = House::new(&recipe.replacen(from, to, 1))?;
    let error = house.train("out", None).expect_err(to);
    let chain = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let said = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    assert!(said.contains(expected), "{to}: {said}");
    assert!(!house.out("out").join("llama").exists() && !house.out("out").join("state").exists(), "{to}");
    Ok(())
}

#[test]
fn bad_values_are_refused_before_training() -> Outcome {
    check_refused("held_out = 0.1", "held_out = 1.0", "`text.held_out`: `1`, expected a share between 0 and 1")?;
    check_refused("vocabulary = 280", "vocabulary = 256", "`tokenizer.vocabulary`: `256`, expected at least 257")?;
    check_refused("vocabulary = 280", "vocabulary = 28000", "`28000` ids are asked for, the text is good for")?;
    check_refused("together = 2", "together = 3", "`training.together`: `3`, expected a divisor")?;
    check_refused("sequences = 4", "sequences = 0", "`training.sequences`: `0`, expected a positive whole number")?;
    check_refused("last_rate = 0.1", "last_rate = 2.0", "`training.last_rate`: `2`, expected a share")?;
    check_refused("betas = [0.9", "betas = [1.0", "`training.betas`: `1`")?;
    check_refused("clip = 1.0", "clip = 0.0", "`training.clip`: `0`, expected a positive number")?;
    check_refused("weight_decay = 0.1", "weight_decay = nan", "`training.weight_decay`: `NaN`")?;
    check_refused("warm_up = 3", "warm_up = 12", "`models.llama.steps`: `12`, expected more than `training.warm_up`")?;
    check_refused("also_after = [5]", "also_after = [12]", "`models.llama.also_after`: `12`, expected steps from 1")?;
    check_refused("learning_rate = 0.01", "learning_rate = -1.0", "`models.llama.learning_rate`: `-1`")?;
    check_refused("name = \"llama\"", "name = \"../llama\"", "`models.name`: `../llama`, expected letters")?;
    check_refused("name = \"llama\"", "name = \"gpt2\"", "`models.name`: `gpt2`, expected a name of its own")?;
    check_refused("steps = 12", "step = 12", "unknown field `step`")?;
    check_refused("seed = 3", "seed = -3", "is not a recipe")?;
    check_refused(
        "length = 16",
        "length = 17",
        "`training.length`: `17`, expected at most the 16 tokens that model `gpt2`",
    )?;
    Ok(())
}

#[test]
fn configurations_that_cannot_be_trained_are_refused_by_model() -> Outcome {
    let wrong = "`hidden_size`: `\"wide\"`, expected a positive whole number";
    check_refused("hidden_size = 16", "hidden_size = \"wide\"", "the model `llama`, whose configuration")?;
    check_refused("hidden_size = 16", "hidden_size = \"wide\"", wrong)?;
    check_refused("model_type = \"gpt2\"", "model_type = \"mamba\"", "unknown `model_type`: `mamba`")?;
    check_refused("n_positions = 16", "n_positions = 16\nvocab_size = 9", "`models.gpt2.config.vocab_size`")
}

#[test]
fn texts_that_are_absent_or_too_short_are_named() -> Outcome {
    check_refused("one.txt", "none.txt", "none.txt`")?;
    check_refused("THE END", "THE BEGINNING", "two.txt` has no line `THE BEGINNING`")?;
    check_refused("held_out = 0.1", "held_out = 0.001", "held-out part of `one.txt`'s text has")
}

#[test]
fn a_rate_that_is_too_high_stops_with_a_word() -> Outcome {
    let house = House::new(&[COMMON, GPT2].concat().replace("learning_rate = 0.01", "learning_rate = 1e30"))?;
    let error = house.train("out", None).expect_err("numbers overflow").to_string();
    assert!(error.contains("model `gpt2` has the loss") && error.contains("lower its `learning_rate`"), "{error}");
    Ok(())
}

#[test]
fn a_damaged_state_is_refused_by_name() -> Outcome {
    let house = House::new(&[COMMON, GPT2].concat())?;
    house.train("out", Some(4))?;
    let path = house.out("out").join("state/gpt2.safetensors");
    let bytes = fs::read(&path)?;
    fs::write(&path, &bytes[..bytes.len() - 5])?;
    let error = house.train("out", None).expect_err("cut short").to_string();
    assert!(error.contains("gpt2.safetensors` is not the state of a training"), "{error}");
    Ok(())
}
