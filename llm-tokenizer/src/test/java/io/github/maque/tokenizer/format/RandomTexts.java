package io.github.maque.tokenizer.format;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Texts that try what file formats disagree on: white space at all places, {@code ▁}, characters
 * without a piece, NUL, emoji, combining marks, and the names of special tokens. The same seed
 * gives the same texts.
 */
public final class RandomTexts {
  private static final String[] PARTS = {
    " ",
    "  ",
    "   ",
    "▁",
    "▁▁",
    "▁▁▁",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\0",
    "\u3000",
    "a",
    "b",
    "the",
    " the",
    "sparrow",
    "Sparrow ",
    "and",
    "ing",
    "17",
    "2025",
    "٣",
    "麻雀",
    "小麻雀",
    "，",
    "。",
    "“唱歌”",
    "森林里",
    "从前有一只",
    "龘",
    "é",
    "e\u0301",
    "\u0301",
    "ﬁ",
    "Ａ",
    "㍿",
    "½",
    "．．",
    "…",
    "가",
    "😀",
    "🎉",
    "👨\u200D👩\u200D👧",
    "𠮷",
    "\uFFFD",
    "\u200B",
    "\uFEFF",
    "<s>",
    "</s>",
    "<unk>",
    "<0x41>",
    "<sep>",
    "<sep><sep>",
    "<ctl>",
    "<|endoftext|>",
    "<|eot|>",
    "magic word",
    "s\u0323\u0307eva",
    "ṩeva",
    "don't",
    "WE'LL",
    "ou",
    "!!!",
    "x = y\n    z",
    "'",
    ".",
    "-",
    "(",
    "\"",
    "0",
    "_",
    "\uDBFF\uDFFD"
  };

  private final SplittableRandom random;

  /** Begins a sequence of texts. */
  public RandomTexts(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns so many texts of up to twelve parts. */
  public List<String> texts(int count) {
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(13); part > 0; part--) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /**
   * Returns every text over the characters of {@code alphabet} with up to {@code length} of them.
   */
  public static List<String> all(String alphabet, int length) {
    List<String> texts = new ArrayList<>(List.of(""));
    int shorter = 0;
    for (int i = 0; i < length; i++) {
      int end = texts.size();
      for (; shorter < end; shorter++) {
        for (char c : alphabet.toCharArray()) {
          texts.add(texts.get(shorter) + c);
        }
      }
    }
    return texts;
  }
}
