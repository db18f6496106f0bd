/**
 * What {@code maque bench} measures, and the synthetic text it measures with.
 *
 * <p>Start at {@link io.github.maque.examples.benchmark.TokenizerBenchmark}. Every speed is that of
 * a {@code Race}: contestants do the same work in turns, and what counts is their ratio. {@link
 * io.github.maque.examples.benchmark.SyntheticChinese} says how its text is like real prose, {@link
 * io.github.maque.examples.benchmark.CorpusStatistics} in which figures. Other tokenizers are here
 * to be measured against: Hugging Face's and SentencePiece through DJL, and jtokkit, which also
 * brings the vocabulary of GPT-4. PyTorch, where a user has it, trains the same decoder in a
 * process of its own ({@code TorchPeer}).
 */
@NullMarked
package io.github.maque.examples.benchmark;

import org.jspecify.annotations.NullMarked;
