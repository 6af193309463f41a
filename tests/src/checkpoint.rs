//! A Llama of two blocks with random weights, in the layout of Hugging Face.

use std::io;
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

use crate::Draws;
use crate::tokenizer::vocabulary;

/// Numbers in one state.
const WIDTH: usize = 16;
/// Columns of the one key and value head.
const KEYS: usize = 8;
/// Numbers inside the feed-forward half.
const INNER: usize = 24;
/// Blocks.
const BLOCKS: usize = 2;
/// Spread of the weights, wide enough that every block changes its input visibly.
const SPREAD: f64 = 0.3;

/// The content of `config.json`.
pub fn config() -> Value {
    json!({
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": vocabulary(),
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": BLOCKS,
        "num_attention_heads": WIDTH / KEYS,
        "num_key_value_heads": 1,
        "max_position_embeddings": 64,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "rope_scaling": null,
        "hidden_act": "silu",
        "attention_bias": false,
        "mlp_bias": false,
        "tie_word_embeddings": true,
        "initializer_range": SPREAD,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "float32"
    })
}

/// The content of `model.safetensors`, drawn from `seed`.
pub fn weights(seed: u64) -> io::Result<Vec<u8>> {
    let mut draws = Draws::new(seed);
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = shapes()
        .into_iter()
        .map(|(name, shape)| {
            let n: usize = shape.iter().product();
            // Gains begin at 1, matrices at 0.
            let centre = if shape.len() == 1 { 1.0 } else { 0.0 };
            let bytes = (0..n).flat_map(|_| ((centre + SPREAD * draws.normal()) as f32).to_le_bytes()).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(io::Error::other)?;
    safetensors::serialize(views, None).map_err(io::Error::other)
}

/// Writes `config.json` and `model.safetensors` into `folder`.
///
/// # Errors
/// Those of writing.
pub fn write_checkpoint(folder: &Path) -> io::Result<()> {
    std::fs::write(folder.join("config.json"), config().to_string())?;
    std::fs::write(folder.join("model.safetensors"), weights(0)?)
}

fn shapes() -> Vec<(String, Vec<usize>)> {
    let block = |block: usize| {
        let parts = [
            ("input_layernorm", vec![WIDTH]),
            ("self_attn.q_proj", vec![WIDTH, WIDTH]),
            ("self_attn.k_proj", vec![KEYS, WIDTH]),
            ("self_attn.v_proj", vec![KEYS, WIDTH]),
            ("self_attn.o_proj", vec![WIDTH, WIDTH]),
            ("post_attention_layernorm", vec![WIDTH]),
            ("mlp.gate_proj", vec![INNER, WIDTH]),
            ("mlp.up_proj", vec![INNER, WIDTH]),
            ("mlp.down_proj", vec![WIDTH, INNER]),
        ];
        parts.map(|(part, shape)| (format!("model.layers.{block}.{part}.weight"), shape))
    };
    let ends = [("model.embed_tokens.weight", vec![vocabulary(), WIDTH]), ("model.norm.weight", vec![WIDTH])];
    ends.map(|(name, shape)| (name.to_owned(), shape)).into_iter().chain((0..BLOCKS).flat_map(block)).collect()
}
