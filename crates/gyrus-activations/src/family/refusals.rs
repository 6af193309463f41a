//! What is refused by name, and what passes.

use std::io::Write;

use serde_json::{Value, json};

use super::Described;
use super::row::Family;
use crate::Error;
use crate::config::Config;

/// What a small model of `model_type` with some other keys describes.
fn read(model_type: &str, keys: Value) -> Result<Described, Error> {
    let mut config = json!({
        "model_type": model_type, "vocab_size": 40, "hidden_size": 24, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 4,
    });
    for (key, value) in keys.as_object().expect("an object in the test") {
        config[key] = value.clone();
    }
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(config.to_string().as_bytes()).expect("a file");
    let config = Config::open(file.path())?;
    Family::of(&config)?.read(&config)
}

/// Checks that a key is refused with its value and what was expected.
fn check(model_type: &str, keys: Value, expected: &str) {
    let error = read(model_type, keys).err().map_or_else(|| "nothing".into(), |error| error.to_string());
    assert!(error.contains(expected), "{error}, not {expected}");
}

#[test]
fn families_that_are_not_built_are_refused() {
    for model_type in ["gpt_oss", "mixtral", "qwen3_moe", "mamba", "gemma3n"] {
        check(model_type, json!({}), &format!("unknown `model_type`: `{model_type}`; supported: `gpt2`, `gptj`"));
    }
}

#[test]
fn keys_of_other_families_that_change_the_computation_are_refused() {
    check("llama", json!({ "embedding_multiplier": 12.0 }), "`embedding_multiplier`: `12.0`, expected 1");
    check("llama", json!({ "num_local_experts": 8 }), "`num_local_experts`: `8`");
    check("llama", json!({ "sliding_window": 4096 }), "`sliding_window`: `4096`");
    check("llama", json!({ "quantization_config": { "bits": 4 } }), "`quantization_config`");
    check("llama", json!({ "partial_rotary_factor": 0.5 }), "`partial_rotary_factor`: `0.5`, expected 1");
    check("llama", json!({ "layer_types": (["linear_attention"; 4]) }), "`layer_types`");
    check("gpt2", json!({ "add_cross_attention": true }), "`add_cross_attention`: `true`");
    check("gpt2", json!({ "position_embedding_type": "relative_key" }), "`position_embedding_type`");
    check("gemma2", json!({ "use_bidirectional_attention": true }), "`use_bidirectional_attention`: `true`");
    check("gemma3_text", json!({ "attn_logit_softcapping": 50.0 }), "`attn_logit_softcapping`: `50.0`");
    check("gpt2", json!({ "head_dim": 12 }), "`head_dim`: `12`, expected 6");
    check("qwen2", json!({ "final_logit_softcapping": 30.0 }), "`final_logit_softcapping`: `30.0`");
}

#[test]
fn values_that_are_not_computed_are_refused() {
    check("llama", json!({ "hidden_act": "mish" }), r#"`hidden_act`: `"mish"`, expected `silu`"#);
    check("mpt", json!({ "attn_config": { "attn_type": "multiquery_attention" } }), "`attn_config.attn_type`");
    check("mpt", json!({ "attn_config": { "alibi": false } }), "`attn_config.alibi`: `false`, expected true");
    check("mpt", json!({ "attn_config": { "kv_n_heads": 1 } }), "`attn_config.kv_n_heads`: `1`, expected nothing");
    check("mpt", json!({ "expansion_ratio": 2 }), "`expansion_ratio`: `2`");
    check("mpt", json!({ "logit_scale": "inv_sqrt_d_model" }), "`logit_scale`");
    check("falcon", json!({ "new_decoder_architecture": true, "parallel_attn": false }), "`parallel_attn`: `false`");
    check(
        "falcon",
        json!({ "multi_query": false, "num_kv_heads": 2 }),
        "`num_kv_heads`: `2`, expected the 4 query heads",
    );
    check("falcon", json!({ "num_ln_in_parallel_attn": 2 }), "`num_ln_in_parallel_attn`: `2`");
    check("gpt_neo", json!({ "attention_types": [[["global"], 3]] }), "`attention_types`");
    check("gpt_neo", json!({ "attention_types": [[["striped"], 4]] }), "expected `global` or `local`");
    check("gemma3", json!({ "text_config": { "model_type": "llama" } }), "expected `gemma3_text` in `text_config`");
    check("gemma3", json!({}), "`text_config`: `absent`");
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    check("gpt2", json!({ "n_head": 5, "num_attention_heads": null }), "expected a divisor of the width 24");
    check(
        "llama",
        json!({ "num_key_value_heads": 3 }),
        "`num_key_value_heads`: `3`, expected a divisor of the 4 heads",
    );
    check("llama", json!({ "num_hidden_layers": 100_000 }), "`num_hidden_layers`: `100000`, expected at most 1024");
    check("llama", json!({ "num_attention_heads": 4096 }), "`num_attention_heads`: `4096`, expected at most 1024");
    check("qwen3", json!({ "layer_types": ["full_attention"] }), "expected one for each of the 4 layers");
    check("smollm3", json!({ "no_rope_layers": [1, 0] }), "expected one for each of the 4 layers");
    check("gpt_neox", json!({ "rotary_pct": 0.5 }), "expected an even number of at most 6 dimensions, not 3");
    check("gptj", json!({}), "expected an even number of at most 6 dimensions, not 64");
    check(
        "qwen2",
        json!({ "layer_types": (["sliding_attention"; 4]) }),
        "`use_sliding_window`: `absent`, expected true",
    );
    check("gemma2", json!({ "sliding_window": null }), "`sliding_window`: `null`, expected a window");
}

#[test]
fn rotary_settings_that_are_not_computed_are_refused() {
    let scaling = |settings: Value| json!({ "rope_scaling": settings });
    check("llama", scaling(json!({ "type": "proportional" })), r#"`type`: `"proportional"`"#);
    check("llama", scaling(json!({ "type": "linear" })), "`factor`: `absent`");
    check("llama", scaling(json!({ "type": "linear", "factor": 2, "mrope_section": [2, 1] })), "`mrope_section`");
    check("phi3", scaling(json!({ "type": "longrope", "short_factor": [1.0], "long_factor": [1.0] })), "`long_factor`");
    check("olmo3", json!({ "rope_parameters": { "rope_type": "yarn", "factor": 4 } }), "`full_attention`");
    check("qwen3", json!({ "rope_parameters": { "full_attention": {} } }), "the same settings for all layers");
    check("gpt_neox", json!({ "hidden_size": 32, "rope_theta": 5000.0 }), "`rotary_emb_base`, which is 10000");
}

#[test]
fn keys_that_change_nothing_pass() -> Result<(), Error> {
    let neutral = json!({
        "embedding_multiplier": 1.0, "sliding_window": null, "use_parallel_residual": false, "quantization_config": null,
        "layer_types": (["full_attention"; 4]), "num_experts": 0, "torch_dtype": "float16", "eos_token_id": [1, 2],
        "attention_dropout": 0.1, "pretraining_tp": 2, "architectures": ["LlamaForCausalLM"], "use_cache": true,
    });
    assert!(read("llama", neutral)?.unknown_keys.is_empty());
    assert_eq!(
        read("llama", json!({ "zebra": 1, "ape": { "b": 2 }, "nothing": null }))?.unknown_keys,
        ["ape", "zebra"]
    );
    Ok(())
}

#[test]
fn lengths_beyond_the_first_training_are_out_of_bounds() -> Result<(), Error> {
    let numbers = json!([1.0, 1.0, 1.0]);
    let long = json!({
        "max_position_embeddings": 64, "original_max_position_embeddings": 16,
        "rope_scaling": { "type": "longrope", "short_factor": numbers, "long_factor": numbers },
    });
    assert_eq!(read("phi3", long)?.architecture.limit, 16);
    let dynamic = json!({ "max_position_embeddings": 64, "rope_scaling": { "type": "dynamic", "factor": 4.0 } });
    assert_eq!(read("llama", dynamic)?.architecture.limit, 64);
    Ok(())
}

#[test]
fn what_is_absent_is_as_the_family_has_it() -> Result<(), Error> {
    let windows = |model_type: &str, keys: Value| -> Result<Vec<Option<usize>>, Error> {
        Ok(read(model_type, keys)?.architecture.layers.iter().map(|layer| layer.window).collect())
    };
    let heads = json!({ "num_key_value_heads": 2 });
    assert_eq!(windows("mistral", heads.clone())?, [Some(4096); 4]);
    assert_eq!(windows("mistral", json!({ "num_key_value_heads": 2, "sliding_window": null }))?, [None; 4]);
    assert_eq!(windows("gemma2", heads.clone())?, [Some(4096), None, Some(4096), None]);
    assert_eq!(windows("olmo3", heads)?, [Some(4096), Some(4096), Some(4096), None]);
    let turned =
        read("smollm3", json!({}))?.architecture.layers.iter().map(|layer| layer.rotary.is_some()).collect::<Vec<_>>();
    assert_eq!(turned, [true, true, true, false]);
    Ok(())
}
