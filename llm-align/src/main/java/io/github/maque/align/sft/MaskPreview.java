package io.github.maque.align.sft;

import io.github.maque.data.pack.Samples;
import io.github.maque.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Shows which tokens of a sample a model learns to write, as text: a look at one sample before
 * training finds most of what goes wrong with chat templates. Immutable.
 *
 * <pre>{@code
 * <|im_start|>user↵
 * 讲个故事。<|im_end|>↵
 * <|im_start|>assistant↵
 * ⟦从前有一只麻雀。<|im_end|>⟧↵
 * }</pre>
 *
 * <p>Tokens of weight 1 or more stand in {@code ⟦…⟧}, those that count less in {@code ⟨…⟩}; with
 * colours they are green and yellow instead, and special tokens bold. Line feeds are shown as
 * {@code ↵} in front of them. Control and formatting characters, and those that the preview itself
 * is made of, are written like <code>&#92;u200B</code>, bytes that are no characters like {@code
 * \xE4}, a backslash twice. The first token of a sample is never predicted, so its weight counts as
 * 0.
 */
public final class MaskPreview {
  private static final String OWN_SIGNS = "⟦⟧⟨⟩│↵";
  private static final String BOUNDARY = "│";
  private static final String BOLD = "\u001B[1m";
  private static final String RESET = "\u001B[0m";

  private final Tokenizer tokenizer;
  private final boolean colours;
  private final boolean boundaries;

  /** How much a token counts. */
  private enum Mark {
    NONE("", "", ""),
    PARTLY("⟨", "⟩", "\u001B[33m"),
    FULLY("⟦", "⟧", "\u001B[32m");

    final String opening;
    final String closing;
    final String colour;

    Mark(String opening, String closing, String colour) {
      this.opening = opening;
      this.closing = closing;
      this.colour = colour;
    }

    static Mark of(float weight) {
      return weight == 0 ? NONE : weight < 1 ? PARTLY : FULLY;
    }
  }

  private MaskPreview(Tokenizer tokenizer, boolean colours, boolean boundaries) {
    this.tokenizer = tokenizer;
    this.colours = colours;
    this.boundaries = boundaries;
  }

  /** Returns a preview in brackets, without the boundaries of tokens. */
  public static MaskPreview of(Tokenizer tokenizer) {
    return new MaskPreview(tokenizer, false, false);
  }

  /** Returns this preview with ANSI colours in place of brackets, or without. */
  public MaskPreview colours(boolean wanted) {
    return new MaskPreview(tokenizer, wanted, boundaries);
  }

  /** Returns this preview with {@code │} between tokens, or without. */
  public MaskPreview boundaries(boolean wanted) {
    return new MaskPreview(tokenizer, colours, wanted);
  }

  /**
   * Shows a sample.
   *
   * @param index from 0 to {@code samples.size() - 1}
   */
  public String render(Samples samples, int index) {
    int length = samples.length(index);
    int[] ids = new int[length];
    float[] weights = new float[length];
    samples.read(index, 0, length, ids, weights, 0);
    return render(ids, weights);
  }

  /**
   * Shows tokens.
   *
   * @param weights for each token how much it counts to predict it
   */
  public String render(int[] ids, float[] weights) {
    if (ids.length != weights.length) {
      throw new IllegalArgumentException(
          "there must be as many weights as ids, got " + weights.length + " and " + ids.length);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    while (from < ids.length) {
      Mark mark = mark(weights, from);
      int to = from + 1;
      while (to < ids.length && mark(weights, to) == mark) {
        to++;
      }
      out.append(boundaries && from > 0 ? BOUNDARY : "");
      out.append(colours ? "" : mark.opening);
      append(ids, from, to, mark, out);
      out.append(colours ? "" : mark.closing);
      from = to;
    }
    return out.toString();
  }

  private static Mark mark(float[] weights, int place) {
    return place == 0 ? Mark.NONE : Mark.of(weights[place]);
  }

  /** Appends tokens of one mark: those in a row that share characters are decoded together. */
  private void append(int[] ids, int from, int to, Mark mark, StringBuilder out) {
    int at = from;
    while (at < to) {
      boolean special = isSpecial(ids[at]);
      int end = at + 1;
      while (!boundaries && !special && end < to && !isSpecial(ids[end])) {
        end++;
      }
      out.append(at > from && boundaries ? BOUNDARY : "");
      out.append(styled(text(ids, at, end), mark, special));
      at = end;
    }
  }

  private boolean isSpecial(int id) {
    return tokenizer.specialTokens().contains(id);
  }

  /** Styles end with each line, since pagers take them to. */
  private String styled(String text, Mark mark, boolean special) {
    String style = mark.colour + (special ? BOLD : "");
    if (!colours || style.isEmpty()) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (String line : text.split("(?<=\n)")) {
      boolean ends = line.endsWith("\n");
      String shown = ends ? line.substring(0, line.length() - 1) : line;
      out.append(style).append(shown).append(RESET).append(ends ? "\n" : "");
    }
    return out.toString();
  }

  private String text(int[] ids, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = from; i < to; i++) {
      bytes.writeBytes(tokenizer.pieceBytes(ids[i]));
    }
    return text(ByteBuffer.wrap(bytes.toByteArray()));
  }

  private static String text(ByteBuffer utf8) {
    StringBuilder out = new StringBuilder();
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer characters = CharBuffer.allocate(utf8.remaining());
    while (utf8.hasRemaining()) {
      CoderResult result = decoder.decode(utf8, characters, true);
      characters.flip().codePoints().forEach(c -> append(c, out));
      characters.clear();
      for (int i = 0; result.isError() && i < result.length(); i++) {
        out.append(String.format(Locale.ROOT, "\\x%02X", utf8.get()));
      }
      decoder.reset();
    }
    return out.toString();
  }

  private static void append(int character, StringBuilder out) {
    switch (character) {
      case '\n' -> out.append("↵\n");
      case '\\' -> out.append("\\\\");
      default -> {
        if (isVisible(character)) {
          out.appendCodePoint(character);
        } else {
          out.append(String.format(Locale.ROOT, "\\u%04X", character));
        }
      }
    }
  }

  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> OWN_SIGNS.indexOf(character) < 0;
    };
  }
}
