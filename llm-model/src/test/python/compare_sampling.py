"""Compares the sampler with the logits processors of Hugging Face's transformers on random cases.

Not part of the build. With the test classes compiled:

    python compare_sampling.py CLASSPATH [CASES]

CLASSPATH holds the classes and test classes of llm-model, the classes of llm-tokenizer, and jspecify.
transformers runs in double precision, so that what differs is not its rounding. It has no presence
and frequency penalties; those are computed here by OpenAI's formula, where vLLM applies them.

A case (big-endian): int vocabulary, float logits[]; int count, int ids[] of the prompt; the same for
the new tokens; double temperature, int topK, double topP, minP, repetitionPenalty, presencePenalty,
frequencyPenalty, int noRepeatNgram; int count, int ids[] and double values[] of the bias.
An answer: float processed logits[]; int count and, for each candidate, int id, double probability.
"""

import os
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

MAIN = "io.github.maque.model.generate.SamplerCases"


def random_case(rng, number):
    vocabulary = int(rng.integers(20, 3000 if number % 50 == 0 else 200))
    logits = rng.normal(size=vocabulary) * rng.uniform(0.1, 6)
    coarse = number % 2 == 1
    if coarse:  # as in bf16: many are equal
        logits = np.rint(logits * 8) / 8
    logits = logits.astype(np.float32)
    some = lambda share: rng.random() < share
    ids = lambda most: [int(i) for i in rng.integers(0, vocabulary // 2, rng.integers(1, most))]
    bias = {}
    if some(0.4):
        for i in ids(5):
            bias[i] = float("-inf") if some(0.3) else float(np.float32(rng.normal() * 3))
    return {
        "coarse": coarse,
        "logits": logits,
        "prompt": ids(40),
        "new": ids(40) if some(0.8) else [],
        "temperature": float(rng.uniform(0.1, 2)),
        "topK": int(rng.integers(1, vocabulary + 10)) if some(0.5) else 0,
        "topP": float(rng.uniform(0.01, 0.999)) if some(0.5) else 1.0,
        "minP": float(rng.uniform(0.001, 0.9)) if some(0.4) else 0.0,
        "repetition": float(np.float32(rng.uniform(0.5, 2))) if some(0.5) else 1.0,
        "presence": float(rng.normal()) if some(0.3) else 0.0,
        "frequency": float(rng.normal()) if some(0.3) else 0.0,
        "ngram": int(rng.integers(1, 5)) if some(0.5) else 0,
        "bias": bias,
    }


def encode(case):
    ints = lambda values: struct.pack(f">i{len(values)}i", len(values), *values)
    logits = case["logits"]
    return b"".join(
        [
            struct.pack(">i", len(logits)),
            logits.astype(">f4").tobytes(),
            ints(case["prompt"]),
            ints(case["new"]),
            struct.pack(">di", case["temperature"], case["topK"]),
            struct.pack(">dd", case["topP"], case["minP"]),
            struct.pack(">ddd", case["repetition"], case["presence"], case["frequency"]),
            struct.pack(">i", case["ngram"]),
            ints(list(case["bias"])),
            struct.pack(f">{len(case['bias'])}d", *case["bias"].values()),
        ]
    )


def expected(case):
    """Returns the processed logits and the distribution, both in double precision."""
    ids = torch.tensor([case["prompt"] + case["new"]])
    scores = torch.tensor(case["logits"]).double()[None]
    if case["bias"]:
        bias = SequenceBiasLogitsProcessor({(i,): v for i, v in case["bias"].items()})
        scores = bias(ids, scores)
    if case["repetition"] != 1:
        scores = RepetitionPenaltyLogitsProcessor(case["repetition"])(ids, scores)
    counts = np.bincount(np.array(case["new"], dtype=np.int64), minlength=scores.shape[1])
    taken = case["frequency"] * counts + case["presence"] * (counts > 0)
    scores = scores - torch.tensor(taken)[None]
    if case["ngram"]:
        scores = NoRepeatNGramLogitsProcessor(case["ngram"])(ids, scores)
    processed = scores[0].numpy().copy()
    warpers = LogitsProcessorList([TemperatureLogitsWarper(case["temperature"])])
    if case["topK"]:
        warpers.append(TopKLogitsWarper(case["topK"]))
    if case["topP"] < 1:
        warpers.append(TopPLogitsWarper(case["topP"]))
    if case["minP"] > 0:
        warpers.append(MinPLogitsWarper(case["minP"]))
    return processed, torch.softmax(warpers(ids, scores), -1)[0].numpy()


def decode(data, at, vocabulary):
    processed = np.frombuffer(data, ">f4", vocabulary, at).astype(np.float64)
    at += 4 * vocabulary
    (count,) = struct.unpack_from(">i", data, at)
    at += 4
    pairs = np.frombuffer(data, np.dtype([("id", ">i4"), ("p", ">f8")]), count, at)
    distribution = np.zeros(vocabulary)
    distribution[pairs["id"]] = pairs["p"]
    return processed, distribution, count, at + 12 * count


def main():
    classpath = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    rng = np.random.default_rng(1)
    cases = [random_case(rng, n) for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = os.path.join(folder, "cases"), os.path.join(folder, "answers")
        with open(asked, "wb") as out:
            out.write(struct.pack(">i", count))
            out.writelines(encode(case) for case in cases)
        subprocess.run(["java", "-cp", classpath, MAIN, asked, answered], check=True)
        with open(answered, "rb") as answers:
            data = answers.read()
    at = 0
    logit_error = probability_error = 0.0
    used = dict.fromkeys(["topK", "topP", "minP", "repetition", "presence", "frequency", "ngram", "bias"], 0)
    neutral = {"topP": 1, "repetition": 1}
    differing = differing_at_ties = kept = 0
    for case in cases:
        processed, distribution, size, at = decode(data, at, len(case["logits"]))
        want_processed, want = expected(case)
        banned = np.isneginf(want_processed)
        assert (np.isneginf(processed) == banned).all(), case
        got_logits, want_logits = processed[~banned], want_processed[~banned]
        errors = np.abs(got_logits - want_logits) / np.maximum(1, np.abs(want_logits))
        logit_error = max(logit_error, errors.max())
        for name in used:
            used[name] += bool(case[name]) and case[name] != neutral.get(name)
        kept += size
        # Which of several equal tokens stay at the end of top-p is left open by transformers.
        if case["coarse"] and case["topP"] < 1:
            differing_at_ties += int(((distribution > 0) != (want > 0)).any())
            distribution, want = np.sort(distribution), np.sort(want)
        same = ((distribution > 0) == (want > 0)).all()
        differing += not same
        if same:
            probability_error = max(probability_error, np.abs(distribution - want).max())
    assert at == len(data)
    print(f"transformers {transformers.__version__}, {count} cases, {kept / count:.1f} tokens kept on average")
    print("cases with", ", ".join(f"{name} {n}" for name, n in used.items()))
    print(f"processed logits: largest difference {logit_error:.2e} (relative, of 1 at least)")
    print(f"kept tokens: {differing} cases differ, and {differing_at_ties} only in which of equal tokens")
    print(f"probabilities: largest difference {probability_error:.2e}")


if __name__ == "__main__":
    main()
