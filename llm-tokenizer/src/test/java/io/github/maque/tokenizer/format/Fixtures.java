package io.github.maque.tokenizer.format;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The files that {@code src/test/python/format_fixtures.py} made, and what it made of texts. */
public final class Fixtures {
  private Fixtures() {}

  /**
   * What the original library gave.
   *
   * @param tokenizer the name of the fixture
   * @param text what was encoded
   * @param ids the ids without any added BOS or EOS
   * @param decoded what the ids were decoded to
   */
  public record Golden(String tokenizer, String text, int[] ids, String decoded) {
    @Override
    public String toString() {
      return tokenizer + " " + new Gson().toJson(text);
    }
  }

  /** Returns the content of a fixture, such as {@code sentencepiece/bpe-prefix.model}. */
  public static byte[] bytes(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream("/format/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no fixture " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what a library gave with one of its fixtures. */
  public static List<Golden> golden(String library, String tokenizer) {
    return new String(bytes(library + "/golden.jsonl"), StandardCharsets.UTF_8)
        .lines()
        .map(line -> new Gson().fromJson(line, Golden.class))
        .filter(golden -> golden.tokenizer().equals(tokenizer))
        .toList();
  }
}
