package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@code .tiktoken} file leaves to the program that reads it.
 *
 * @param name what the encoding is called
 * @param preTokenizer how text is split
 * @param specialTokens the ids of the special tokens by their text
 */
public record TiktokenEncoding(
    String name, PreTokenizer preTokenizer, Map<String, Integer> specialTokens) {

  /** {@code cl100k_base}, of GPT-3.5 and GPT-4. */
  public static final TiktokenEncoding CL100K_BASE =
      new TiktokenEncoding(
          "cl100k_base",
          PreTokenPattern.CL100K_TIKTOKEN,
          inOrder(
              Map.entry("<|endoftext|>", 100257),
              Map.entry("<|fim_prefix|>", 100258),
              Map.entry("<|fim_middle|>", 100259),
              Map.entry("<|fim_suffix|>", 100260),
              Map.entry("<|endofprompt|>", 100276)));

  /** {@code o200k_base}, of GPT-4o. */
  public static final TiktokenEncoding O200K_BASE =
      new TiktokenEncoding(
          "o200k_base",
          PreTokenPattern.O200K,
          inOrder(Map.entry("<|endoftext|>", 199999), Map.entry("<|endofprompt|>", 200018)));

  /** Copies the map. */
  public TiktokenEncoding {
    specialTokens = Collections.unmodifiableMap(new LinkedHashMap<>(specialTokens));
  }

  @SafeVarargs
  private static Map<String, Integer> inOrder(Map.Entry<String, Integer>... tokens) {
    Map<String, Integer> map = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> token : tokens) {
      map.put(token.getKey(), token.getValue());
    }
    return map;
  }
}
