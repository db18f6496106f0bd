/**
 * Byte-pair encoding: {@link io.github.maque.tokenizer.bpe.BpeTrainer} learns a vocabulary, {@link
 * io.github.maque.tokenizer.bpe.BpeTokenizer} encodes with it.
 *
 * <p>A text passes through the stages in this order: added tokens are cut out, the rest is
 * normalised ({@link io.github.maque.tokenizer.bpe.Normalizer}), split into pre-tokens ({@link
 * io.github.maque.tokenizer.bpe.PreTokenizer}), and every pre-token is merged by the {@link
 * io.github.maque.tokenizer.bpe.BpeVocabulary}.
 */
@NullMarked
package io.github.maque.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;
