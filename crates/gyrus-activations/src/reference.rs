//! A small random Llama that tests write to a folder, and the same model again in f64 with plain loops.
//!
//! It shares no code with the crate: it is the oracle.

use std::collections::HashMap;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use safetensors::tensor::{Dtype, TensorView, serialize_to_file};
use tempfile::TempDir;

use crate::{Checkpoint, Device, DeviceChoice, Error, Precision, open_device};

type Rows = Vec<Vec<f64>>;

/// A model small enough for loops.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    pub(crate) width: usize,
    pub(crate) heads: usize,
    pub(crate) kv_heads: usize,
    pub(crate) head_dim: usize,
    pub(crate) feed_forward: usize,
    pub(crate) n_layers: usize,
    pub(crate) vocabulary: usize,
    pub(crate) limit: usize,
    pub(crate) bias: bool,
    pub(crate) tied: bool,
}

/// A model on disk and the numbers in it.
pub(crate) struct Written {
    pub(crate) dir: TempDir,
    sketch: Sketch,
    weights: HashMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            width: 24,
            heads: 4,
            kv_heads: 2,
            head_dim: 6,
            feed_forward: 20,
            n_layers: 3,
            vocabulary: 31,
            limit: 64,
            bias: false,
            tied: true,
        }
    }
}

impl Sketch {
    /// Writes the model with random weights to a folder of its own.
    pub(crate) fn write(&self) -> Written {
        let mut random = StdRng::seed_from_u64(11);
        let mut draw = |name: &str, shape: &[usize]| {
            let size = shape.iter().product();
            let centre = if name.contains("norm") { 1.0 } else { 0.0 };
            let values = (0..size).map(|_| centre + 0.4 * random.random_range(-1.0..1.0f32)).collect();
            (name.to_string(), (shape.to_vec(), values))
        };
        let weights = self.shapes().into_iter().map(|(name, shape)| draw(&name, &shape)).collect();
        let written = Written { dir: TempDir::new().expect("a folder"), sketch: self.clone(), weights };
        written.save(&written.dir.path().join("model.safetensors"), |_| true);
        written.configure(&[]);
        written
    }

    fn shapes(&self) -> Vec<(String, Vec<usize>)> {
        let (d, q, k) = (self.width, self.heads * self.head_dim, self.kv_heads * self.head_dim);
        let linear = [
            ("self_attn.q_proj", q, d),
            ("self_attn.k_proj", k, d),
            ("self_attn.v_proj", k, d),
            ("self_attn.o_proj", d, q),
            ("mlp.gate_proj", self.feed_forward, d),
            ("mlp.up_proj", self.feed_forward, d),
            ("mlp.down_proj", d, self.feed_forward),
        ];
        let mut shapes = vec![
            ("model.embed_tokens.weight".to_string(), vec![self.vocabulary, d]),
            ("model.norm.weight".to_string(), vec![d]),
        ];
        if !self.tied {
            shapes.push(("lm_head.weight".into(), vec![self.vocabulary, d]));
        }
        for layer in 0..self.n_layers {
            let block = format!("model.layers.{layer}");
            shapes.push((format!("{block}.input_layernorm.weight"), vec![d]));
            shapes.push((format!("{block}.post_attention_layernorm.weight"), vec![d]));
            for (name, out, input) in linear {
                shapes.push((format!("{block}.{name}.weight"), vec![out, input]));
                if self.bias {
                    shapes.push((format!("{block}.{name}.bias"), vec![out]));
                }
            }
        }
        shapes
    }
}

impl Written {
    /// Writes the configuration, with some keys replaced by other JSON.
    pub(crate) fn configure(&self, replaced: &[(&str, &str)]) {
        let s = &self.sketch;
        let mut config = serde_json::json!({
            "model_type": "llama", "vocab_size": s.vocabulary, "hidden_size": s.width, "head_dim": s.head_dim,
            "intermediate_size": s.feed_forward, "num_hidden_layers": s.n_layers, "num_attention_heads": s.heads,
            "num_key_value_heads": s.kv_heads, "max_position_embeddings": s.limit, "rms_norm_eps": 1e-5,
            "attention_bias": s.bias, "mlp_bias": s.bias, "tie_word_embeddings": s.tied,
        });
        for (key, json) in replaced {
            config[key] = serde_json::from_str(json).expect("JSON in the test");
        }
        std::fs::write(self.dir.path().join("config.json"), config.to_string()).expect("a file");
    }

    /// Writes some of the weights to the file `path`.
    pub(crate) fn save(&self, path: &Path, which: impl Fn(&str) -> bool) {
        let bytes = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let chosen: Vec<_> = self.weights.iter().filter(|(name, _)| which(name)).collect();
        let data: Vec<_> = chosen.iter().map(|(_, (_, values))| bytes(values)).collect();
        let views = chosen.iter().zip(&data).map(|((name, (shape, _)), data)| {
            (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), data).expect("whole numbers of floats"))
        });
        serialize_to_file(views, None, path).expect("a file");
    }

    /// Makes one number of a weight infinite.
    pub(crate) fn damage(&mut self, name: &str) {
        let (_, values) = self.weights.get_mut(name).expect("a weight of this name");
        values[3] = f32::INFINITY;
        self.save(&self.dir.path().join("model.safetensors"), |_| true);
    }

    /// The model as the crate sees it.
    pub(crate) fn open(&self) -> Result<Checkpoint, Error> {
        Checkpoint::open(self.dir.path())
    }

    /// States `(layers + 1, tokens, width)` and logits `(tokens, vocabulary)` of one sequence.
    pub(crate) fn answer(&self, ids: &[u32]) -> (Vec<Rows>, Rows) {
        let embedding = self.matrix("model.embed_tokens.weight");
        let mut x: Rows = ids.iter().map(|&id| embedding[id as usize].clone()).collect();
        let mut hidden = vec![x.clone()];
        for layer in 0..self.sketch.n_layers {
            let block = format!("model.layers.{layer}");
            let normed = self.norm(&x, &format!("{block}.input_layernorm"));
            add(&mut x, &self.attention(&normed, &block));
            let normed = self.norm(&x, &format!("{block}.post_attention_layernorm"));
            add(&mut x, &self.feed_forward(&normed, &block));
            hidden.push(x.clone());
        }
        *hidden.last_mut().expect("one state per layer") = self.norm(&x, "model.norm");
        let head = if self.sketch.tied { "model.embed_tokens.weight" } else { "lm_head.weight" };
        let logits = product(&hidden[self.sketch.n_layers], &self.matrix(head));
        (hidden, logits)
    }

    fn matrix(&self, name: &str) -> Rows {
        let (shape, values) = &self.weights[name];
        values.chunks(shape[shape.len() - 1]).map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect()
    }

    fn linear(&self, x: &Rows, name: &str) -> Rows {
        let mut y = product(x, &self.matrix(&format!("{name}.weight")));
        if self.sketch.bias {
            let bias = &self.matrix(&format!("{name}.bias"))[0];
            y.iter_mut().for_each(|row| row.iter_mut().zip(bias).for_each(|(y, b)| *y += b));
        }
        y
    }

    fn norm(&self, x: &Rows, name: &str) -> Rows {
        let gain = &self.matrix(&format!("{name}.weight"))[0];
        let one = |row: &Vec<f64>| {
            let root = (row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64 + 1e-5).sqrt();
            row.iter().zip(gain).map(|(x, gain)| x / root * gain).collect()
        };
        x.iter().map(one).collect()
    }

    fn attention(&self, x: &Rows, block: &str) -> Rows {
        let s = &self.sketch;
        let (q, k, v) = (
            self.linear(x, &format!("{block}.self_attn.q_proj")),
            self.linear(x, &format!("{block}.self_attn.k_proj")),
            self.linear(x, &format!("{block}.self_attn.v_proj")),
        );
        let mut mixed = vec![vec![0.0; s.heads * s.head_dim]; x.len()];
        for head in 0..s.heads {
            let (own, shared) = (head * s.head_dim, head / (s.heads / s.kv_heads) * s.head_dim);
            let part = |row: &[f64], at: usize, t: usize| turn(&row[at..at + s.head_dim], t);
            for t in 0..x.len() {
                let query = part(&q[t], own, t);
                let scores: Vec<f64> =
                    (0..=t).map(|j| dot(&query, &part(&k[j], shared, j)) / (s.head_dim as f64).sqrt()).collect();
                let most = scores.iter().copied().fold(f64::MIN, f64::max);
                let sum: f64 = scores.iter().map(|p| (p - most).exp()).sum();
                for (j, p) in scores.iter().enumerate() {
                    for d in 0..s.head_dim {
                        mixed[t][own + d] += (p - most).exp() / sum * v[j][shared + d];
                    }
                }
            }
        }
        self.linear(&mixed, &format!("{block}.self_attn.o_proj"))
    }

    fn feed_forward(&self, x: &Rows, block: &str) -> Rows {
        let mut gate = self.linear(x, &format!("{block}.mlp.gate_proj"));
        let up = self.linear(x, &format!("{block}.mlp.up_proj"));
        for (gate, up) in gate.iter_mut().flatten().zip(up.iter().flatten()) {
            *gate = *gate / (1.0 + (-*gate).exp()) * up;
        }
        self.linear(&gate, &format!("{block}.mlp.down_proj"))
    }
}

/// The processor.
pub(crate) fn cpu() -> Device {
    open_device(DeviceChoice::Cpu, Precision::Full).expect("a processor")
}

/// Checks that every value is within 1e-5 of the largest expected one.
pub(crate) fn check_close<'a>(found: impl Iterator<Item = &'a f32>, expected: impl Iterator<Item = f64>, what: &str) {
    let pairs: Vec<(f64, f64)> = found.map(|x| f64::from(*x)).zip(expected).collect();
    let largest = pairs.iter().map(|(_, b)| b.abs()).fold(0.0, f64::max);
    let apart = pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(!pairs.is_empty() && apart <= 1e-5 * largest, "{what}: {apart} apart of {largest}");
}

fn turn(x: &[f64], t: usize) -> Vec<f64> {
    let half = x.len() / 2;
    let angle = |i: usize| t as f64 / 10_000f64.powf(2.0 * (i % half) as f64 / x.len() as f64);
    let partner = |i: usize| if i < half { -x[i + half] } else { x[i - half] };
    (0..x.len()).map(|i| x[i] * angle(i).cos() + partner(i) * angle(i).sin()).collect()
}

fn product(x: &Rows, weight: &Rows) -> Rows {
    x.iter().map(|x| weight.iter().map(|w| dot(x, w)).collect()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(x: &mut Rows, y: &Rows) {
    x.iter_mut().flatten().zip(y.iter().flatten()).for_each(|(x, y)| *x += y);
}
