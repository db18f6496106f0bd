package io.github.maque.tokenizer.bpe;

import java.time.Duration;

/**
 * A trained tokenizer and what it was learned from.
 *
 * @param tokenizer the tokenizer
 * @param texts how many texts there were
 * @param characters how many UTF-16 units they had
 * @param preTokens how many pre-tokens they were split into
 * @param uniquePreTokens how many different ones were learned from
 * @param prunedPreTokens how many different ones were forgotten to stay within the memory limit; if
 *     it is not zero, the merges may differ from those of an unlimited run
 * @param prunedOccurrences how often the forgotten ones had occurred
 * @param merges how many merges were learned
 * @param countTime the time for reading, splitting and counting
 * @param mergeTime the time for learning the merges
 */
public record BpeTraining(
    BpeTokenizer tokenizer,
    long texts,
    long characters,
    long preTokens,
    long uniquePreTokens,
    long prunedPreTokens,
    long prunedOccurrences,
    int merges,
    Duration countTime,
    Duration mergeTime) {}
