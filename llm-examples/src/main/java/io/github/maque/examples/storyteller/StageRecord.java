package io.github.maque.examples.storyteller;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of a stage that has begun.
 *
 * @param key stands for its settings and for all that it reads
 * @param finished whether it has come to its end
 * @param seconds how long it took, over all its attempts
 * @param facts what there is to say about it, by what it is about
 * @param files the SHA-256 of what later stages read and users take, by the path from the job's
 *     directory
 */
public record StageRecord(
    String key,
    boolean finished,
    double seconds,
    Map<String, String> facts,
    Map<String, String> files) {
  /** Copies the maps. */
  public StageRecord {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }
}
