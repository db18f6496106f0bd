"""Makes the fixtures in src/test/resources/format: models and tokenizers trained by SentencePiece and Hugging Face's
tokenizers on the sentences below, and what these libraries give for the texts below.

Not part of the build. Made with sentencepiece 0.2.2 and tokenizers 0.23.2:

    python3 -m venv peer && peer/bin/pip install sentencepiece==0.2.2 tokenizers==0.23.2
    peer/bin/python src/test/python/format_fixtures.py
"""

import itertools
import json
import pathlib
import tempfile

import sentencepiece
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

OUT = pathlib.Path(__file__).parent.parent / "resources" / "format"

ENGLISH = """The sparrow is small, yet it has every organ. It lives under the roof of an old house near the river.
Every morning it hops along the wall, looks for seeds, and sings before the sun is up.
"Why do you sing so early?" asks the cat. "Because the day is short," says the sparrow, "and the song is long."
In the year 2024 there were 17 sparrows; in 2025 there were 103. Nobody counted them again.
A model that reads these sentences learns little words: the, and, ing, ed, er, on, at, in.
Don't worry, it's only a test; we'll see what they've learned, won't we?""".split("\n")

CHINESE = """麻雀虽小，五脏俱全。它住在河边一座老房子的屋檐下。
每天早上，它在墙上跳来跳去，找种子吃，太阳还没出来就开始唱歌。
“你为什么这么早唱歌？”猫问。“因为白天很短，”麻雀说，“歌却很长。”
二〇二四年有17只麻雀，二〇二五年有103只，后来再也没有人数过。
从前有一只小麻雀，它和妈妈一起住在森林里，森林里有很多小动物。
小动物们都喜欢小麻雀，因为它每天都给大家唱歌。""".split("\n")

CORPUS = (ENGLISH + CHINESE) * 4

PARTS = [
    "", " ", "  ", "   ", "▁", "▁▁▁", "\n", "\n\n", "\t", "\r\n", "\0", "　", "the", " the", "Sparrow", " 17", "2025", "٣",
    "麻雀", "小麻雀。", "，", "“唱歌”", "森林里", "龘", "é", "e\u0301", "Å", "ﬁ", "Ａ", "㍿", "½", "ſ", "가", "😀", "🎉🎉", "👨‍👩‍👧",
    "𠮷", "\ufffd", "\u200b", "\ufeff", "<s>", "</s>", "<unk>", "<0x41>", "<sep>", "<sep><sep>", "<ctl>", "[UNK]",
    "<|endoftext|>", "<|eot|>", "magic word", " magic word ", "s\u0323\u0307eva", "don't", "WE'LL", "a.b", "!!!", "...", "x = y\n    z",
]


def texts():
    pairs = itertools.product(PARTS, PARTS)
    few = [a + b for i, (a, b) in enumerate(pairs) if i % 37 == 0]
    return PARTS + few + [a + b + c for a, b, c in zip(PARTS, PARTS[7:] + PARTS[:7], PARTS[19:] + PARTS[:19])] \
        + ENGLISH[:2] + CHINESE[:3]


def write_lines(path, objects):
    path.write_text("".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects), encoding="utf8")


def sentencepiece_models():
    out = OUT / "sentencepiece"
    out.mkdir(parents=True, exist_ok=True)
    rules = tempfile.NamedTemporaryFile("w", suffix=".tsv", delete=False)
    # From, to, as code points: one to many, many to one, many to nothing, and several beginning alike.
    for source, target in [("ﬁ", "fi"), ("Ａ", "A"), ("e\u0301", "é"), ("㍿", "株式会社"), ("\u200b", ""), ("…", "..."),
                           ("．", "."), ("．．", "…"), ("　", " "), ("\t", " "), ("½", "1/2")]:
        code = " ".join("%X" % ord(c) for c in source) + "\t" + " ".join("%X" % ord(c) for c in target)
        rules.write(code + "\n")
    rules.close()
    common = dict(minloglevel=2, hard_vocab_limit=False, num_threads=1, shuffle_input_sentence=False)
    settings = {
        "bpe-prefix": dict(model_type="bpe", vocab_size=560, byte_fallback=True, normalization_rule_name="identity",
                           remove_extra_whitespaces=False, split_digits=True, character_coverage=0.98),
        "bpe-user-defined": dict(model_type="bpe", vocab_size=560, byte_fallback=True, add_dummy_prefix=False,
                                 normalization_rule_name="identity", remove_extra_whitespaces=False,
                                 user_defined_symbols=["<sep>", "<sep><sep>", "▁▁▁", "\n\n", "麻雀"]),
        "bpe-trims": dict(model_type="bpe", vocab_size=420, normalization_rule_name="identity",
                          character_coverage=0.98, control_symbols=["<ctl>"], pad_id=3),
        "unigram-rules": dict(model_type="unigram", vocab_size=560, byte_fallback=True, split_by_whitespace=True,
                              normalization_rule_tsv=rules.name, character_coverage=0.98,
                              user_defined_symbols=["<sep>", "Sparrow"], control_symbols=["<ctl>"]),
    }
    golden = []
    for name, chosen in settings.items():
        with tempfile.TemporaryDirectory() as directory:
            prefix = directory + "/m"
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(CORPUS), model_prefix=prefix, **common, **chosen)
            # The model names the files it was made from; they are replaced by names of equal length.
            content = pathlib.Path(prefix + ".model").read_bytes()
            content = content.replace(prefix.encode(), b"fixture-model-name".ljust(len(prefix), b"-")[: len(prefix)])
            content = content.replace(rules.name.encode(), b"fixture-rules".ljust(len(rules.name), b"-"))
            (out / (name + ".model")).write_bytes(content)
        model = sentencepiece.SentencePieceProcessor(model_file=str(out / (name + ".model")))
        for text in texts():
            ids = model.encode(text)
            golden.append({"tokenizer": name, "text": text, "ids": ids, "decoded": model.decode(ids)})
    write_lines(out / "golden.jsonl", golden)


LLAMA_DECODER = decoders.Sequence(
    [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])

LLAMA3_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                  r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def gpt2():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.post_processor = processors.ByteLevel()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, byte_trainer(440, ["<|endoftext|>"]))
    return tokenizer


def byte_trainer(size, specials):
    return trainers.BpeTrainer(vocab_size=size, special_tokens=specials, show_progress=False,
                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3_PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, byte_trainer(440, []))
    tokenizer.add_special_tokens(["<|endoftext|>", "<|eot|>"])
    tokenizer.add_tokens([AddedToken("magic word", single_word=True, lstrip=True, rstrip=True, normalized=False),
                          AddedToken("ṩeva", normalized=True)])
    bos = tokenizer.token_to_id("<|endoftext|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single="<|endoftext|> $A", pair="<|endoftext|> $A $B:1",
                                      special_tokens=[("<|endoftext|>", bos)])])
    return tokenizer


def characters(normalizer, pre_tokenizer, decoder):
    """A tokenizer as a converter makes it of a Llama model: its merges are learned elsewhere."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)]
    learner.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=560, special_tokens=specials, show_progress=False, limit_alphabet=120))
    learned = json.loads(learner.to_str())
    shell = json.loads(Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True)).to_str())
    for field in ["vocab", "merges"]:
        shell["model"][field] = learned["model"][field]
    tokenizer = Tokenizer.from_str(json.dumps(shell))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ["<unk>", "<s>", "</s>"]])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 1), ("</s>", 2)])
    return tokenizer


def words():
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.Lowercase(), normalizers.Replace(Regex("[aeiou]{2}"), "x"), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation()])
    tokenizer.decoder = decoders.Fuse()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=300, special_tokens=["[UNK]"], limit_alphabet=60, show_progress=False))
    return tokenizer


def huggingface_tokenizers():
    out = OUT / "huggingface"
    out.mkdir(parents=True, exist_ok=True)
    never = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(prepend_scheme="never"), pre_tokenizers.Digits(True)])
    tokenizers = {
        "gpt2": gpt2(),
        "llama3": llama3(),
        "llama2": characters(normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None,
                             LLAMA_DECODER),
        "metaspace-first": characters(None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), LLAMA_DECODER),
        "metaspace-never": characters(normalizers.NFKC(), never,
                                      decoders.Sequence([decoders.ByteFallback(),
                                                         decoders.Metaspace(prepend_scheme="never")])),
        "words": words(),
    }
    golden = []
    for name, tokenizer in tokenizers.items():
        compact = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
        (out / (name + ".json")).write_text(compact, encoding="utf8")
        for text in texts():
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            golden.append({"tokenizer": name, "text": text, "ids": ids,
                           "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
    write_lines(out / "golden.jsonl", golden)


if __name__ == "__main__":
    sentencepiece_models()
    huggingface_tokenizers()
