#!/usr/bin/env python3
"""Writes small random models of every family, with the states that `transformers` computes for them.

usage: parity_fixtures.py FOLDER [NAME ...]

Pinned: transformers 5.23.0, torch 2.15.0, safetensors 0.8, numpy 2 (CPython 3.11).

FOLDER/NAME holds `config.json` as spelled below, weights in one of the layouts that repositories have, and
`parity.safetensors`: `input_ids` (1, tokens) int64, `hidden.0` ... `hidden.N` (1, tokens, width) and `logits`
(1, tokens, vocabulary) in float32. Weights are rounded to the type they are stored in before the states are computed.
"""

import copy
import json
import pathlib
import shutil
import sys
import tempfile
import zlib

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

TOKENS = 12
F32, F16, BF16 = torch.float32, torch.float16, torch.bfloat16


class Model:
    """How one model is written.

    `config` is what stands in `config.json`; `reference` is changed or added where the library itself does not read
    that spelling. `rename` changes the names that the library writes, `extra` adds tensors that must not matter.
    """

    def __init__(self, config, dtype=F32, layout="one", reference=None, rename=None, extra=None):
        self.config, self.dtype, self.layout = config, dtype, layout
        self.reference, self.rename, self.extra = reference, rename or (lambda name: name), extra or {}


def without(prefix):
    return lambda name: name.removeprefix(prefix)


def zeros(*shape):
    return torch.zeros(shape)


def masks(name, layers, size=24):
    """The buffers of attention masks in files of old library versions."""
    mask = torch.tril(torch.ones(size, size)).view(1, 1, size, size)
    return {f"{name.format(i)}.{end}": t for i in range(layers) for end, t in
            (("bias", mask.to(torch.uint8)), ("masked_bias", torch.tensor(-1e9)))}


def frequencies(name, layers, half):
    return {name.format(i): torch.rand(half) for i in range(layers)}


def gpt(**keys):
    return dict(vocab_size=41, n_embd=24, n_layer=2, n_head=3, n_positions=24, **keys)


def body(**keys):
    common = dict(vocab_size=39, hidden_size=24, intermediate_size=28, num_hidden_layers=2, num_attention_heads=4,
                  max_position_embeddings=32)
    return {**common, **keys}


def galactica_extra():
    """Biases of zeros and gains of ones, which files of Galactica hold though its models have none."""
    found = {}
    for i in range(2):
        block = f"model.decoder.layers.{i}."
        for name in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "fc2"):
            found[f"{block}{name}.bias"] = zeros(24)
        found[f"{block}fc1.bias"] = zeros(28)
        found[f"{block}final_layer_norm.weight"] = torch.ones(24)
        found[f"{block}final_layer_norm.bias"] = zeros(24)
    return found


VISION = dict(model_type="siglip_vision_model", hidden_size=8, intermediate_size=8, num_hidden_layers=1,
              num_attention_heads=1, image_size=8, patch_size=4)

GEMMA3 = dict(model_type="gemma3_text", vocab_size=43, hidden_size=20, intermediate_size=24, num_hidden_layers=3,
              num_attention_heads=4, num_key_value_heads=2, head_dim=6, max_position_embeddings=48, sliding_window=5,
              query_pre_attn_scalar=10)

YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=8)

MODELS = {
    "gpt2": Model(gpt(model_type="gpt2", n_ctx=24, scale_attn_by_inverse_layer_idx=True, activation_function="gelu_new",
                      attn_pdrop=0.1, task_specific_params={"text-generation": {"do_sample": True}}),
                  rename=without("transformer."), extra=masks("h.{}.attn", 2)),
    "gpt2-cerebras": Model(gpt(model_type="gpt2", n_inner=20, activation_function="gelu", scale_attn_weights=False),
                           F16, "bin"),
    "gptj": Model(gpt(model_type="gptj", rotary_dim=6, rotary=True), BF16, extra=masks("transformer.h.{}.attn", 2)),
    "gpt_neo": Model(dict(model_type="gpt_neo", vocab_size=37, hidden_size=20, num_layers=3, num_heads=5,
                          intermediate_size=28, max_position_embeddings=16, window_size=4,
                          attention_types=[[["global"], 1], [["local"], 2]],
                          attention_layers=["global", "local", "local"]),
                     extra=masks("transformer.h.{}.attn.attention", 3, 16)),
    "gpt_neox": Model(body(model_type="gpt_neox", num_attention_heads=3, rotary_pct=0.5, rotary_emb_base=5000,
                           use_parallel_residual=True, torch_dtype="float16"), F16, "shards",
                      extra=frequencies("gpt_neox.layers.{}.attention.rotary_emb.inv_freq", 2, 2)),
    "gpt_neox-sequential": Model(body(model_type="gpt_neox", attention_bias=False, use_parallel_residual=False,
                                      num_attention_heads=3, rope_parameters=dict(
                                          rope_type="linear", factor=3.0, rope_theta=20000.0,
                                          partial_rotary_factor=0.25))),
    "gpt_bigcode": Model(gpt(model_type="gpt_bigcode", multi_query=True), BF16, "bin"),
    "gpt_bigcode-heads": Model(gpt(model_type="gpt_bigcode", multi_query=False, n_inner=28)),
    "opt": Model(dict(model_type="opt", vocab_size=38, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
                      ffn_dim=30, max_position_embeddings=20, _remove_final_layer_norm=True), F16),
    "opt-350m": Model(dict(model_type="opt", vocab_size=38, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
                           ffn_dim=20, max_position_embeddings=20, do_layer_norm_before=False, word_embed_proj_dim=10),
                      layout="bin", rename=without("model.")),
    "opt-galactica": Model(dict(model_type="opt", vocab_size=38, hidden_size=24, num_hidden_layers=2,
                                num_attention_heads=4, ffn_dim=28, max_position_embeddings=20, enable_bias=False,
                                layer_norm_elementwise_affine=False, activation_function="gelu"),
                           extra=galactica_extra()),
    "xglm": Model(dict(model_type="xglm", vocab_size=40, d_model=22, num_layers=2, attention_heads=2, ffn_dim=26,
                       max_position_embeddings=24, scale_embedding=True), F16,
                  extra={"model.embed_positions.weights": torch.rand(26, 22)}),
    "xglm-plain": Model(dict(model_type="xglm", vocab_size=40, d_model=16, num_layers=2, attention_heads=2, ffn_dim=26,
                             activation_function="relu", max_position_embeddings=24, scale_embedding=False)),
    "bloom": Model(dict(model_type="bloom", vocab_size=40, n_embed=24, num_attention_heads=6, n_layer=2, seq_length=24,
                        apply_residual_connection_post_layernorm=True, offset_alibi=100, pretraining_tp=4,
                        masked_softmax_fusion=True, skip_bias_add=True), rename=without("transformer.")),
    "bloom-eight": Model(dict(model_type="bloom", vocab_size=40, hidden_size=24, n_head=8, n_layer=2), BF16),
    "mpt": Model(dict(model_type="mpt", vocab_size=36, d_model=24, n_heads=6, n_layers=2, max_seq_len=20,
                      attn_config=dict(attn_type="multihead_attention", attn_impl="triton", clip_qkv=0.8,
                                       softmax_scale=0.3, alibi=True, alibi_bias_max=8, prefix_lm=False, qk_ln=False),
                      init_config={"name": "kaiming_normal_"}, no_bias=True, expansion_ratio=4), BF16, "bin"),
    "mpt-eight": Model(dict(model_type="mpt", vocab_size=36, d_model=24, n_heads=8, n_layers=2, max_seq_len=20)),
    "falcon-7b-old": Model(dict(model_type="RefinedWebModel", vocab_size=42, hidden_size=24, n_head=3, n_layer=2,
                                multi_query=True, parallel_attn=True, bias=False, alibi=False,
                                apply_residual_connection_post_layernorm=False), BF16,
                           reference=dict(model_type="falcon", num_attention_heads=3, num_hidden_layers=2)),
    "falcon-40b-old": Model(dict(model_type="RefinedWeb", vocab_size=42, hidden_size=24, n_head=6, n_head_kv=2,
                                 n_layer=2, bias=False, alibi=False), F32, "bin-shards",
                            reference=dict(model_type="falcon", num_attention_heads=6, num_hidden_layers=2,
                                           num_kv_heads=2, new_decoder_architecture=True)),
    "falcon-11b": Model(dict(model_type="falcon", vocab_size=42, hidden_size=24, num_attention_heads=6,
                             num_hidden_layers=2, num_kv_heads=3, new_decoder_architecture=True, rope_theta=500042,
                             num_ln_in_parallel_attn=1, ffn_hidden_size=26, bias=True)),
    "falcon-rw": Model(dict(model_type="falcon", vocab_size=42, hidden_size=24, num_attention_heads=6,
                            num_hidden_layers=2, alibi=True, multi_query=False, parallel_attn=False, bias=True,
                            activation="gelu_pytorch_tanh"), F16),
    "falcon-heads": Model(dict(model_type="falcon", vocab_size=42, hidden_size=24, num_attention_heads=3,
                               num_hidden_layers=2, multi_query=False, parallel_attn=True,
                               rope_scaling=dict(type="linear", factor=2.0))),
    "llama": Model(body(model_type="llama", num_key_value_heads=2, head_dim=10, attention_bias=True, mlp_bias=True,
                        rope_theta=9000.0, rope_scaling=dict(type="linear", factor=2.5), pretraining_tp=2,
                        torch_dtype="bfloat16"), BF16, "shards",
                   extra=frequencies("model.layers.{}.self_attn.rotary_emb.inv_freq", 2, 5)),
    "llama-dynamic": Model(body(model_type="llama", rope_scaling=dict(type="dynamic", factor=2.0))),
    "llama-yarn": Model(body(model_type="llama", num_key_value_heads=1, rope_parameters=dict(
        YARN, attention_factor=1.3, beta_fast=4.0, beta_slow=0.5, truncate=False))),
    "llama-yarn-scales": Model(body(model_type="llama", head_dim=12, rope_theta=800.0, rope_scaling=dict(
        type="yarn", factor=8.0, original_max_position_embeddings=4, beta_fast=2, beta_slow=0.25, mscale=0.7,
        mscale_all_dim=0.4))),
    "llama3": Model(body(model_type="llama", head_dim=12, tie_word_embeddings=True, rope_theta=300.0,
                         rope_scaling=dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=3.0,
                                           original_max_position_embeddings=24)), BF16),
    "llama-both-heads": Model(body(model_type="llama", tie_word_embeddings=False), F16, "bin"),
    "mistral": Model(body(model_type="mistral", num_key_value_heads=2, head_dim=8, sliding_window=4,
                          tie_word_embeddings=True), F16),
    "mistral-whole": Model(body(model_type="mistral", num_key_value_heads=4, sliding_window=None, rope_theta=1e6),
                           BF16, "bin"),
    "qwen2": Model(body(model_type="qwen2", num_key_value_heads=2, use_sliding_window=True, sliding_window=5,
                        max_window_layers=1, rope_scaling=None, tie_word_embeddings=True), BF16),
    "qwen3": Model(body(model_type="qwen3", num_key_value_heads=2, head_dim=8, attention_bias=True,
                        use_sliding_window=True, sliding_window=4, layer_types=["sliding_attention", "full_attention"],
                        rope_parameters=dict(rope_type="default", rope_theta=3000.0))),
    "gemma": Model(body(model_type="gemma", num_key_value_heads=1, head_dim=10, hidden_act="gelu",
                        hidden_activation=None), BF16),
    "gemma2": Model(body(model_type="gemma2", num_hidden_layers=3, num_key_value_heads=2, head_dim=8, sliding_window=4,
                         query_pre_attn_scalar=12, attn_logit_softcapping=1.5, final_logit_softcapping=2.0,
                         hidden_act="gelu_pytorch_tanh", cache_implementation="hybrid"), F16),
    "gemma3-text": Model(dict(GEMMA3, rope_theta=50000.0, rope_local_base_freq=500.0, sliding_window_pattern=2,
                              rope_scaling=dict(rope_type="linear", factor=8.0), final_logit_softcapping=3.0)),
    "gemma3-nested-old": Model(
        dict(model_type="gemma3", mm_tokens_per_image=4, image_token_index=42, text_config=GEMMA3, vision_config=VISION),
        BF16, rename=lambda name: name.replace("model.language_model.", "language_model.model."),
        extra={"vision_tower.vision_model.embeddings.position_embedding.weight": torch.rand(4, 8),
               "multi_modal_projector.mm_soft_emb_norm.weight": torch.rand(8)}),
    "gemma3-nested": Model(
        dict(model_type="gemma3", vision_config=VISION, text_config=dict(
            GEMMA3, layer_types=["full_attention", "sliding_attention", "sliding_attention"], rope_parameters=dict(
                full_attention=dict(rope_type="linear", factor=4.0, rope_theta=70000.0),
                sliding_attention=dict(rope_type="default", rope_theta=700.0)))), F16),
    "olmo": Model(body(model_type="olmo", num_key_value_heads=2, clip_qkv=None, attention_bias=True)),
    "olmo-clipped": Model(body(model_type="olmo", clip_qkv=0.7), BF16),
    "olmo2": Model(body(model_type="olmo2", num_key_value_heads=2, attention_bias=True, rope_theta=500000.0,
                        rope_scaling=None), F16, "shards"),
    "olmo3": Model(body(model_type="olmo3", num_hidden_layers=4, sliding_window=4, max_position_embeddings=64,
                        rope_scaling=dict(YARN, attention_factor=1.15)), BF16),
    "olmo3-typed": Model(body(model_type="olmo3", sliding_window=5, layer_types=["full_attention", "sliding_attention"],
                              num_key_value_heads=2, rope_parameters=dict(
                                  full_attention=dict(YARN), sliding_attention=dict(rope_type="default",
                                                                                   rope_theta=4000.0)))),
    "phi": Model(body(model_type="phi", num_attention_heads=2, partial_rotary_factor=0.5, qk_layernorm=True), F16),
    "phi-shared-keys": Model(body(model_type="phi", num_key_value_heads=2, head_dim=10, rope_parameters=dict(
        rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.4)), BF16, "bin"),
    "phi3": Model(body(model_type="phi3", num_attention_heads=3, num_key_value_heads=1, max_position_embeddings=64,
                       original_max_position_embeddings=16, partial_rotary_factor=0.75, sliding_window=6,
                       pad_token_id=0, bos_token_id=1, eos_token_id=2, rope_scaling=dict(
                           type="su", short_factor=[1.0, 1.5, 2.5], long_factor=[1.0, 3.0, 9.0])), BF16,
                  reference=dict(rope_scaling=dict(type="longrope", short_factor=[1.0, 1.5, 2.5],
                                                   long_factor=[1.0, 3.0, 9.0]))),
    "phi3-new": Model(body(model_type="phi3", num_attention_heads=3, num_key_value_heads=3, max_position_embeddings=64,
                           original_max_position_embeddings=16, tie_word_embeddings=True,
                           pad_token_id=0, bos_token_id=1, eos_token_id=2, rope_parameters=dict(
                               rope_type="longrope", rope_theta=700.0, attention_factor=1.4,
                               short_factor=[1.0, 1.1, 1.2, 3.0], long_factor=[1.0, 2.0, 4.0, 8.0]))),
    "smollm3": Model(body(model_type="smollm3", num_hidden_layers=3, num_key_value_heads=2, no_rope_layers=[1, 0, 1],
                          use_sliding_window=True, sliding_window=4, pad_token_id=0, bos_token_id=1, eos_token_id=2),
                     BF16),
    "smollm3-interval": Model(body(model_type="smollm3", num_hidden_layers=3, no_rope_layer_interval=2,
                                   num_key_value_heads=1, pad_token_id=0, bos_token_id=1, eos_token_id=2,
                                   tie_word_embeddings=False, rope_theta=5000.0), F16),
    "stablelm": Model(body(model_type="stablelm", num_attention_heads=3, num_key_value_heads=3, use_qkv_bias=True,
                           partial_rotary_factor=0.5, rope_theta=7000)),
    "stablelm-parallel": Model(body(model_type="stablelm", num_attention_heads=3, num_key_value_heads=1,
                                    qk_layernorm=True, use_parallel_residual=True), F16),
    "starcoder2": Model(body(model_type="starcoder2", num_key_value_heads=2, sliding_window=5, use_bias=False), BF16),
    "starcoder2-whole": Model(body(model_type="starcoder2", num_key_value_heads=1, norm_epsilon=1e-4,
                                   hidden_act="gelu", tie_word_embeddings=False)),
}


def build(model):
    """The library's own model of the configuration, evaluated step by step as its formulas stand."""
    with tempfile.TemporaryDirectory() as folder:
        config = {**copy.deepcopy(model.config), **(model.reference or {})}
        pathlib.Path(folder, "config.json").write_text(json.dumps(config))
        config = AutoConfig.from_pretrained(folder)
    return AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()


@torch.no_grad()
def fill(network, dtype):
    """Every parameter drawn anew: gains about what they begin as, biases about zero, matrices by their inputs."""
    for name, parameter in network.named_parameters():
        noise = torch.randn_like(parameter)
        if parameter.dim() == 1:
            centre = parameter.mean().round() if name.endswith("weight") else 0.0
            value = centre + 0.25 * noise
        elif "emb" in name or "wte" in name or "wpe" in name:
            value = 0.8 * noise
        else:
            value = 1.1 * noise / parameter.shape[-1] ** 0.5
        parameter.copy_(value.to(dtype).float())
    network.tie_weights()


@torch.no_grad()
def states(network, ids):
    found = network(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True, use_cache=False)
    hidden = {f"hidden.{i}": state.float().contiguous() for i, state in enumerate(found.hidden_states)}
    return {"input_ids": ids, "logits": found.logits.float().contiguous(), **hidden}


def tensors(network, model):
    """Names and numbers as the library itself writes them, then renamed and rounded."""
    with tempfile.TemporaryDirectory() as folder:
        network.save_pretrained(folder)
        found = load_file(str(pathlib.Path(folder, "model.safetensors")))
    found = {name: t for name, t in found.items() if "vision" not in name and "projector" not in name}
    found = {model.rename(name): t.to(model.dtype) for name, t in found.items()}
    return {**found, **model.extra}


def write(found, layout, folder):
    parts = {"one": ["model.safetensors"], "bin": ["pytorch_model.bin"],
             "shards": [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)],
             "bin-shards": [f"pytorch_model-0000{i}-of-00002.bin" for i in (1, 2)]}[layout]
    place = {name: parts[i % len(parts)] for i, name in enumerate(sorted(found))}
    for part in parts:
        mine = {name: t.contiguous() for name, t in found.items() if place[name] == part}
        if layout.startswith("bin"):
            torch.save(mine, folder / part)
        else:
            save_file(mine, str(folder / part), metadata={"format": "pt"})
    if len(parts) > 1:
        name = "pytorch_model.bin.index.json" if layout.startswith("bin") else "model.safetensors.index.json"
        index = {"metadata": {"total_size": 0}, "weight_map": place}
        (folder / name).write_text(json.dumps(index, sort_keys=True))


def make(name, model, out):
    torch.manual_seed(zlib.crc32(name.encode()))
    network = build(model)
    fill(network, model.dtype)
    if name == "llama-both-heads":  # a configuration that is wrong about its head
        model.config["tie_word_embeddings"] = True
    text = network.config.get_text_config()
    reference = states(network, torch.randint(3, text.vocab_size, (1, TOKENS)))
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(model.config, indent=1) + "\n")
    write(tensors(network, model), model.layout, folder)
    save_file(reference, str(folder / "parity.safetensors"))
    size = sum(file.stat().st_size for file in folder.iterdir())
    largest = max(state.abs().max().item() for key, state in reference.items() if key != "input_ids")
    print(f"{name:20s} {size / 1024:6.0f} kB, largest value {largest:.2f}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    wanted = sys.argv[2:] or MODELS
    for name in wanted:
        make(name, MODELS[name], pathlib.Path(sys.argv[1]))
