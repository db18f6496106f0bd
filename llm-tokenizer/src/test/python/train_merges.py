"""Makes src/test/resources/bpe/merges.json: what Hugging Face's BpeTrainer learns from small corpora.

    pip install tokenizers==0.23.2
    python train_merges.py

Each case holds the lines of a corpus, the settings, and the learned merges as pairs of ids. The
corpora are random words over small alphabets, in which overlaps ("aaa"), ties and pieces that are
spelled like special tokens are frequent. Not part of the build.
"""
import json
import pathlib
import random

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
ALPHABETS = ["ab", "abc", "的一不是", "的一不是了我他", "ab的", "éàab", "哈"]


def corpus(rng):
    alphabet = rng.choice(ALPHABETS)
    longest = rng.choice([4, 12, 30])
    words = [
        "".join(rng.choice(alphabet) for _ in range(rng.randint(1, longest)))
        for _ in range(rng.choice([5, 40, 120]))
    ]
    lines = rng.choice([20, 60])
    return [" ".join(rng.choice(words) for _ in range(rng.randint(1, 6))) + "\n" for _ in range(lines)]


def case(seed):
    rng = random.Random(seed)
    lines = corpus(rng)
    size = 257 + rng.choice([20, 100, 1000])
    frequency = rng.choice([0, 2, 5])
    length = rng.choice([0, 0, 2, 3, 8])
    special = rng.choice(["<|e|>", "ab", "a", "<s>"])
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN2), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=frequency,
        special_tokens=[special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        **({"max_token_length": length} if length else {}),
    )
    tokenizer.train_from_iterator(lines, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    ids = model["vocab"]
    return {
        "lines": lines,
        "vocabularySize": size,
        "minimumFrequency": frequency,
        "maximumTokenLength": length,
        "special": special,
        "merges": [[ids[left], ids[right]] for left, right in model["merges"]],
    }


here = pathlib.Path(__file__).parent
target = here.parent / "resources" / "bpe" / "merges.json"
target.write_text(json.dumps([case(seed) for seed in range(40)], ensure_ascii=False, indent=0) + "\n")
