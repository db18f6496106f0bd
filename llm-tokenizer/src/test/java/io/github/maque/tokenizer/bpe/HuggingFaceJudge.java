package io.github.maque.tokenizer.bpe;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.google.gson.Gson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Hugging Face's own pre-tokenizers and normalizers, through DJL's binding: what ours must equal.
 *
 * <p>Splits are seen through a word-level model that knows no word, so that every pre-token gives
 * one token with its span. Normalised text is seen through a model that knows no character and
 * falls back to the bytes, which are its ids. (Byte-level pre-tokenization would show them too, but
 * aborts the JVM where a normalizer has taken characters away.)
 *
 * <p>How the binding hands texts over (jni 0.21, seen in its source and checked in {@code
 * HuggingFaceJudgeTest}): as modified UTF-8. NUL and supplementary characters arrive as they are;
 * if a text has an unpaired surrogate, the <em>whole</em> text is decoded leniently from modified
 * UTF-8, so that every byte of every surrogate, paired ones too, becomes a U+FFFD of its own, and
 * NUL two. Python's binding refuses such texts. So no text with an unpaired surrogate can be
 * compared here.
 */
final class HuggingFaceJudge implements AutoCloseable {
  private static final int LINES_AT_ONCE = 20_000;

  private final HuggingFaceTokenizer tokenizer;
  private final long handle;

  private HuggingFaceJudge(String normalizer, String preTokenizer, String model) {
    String json =
        "{\"version\":\"1.0\",\"added_tokens\":[],\"normalizer\":"
            + normalizer
            + ",\"pre_tokenizer\":"
            + preTokenizer
            + ",\"post_processor\":null,\"decoder\":null,\"model\":"
            + model
            + "}";
    try {
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
              Map.of("truncation", "false", "padding", "false"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    handle = tokenizer.getHandle();
  }

  /** Splits with the pre-tokenizer of this JSON. */
  static HuggingFaceJudge splitting(String preTokenizer) {
    return new HuggingFaceJudge(
        "null",
        preTokenizer,
        "{\"type\":\"WordLevel\",\"vocab\":{\"<unk>\":0},\"unk_token\":\"<unk>\"}");
  }

  /** Splits with a regular expression. */
  static HuggingFaceJudge splittingBy(String regex, String behavior, boolean invert) {
    return splitting(
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":"
            + new Gson().toJson(regex)
            + "},\"behavior\":\""
            + behavior
            + "\",\"invert\":"
            + invert
            + "}");
  }

  /** Normalises with the normalizer of this JSON. */
  static HuggingFaceJudge normalizing(String normalizer) {
    String vocabulary =
        IntStream.range(0, 256)
            .mapToObj(b -> String.format("\"<0x%02X>\":%d", b, b))
            .collect(Collectors.joining(","));
    return new HuggingFaceJudge(
        normalizer,
        "null",
        "{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{" + vocabulary + "},\"merges\":[]}");
  }

  /** Every code point but the surrogates and the line feed, which separates texts here. */
  static int[] allCodePoints() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .filter(c -> c != '\n' && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE))
        .toArray();
  }

  /** The pre-tokens of every text, as pairs of start and end in UTF-16. */
  List<int[]> spans(List<String> texts) {
    long[] encodings =
        TokenizersLibrary.LIB.batchEncode(handle, texts.toArray(new String[0]), false);
    List<int[]> result = new ArrayList<>(texts.size());
    for (int i = 0; i < encodings.length; i++) {
      CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encodings[i]);
      TokenizersLibrary.LIB.deleteEncoding(encodings[i]);
      result.add(inUtf16(texts.get(i), spans));
    }
    return result;
  }

  private static int[] inUtf16(String text, CharSpan[] spans) {
    int[] result = new int[2 * spans.length];
    int codePoints = 0;
    int chars = 0;
    for (int i = 0; i < result.length; i++) {
      int target = i % 2 == 0 ? spans[i / 2].getStart() : spans[i / 2].getEnd();
      chars = text.offsetByCodePoints(chars, target - codePoints);
      codePoints = target;
      result[i] = chars;
    }
    return result;
  }

  /** The code points that the pre-tokenizer removes, each of them standing alone in a text. */
  BitSet removedCodePoints() {
    int[] all = allCodePoints();
    BitSet removed = new BitSet();
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < all.length; from += LINES_AT_ONCE) {
      int to = Math.min(all.length, from + LINES_AT_ONCE);
      text.setLength(0);
      Arrays.stream(all, from, to).forEach(text::appendCodePoint);
      long encoding = TokenizersLibrary.LIB.encode(handle, text.toString(), false);
      BitSet kept = new BitSet();
      for (CharSpan span : TokenizersLibrary.LIB.getTokenCharSpans(encoding)) {
        kept.set(span.getStart(), span.getEnd());
      }
      TokenizersLibrary.LIB.deleteEncoding(encoding);
      for (int i = from; i < to; i++) {
        removed.set(all[i], !kept.get(i - from));
      }
    }
    return removed;
  }

  /** The normalised form of a text. */
  String normalize(String text) {
    long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
    long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
    TokenizersLibrary.LIB.deleteEncoding(encoding);
    byte[] utf8 = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      utf8[i] = (byte) ids[i];
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /**
   * The normalised forms of many texts, none of which holds a line feed: they are handed over as
   * lines of one text, which is the same for a normalizer that does not look beyond a line feed.
   */
  List<String> normalizeLines(List<String> texts) {
    List<String> result = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += LINES_AT_ONCE) {
      List<String> some = texts.subList(from, Math.min(texts.size(), from + LINES_AT_ONCE));
      result.addAll(Arrays.asList(normalize(String.join("\n", some)).split("\n", -1)));
    }
    if (result.size() != texts.size()) {
      throw new IllegalArgumentException("a text holds a line feed");
    }
    return result;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
