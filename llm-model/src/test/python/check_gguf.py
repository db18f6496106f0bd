"""Compares a GGUF file that we exported with the Hugging Face directory of the same model.

    python check_gguf.py MODEL.gguf DIRECTORY [TEXTS.txt [ANSWERS.json]]

Needs torch, transformers, gguf and safetensors; not part of the build. What it says:

- by gguf's own reader: each tensor of the file against the weight of the directory, as the largest
  difference over the largest weight, the worst tensor of each type;
- by transformers: logits of the model loaded from the file against logits of the directory's;
- ids of the texts by the file's tokenizer, as transformers rebuilds it, against the directory's;
- what llama.cpp answered (see ask_llama_cpp.mjs) against the directory's model: ids of the texts,
  log-probabilities behind them, greedy continuations.

transformers reads neither biases' flags nor scaled frequencies nor, for qwen3, head sizes from GGUF
files; the script takes them from the directory, and says so. llama.cpp reads them.
"""
import json
import re
import sys
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTER = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
UNKNOWN = ["attention_bias", "mlp_bias", "head_dim", "rope_parameters"]


def hugging_face_name(name):
    match = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(weight|bias)", name)
    if match:
        return f"model.layers.{match[1]}.{LAYER[match[2]]}.{match[3]}"
    return OUTER.get(name)


def check_tensors(reader, directory, config):
    weights = {}
    for file in sorted(directory.glob("*.safetensors")):
        weights.update(load_file(file))
    worst = {}
    seen = set()
    for tensor in reader.tensors:
        name = hugging_face_name(tensor.name)
        if name is None:
            print(f"  {tensor.name}: no weight of the model")
            continue
        seen.add(name)
        found = dequantize(tensor.data, tensor.tensor_type)
        expected = weights[name].float().numpy()[: len(found)]
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
        head_count = heads.get(tensor.name.split(".")[2] if name.count(".") > 2 else "")
        if head_count and config.model_type == "llama":
            shape = found.shape
            found = found.reshape(head_count, shape[0] // head_count // 2, 2, *shape[1:])
            found = found.swapaxes(1, 2).reshape(shape)
        error = np.abs(found - expected).max() / np.abs(expected).max()
        kind = tensor.tensor_type.name
        worst[kind] = max(worst.get(kind, (0.0, "")), (float(error), tensor.name))
    for kind, (error, name) in sorted(worst.items()):
        print(f"  {kind}: {error:.2e} of the largest weight at worst, in {name}")
    missing = set(weights) - seen
    print(f"  {len(seen)} tensors; weights that are not in the file: {sorted(missing) or 'none'}")


def check_logits(file, directory):
    plain = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    config = AutoConfig.from_pretrained(file.parent, gguf_file=file.name)
    lost = [key for key in UNKNOWN if getattr(config, key, None) != getattr(plain.config, key, None)]
    for key in lost:
        print(f"  transformers does not read {key} from GGUF files; it is taken from the directory")
        setattr(config, key, getattr(plain.config, key))
    # What from_pretrained does with a gguf_file, which would demand the package accelerate.
    loaded = AutoModelForCausalLM.from_config(config).float().eval()
    tensors = load_gguf_checkpoint(str(file), return_tensors=True, model_to_load=loaded)["tensors"]
    keys = loaded.load_state_dict(tensors, strict=False)
    missing = [key for key in keys.missing_keys if key not in loaded._tied_weights_keys]
    print(f"  transformers misses {missing or 'nothing'}, and has left {keys.unexpected_keys or 'nothing'}")
    size = loaded.config.vocab_size
    torch.manual_seed(0)
    ids = torch.randint(0, size, (2, 64))
    with torch.no_grad():
        expected = plain(ids).logits[..., :size]
        found = loaded(ids).logits
    print(
        f"  largest difference {(found - expected).abs().max():.2e}"
        f" of logits up to {expected.abs().max():.2e};"
        f" same first choice at {(found.argmax(-1) == expected.argmax(-1)).float().mean():.1%}"
    )


def check_tokenizer(file, directory, texts):
    plain = AutoTokenizer.from_pretrained(directory)
    loaded = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    same = sum(
        plain.encode(text, add_special_tokens=False)
        == loaded.encode(text, add_special_tokens=False)
        for text in texts
    )
    print(f"  {same} of {len(texts)} texts have the same ids")


def check_answers(directory, texts, answers):
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(directory)
    same_ids, worst, same_greedy, greedy = 0, 0.0, 0, 0
    for text, answer in zip(texts, answers, strict=True):
        ids = answer["ids"]
        same_ids += tokenizer.encode(text, add_special_tokens=False)[: len(ids)] == ids
        if not answer["greedy"]:
            continue
        with torch.no_grad():
            found = torch.tensor(answer["logProbabilities"], dtype=torch.float64)
            logits = model(torch.tensor([ids])).logits[0].double()
            expected = logits[-len(found) :, : found.shape[1]].log_softmax(-1)
            worst = max(worst, (found - expected).abs().max().item())
            for token in answer["greedy"]:
                choice = model(torch.tensor([ids])).logits[0, -1, : found.shape[1]].argmax()
                same_greedy += int(choice) == token
                greedy += 1
                ids = ids + [token]
    print(
        f"  llama.cpp: {same_ids} of {len(texts)} texts have the same ids; log-probabilities differ"
        f" by {worst:.2e} at most; {same_greedy} of {greedy} greedy choices are the same"
    )


def main():
    file, directory = Path(sys.argv[1]), Path(sys.argv[2])
    texts = ["从前有一只麻雀。", "Once upon a time, there was a sparrow."]
    if len(sys.argv) > 3:
        texts = Path(sys.argv[3]).read_text("utf-8").splitlines()
    reader = GGUFReader(file)
    config = AutoConfig.from_pretrained(directory)
    print(f"{file.name}: version {reader.fields['GGUF.version'].parts[-1][0]}")
    check_tensors(reader, directory, config)
    check_logits(file, directory)
    check_tokenizer(file, directory, texts)
    if len(sys.argv) > 4:
        check_answers(directory, texts, json.loads(Path(sys.argv[4]).read_text("utf-8")))


if __name__ == "__main__":
    main()
