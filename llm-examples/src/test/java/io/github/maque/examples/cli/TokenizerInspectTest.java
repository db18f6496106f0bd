package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.maque.examples.benchmark.SyntheticChinese;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerInspectTest {
  @TempDir static Path shared;

  private static Path tokenizer;

  @BeforeAll
  static void learn() throws IOException {
    Path text = Files.write(shared.resolve("text"), new SyntheticChinese(5).documents(100_000));
    tokenizer = shared.resolve("tokenizer");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 900, "--out", tokenizer)
        .succeeds();
  }

  @Test
  void describesAVocabulary() {
    JsonObject figures = inspect("--json").json();
    assertThat(figures.get("kind").getAsString()).isEqualTo("byte-level BPE");
    assertThat(figures.get("vocabulary_size").getAsInt()).isEqualTo(900);
    assertThat(figures.get("pre_tokenizer").getAsString()).isEqualTo("chinese");
    assertThat(figures.get("normalizer").getAsString()).isEqualTo("none");
    assertThat(figures.getAsJsonObject("special_tokens").get("<|im_end|>").getAsInt()).isEqualTo(2);
    assertThat(figures.get("han_share").getAsDouble()).isBetween(0.1, 1.0);
    assertThat(figures.getAsJsonArray("longest")).isNotEmpty();
    assertThat(inspect().succeeds().out())
        .contains("special token 2")
        .contains("longest tokens")
        .contains("#");
  }

  @Test
  void showsTheTokensOfAText() {
    JsonArray tokens =
        inspect("--text", "a的<|im_end|>\n", "--json").json().getAsJsonArray("token_list");
    assertThat(tokens).hasSize(4);
    assertThat(tokens.get(1).toString()).contains("\"text\":\"的\",\"start\":1,\"end\":2");
    assertThat(tokens.get(2).toString()).contains("\"id\":2").contains("\"start\":2,\"end\":12");
    assertThat(tokens.get(3).toString()).contains("\\\\n");
    assertThat(inspect("--text", "a的").succeeds().out()).contains("的").doesNotContain("\u001B");
  }

  @Test
  void showsWhatIdsStandFor() {
    assertThat(inspect("--id", "1,2").succeeds().out())
        .contains("<|im_start|>")
        .contains("<|im_end|>");
    inspect("--id", "900").rejects("--id", "899", "900");
    inspect("--id", "one").rejects("--id", "one");
  }

  private static Invocation inspect(Object... options) {
    Object[] words = new Object[options.length + 4];
    words[0] = "tokenizer";
    words[1] = "inspect";
    words[2] = "--tokenizer";
    words[3] = tokenizer;
    System.arraycopy(options, 0, words, 4, options.length);
    return Invocation.of(words);
  }
}
