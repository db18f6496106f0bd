/**
 * SentencePiece models of any kind, run by the SentencePiece library through DJL's JNI binding.
 *
 * <p>The binding ({@code ai.djl.sentencepiece:sentencepiece}) is an optional dependency: an
 * application that uses {@link io.github.maque.tokenizer.sentencepiece.SentencePieceTokenizer} adds
 * it to its own class path.
 */
@NullMarked
package io.github.maque.tokenizer.sentencepiece;

import org.jspecify.annotations.NullMarked;
