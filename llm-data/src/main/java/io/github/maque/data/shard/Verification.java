package io.github.maque.data.shard;

import java.util.List;

/**
 * What a {@link ShardVerifier} found.
 *
 * @param problems everything that is wrong, each naming its file; what is found many times in a
 *     file is listed once, with its number and the first place
 * @param shards how many shards were looked at
 * @param documents how many documents the sound indexes have
 * @param tokens how many token ids were read
 * @param innerEnds how often the end-of-document id stands inside documents, as it does where a
 *     text spelled it out; nothing is wrong with that
 */
public record Verification(
    List<String> problems, int shards, long documents, long tokens, long innerEnds) {

  /** Copies the list. */
  public Verification {
    problems = List.copyOf(problems);
  }

  /** Returns whether nothing is wrong. */
  public boolean isSound() {
    return problems.isEmpty();
  }
}
