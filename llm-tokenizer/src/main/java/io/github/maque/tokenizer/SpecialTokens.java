package io.github.maque.tokenizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The special tokens of a tokenizer and the parts some of them play.
 *
 * @param ids every special token's id by its text, in the order of the ids
 * @param bos id of the token that begins a document
 * @param eos id of the token that ends a document or an answer
 * @param pad id of the token that fills a batch
 * @param unk id that stands for what the vocabulary cannot spell
 */
public record SpecialTokens(
    Map<String, Integer> ids, OptionalInt bos, OptionalInt eos, OptionalInt pad, OptionalInt unk) {

  /** No special tokens at all. */
  public static final SpecialTokens NONE =
      new SpecialTokens(
          Map.of(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty());

  /** Copies the map. */
  public SpecialTokens {
    ids = Collections.unmodifiableMap(new LinkedHashMap<>(ids));
  }

  /** Returns whether {@code id} is the id of a special token. */
  public boolean contains(int id) {
    return ids.containsValue(id);
  }
}
