"""Compares logits that this library computed with those of Hugging Face's Transformers.

    python compare_logits.py MODEL DUMP [--tolerance 1e-4]

MODEL is a directory that HuggingFaceExport wrote. DUMP is a directory with

    shape.json   {"batch": B, "time": T, "vocabulary": V}
    ids.bin      [B, T] token ids, int32, little-endian, row-major
    logits.bin   [B, T, V] what the decoder made of them, float32, little-endian, row-major

V is the vocabulary without padding. Transformers runs on the CPU in float32, whatever type the
weights have in the files. The relative difference is the largest absolute one, divided by the
largest absolute logit of Transformers. Ends with exit code 1 if it is above the tolerance, or if
Transformers misses weights in MODEL or finds some that it does not know.
"""

import argparse
import json
import pathlib
import sys

import numpy
import torch
import transformers


def read(dump):
    shape = json.loads((dump / "shape.json").read_text())
    batch, time, vocabulary = shape["batch"], shape["time"], shape["vocabulary"]
    ids = numpy.fromfile(dump / "ids.bin", "<i4").reshape(batch, time)
    logits = numpy.fromfile(dump / "logits.bin", "<f4").reshape(batch, time, vocabulary)
    return ids, logits


def load(directory):
    model, loading = transformers.AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    problems = {kind: sorted(keys) for kind, keys in loading.items() if keys}
    return model.eval(), problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("dump", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()

    ids, ours = read(arguments.dump)
    model, problems = load(arguments.model)
    with torch.no_grad():
        theirs = model(torch.from_numpy(ids.astype(numpy.int64))).logits.numpy()
    if theirs.shape != ours.shape:
        sys.exit(f"shapes differ: ours {ours.shape}, theirs {theirs.shape}")

    absolute = numpy.abs(theirs.astype(numpy.float64) - ours).max()
    relative = absolute / numpy.abs(theirs).max()
    same = (theirs.argmax(-1) == ours.argmax(-1)).mean()
    print(f"{type(model).__name__}, {ids.size} tokens, vocabulary {ours.shape[-1]}")
    print(f"largest absolute difference {absolute:.3g}")
    print(f"largest relative difference {relative:.3g}")
    print(f"same most likely token      {same:.2%}")
    for kind, keys in problems.items():
        print(f"{kind}: {keys}")
    if problems or not relative <= arguments.tolerance:
        sys.exit(1)


if __name__ == "__main__":
    main()
