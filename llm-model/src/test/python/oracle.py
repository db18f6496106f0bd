"""Logits of small models in 64-bit floats, from Hugging Face's transformers: what the tests hold NaiveDecoder against.

    python oracle.py > ../resources/io/github/maque/model/oracle.txt

Written with transformers 5.18 and torch 2.13. Weights are those of TestConfigs.weights. Where transformers goes through
32-bit floats whatever the model's type (norms, rotary tables, softmax), it is made to stay in 64 bits.
"""

import re
import sys

import torch
from transformers import (
    Gemma2Config, Gemma2ForCausalLM, GPT2Config, GPT2LMHeadModel, GraniteConfig, GraniteForCausalLM, LlamaConfig,
    LlamaForCausalLM, NemotronConfig, NemotronForCausalLM, PhiConfig, PhiForCausalLM, Qwen3Config, Qwen3ForCausalLM)

TIME = 10
FLOAT = torch.float32


class JavaRandom:
    """java.util.Random, as its documentation defines it."""

    def __init__(self, seed):
        self.state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def next(self, bits):
        self.state = (self.state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return self.state >> (48 - bits)

    def double(self):
        return ((self.next(26) << 27) + self.next(27)) * 2.0**-53


def java_hash(text):
    value = 0
    for character in text:
        value = (31 * value + ord(character)) & 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def weight(name, shape):
    random = JavaRandom(java_hash(name))
    center = 1.0 if name.endswith("norm.weight") else 0.0
    scale = 1.0 if "embed_" in name else 0.3 if len(shape) == 1 else (3.0 / shape[1])**0.5
    values = [center + scale * (2 * random.double() - 1) for _ in range(torch.Size(shape).numel())]
    return torch.tensor(values, dtype=FLOAT).to(torch.float64).reshape(shape)


def stay_in_double():
    for name in ("float32", "float"):
        setattr(torch, name, torch.float64)
    torch.Tensor.float = torch.Tensor.double


def same(name):
    return name


def gemma2(name):
    return (name.replace("post_attention_layernorm", "self_attn_output_layernorm")
            .replace("pre_feedforward_layernorm", "post_attention_layernorm")
            .replace("post_feedforward_layernorm", "mlp_output_layernorm"))


def phi(name):
    return (name.replace("self_attn.dense", "self_attn.o_proj").replace("mlp.fc1", "mlp.up_proj")
            .replace("mlp.fc2", "mlp.down_proj").replace("model.final_layernorm", "model.norm"))


def gpt2(state):
    """GPT-2's matrices lie the other way round, and one holds queries, keys and values."""
    loaded = {}
    for name, old in state.items():
        name = name.replace("transformer.", "")
        ours = re.sub(r"^h\.", "model.layers.", name)
        for a, b in {"ln_1": "input_layernorm", "ln_2": "post_attention_layernorm", "attn.c_proj": "self_attn.o_proj",
                     "mlp.c_fc": "mlp.up_proj", "mlp.c_proj": "mlp.down_proj", "ln_f": "model.norm",
                     "wte": "model.embed_tokens", "wpe": "model.embed_positions"}.items():
            ours = ours.replace(a, b)
        shape = list(old.shape)
        if "c_attn" in name:
            shape[-1] //= 3
            parts = [ours.replace("attn.c_attn", f"self_attn.{p}_proj") for p in "qkv"]
            joined = torch.cat([weight(p, shape[::-1]) for p in parts])
            loaded["transformer." + name] = joined.T if joined.ndim == 2 else joined
        elif name.startswith("h.") and len(shape) == 2:
            loaded["transformer." + name] = weight(ours, shape[::-1]).T
        elif name != "lm_head.weight":
            loaded["transformer." + name] = weight(ours, shape)
    return loaded


def load(model, rename, norm_offset=0.0, zero=()):
    state = {}
    for name, old in model.state_dict().items():
        if name in zero:
            state[name] = torch.zeros_like(old)
        elif name != "lm_head.weight" or not model.config.tie_word_embeddings:
            state[name] = weight(rename(name), tuple(old.shape)) - (norm_offset if name.endswith("norm.weight") else 0)
    return state


def build(kind, config, rename=same, norm_offset=0.0, zero=()):
    config._attn_implementation = "sdpa"
    model = kind(config).double().eval()
    state = gpt2(model.state_dict()) if kind is GPT2LMHeadModel else load(model, rename, norm_offset, zero)
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    model.tie_weights()
    return model


def show(name, logits):
    sys.stdout.write(name + "\n")
    for row in logits:
        sys.stdout.write(" ".join(repr(float(v)) for v in row[:19]) + "\n")


def main():
    torch.set_default_dtype(torch.float64)
    stay_in_double()
    ids = torch.tensor([[(5 * t * t + 3 * t + 1) % 13 for t in range(TIME)]])
    plain = dict(vocab_size=24, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                 num_key_value_heads=2, max_position_embeddings=16, rms_norm_eps=1e-5, tie_word_embeddings=True,
                 head_dim=4, pad_token_id=None, bos_token_id=None, eos_token_id=None)
    phi_like = {k: v for k, v in plain.items() if k not in ("rms_norm_eps", "head_dim")}
    rope = dict(rope_type="default", rope_theta=100.0)
    half = dict(rope, partial_rotary_factor=0.5)
    models = {
        "llama": build(LlamaForCausalLM, LlamaConfig(**dict(
            plain, head_dim=6, num_key_value_heads=1,
            rope_parameters=dict(rope_type="linear", rope_theta=100.0, factor=3.0)))),
        "llama-biased": build(LlamaForCausalLM, LlamaConfig(
            **plain, rope_parameters=rope, attention_bias=True, mlp_bias=True)),
        "llama-3": build(LlamaForCausalLM, LlamaConfig(**dict(plain, head_dim=8, rope_parameters=dict(
            rope_type="llama3", rope_theta=50.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=3.0,
            original_max_position_embeddings=16)))),
        "qwen3": build(Qwen3ForCausalLM, Qwen3Config(**dict(
            plain, head_dim=8, rms_norm_eps=1e-6, use_sliding_window=True, sliding_window=3, max_window_layers=0,
            rope_parameters=dict(rope_type="yarn", rope_theta=1e6, factor=2.5, original_max_position_embeddings=10,
                                 beta_fast=3.0, beta_slow=0.5, attention_factor=1.25)))),
        "gpt2": build(GPT2LMHeadModel, GPT2Config(
            vocab_size=24, n_positions=16, n_embd=16, n_layer=2, n_head=4, n_inner=24, layer_norm_epsilon=1e-5,
            activation_function="gelu_new", resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=None,
            eos_token_id=None)),
        "gemma2": build(Gemma2ForCausalLM, Gemma2Config(
            **plain, rope_parameters=rope, hidden_activation="gelu_pytorch_tanh", query_pre_attn_scalar=4,
            final_logit_softcapping=2.0, attn_logit_softcapping=None, sliding_window=4,
            layer_types=["sliding_attention"] * 2), gemma2, norm_offset=1.0),
        "phi": build(PhiForCausalLM, PhiConfig(**dict(
            phi_like, rope_parameters=half, tie_word_embeddings=False, hidden_act="gelu_new", layer_norm_eps=1e-5)),
            phi, zero=("lm_head.bias",)),
        "nemotron": build(NemotronForCausalLM, NemotronConfig(**dict(
            phi_like, head_dim=4, rope_parameters=half, norm_eps=1e-5, tie_word_embeddings=False)), norm_offset=1.0),
        "granite": build(GraniteForCausalLM, GraniteConfig(**dict(
            {k: v for k, v in plain.items() if k != "head_dim"}, rope_parameters=rope, embedding_multiplier=1.5,
            logits_scaling=2.5, residual_multiplier=1.0, attention_multiplier=0.5, tie_word_embeddings=False))),
    }
    print("# Written by llm-model/src/test/python/oracle.py: a config of TestConfigs, then a token's logits a line.")
    with torch.no_grad():
        for name, model in models.items():
            show(name, model(ids).logits[0])
        segments = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
        sees = (segments[:, None] == segments[None, :]) & torch.ones(TIME, TIME).tril().bool()
        positions = torch.tensor([[0, 1, 2, 3, 0, 1, 2, 0, 1, 2]])
        show("llama-biased packed",
             models["llama-biased"](ids, attention_mask=sees[None, None], position_ids=positions).logits[0])


main()
