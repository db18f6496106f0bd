package io.github.maque.model.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tokens of a GGUF file by id: {@code tokenizer.ggml.tokens} and what stands beside them. */
final class GgufVocabulary {
  /** What a token is for ({@code llama_token_type}); its number is its ordinal. */
  enum TokenType {
    UNDEFINED,
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  private final List<String> texts = new ArrayList<>();
  private final List<TokenType> types = new ArrayList<>();
  private final List<Float> scores = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();

  /**
   * Adds the token of the next id.
   *
   * @throws IllegalArgumentException if there is one of this text, which llama.cpp refuses
   */
  void add(String text, TokenType type, float score) {
    Integer same = ids.putIfAbsent(text, texts.size());
    if (same != null) {
      throw new IllegalArgumentException(
          String.format(
              "tokens %d and %d are both \"%s\", which a GGUF file cannot say",
              same, texts.size(), Excerpt.of(text)));
    }
    texts.add(text);
    types.add(type);
    scores.add(score);
  }

  /** Adds a token for an id that means nothing, under a name that no other token has. */
  void addUnused() {
    StringBuilder name = new StringBuilder("[PAD" + texts.size() + "]");
    while (ids.containsKey(name.toString())) {
      name.append('_');
    }
    add(name.toString(), TokenType.UNUSED, 0);
  }

  int size() {
    return texts.size();
  }

  void describe(GgufMetadata metadata, boolean withScores) {
    metadata.strings("tokenizer.ggml.tokens", texts);
    if (withScores) {
      float[] values = new float[scores.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = scores.get(i);
      }
      metadata.float32s("tokenizer.ggml.scores", values);
    }
    metadata.int32s(
        "tokenizer.ggml.token_type", types.stream().mapToInt(TokenType::ordinal).toArray());
  }
}
