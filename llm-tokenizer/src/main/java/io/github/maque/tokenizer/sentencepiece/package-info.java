/**
 * SentencePiece models of any kind, run by the SentencePiece library through DJL's JNI binding.
 *
 * <p>The binding ({@code ai.djl.sentencepiece:sentencepiece}) is an optional dependency: an
 * application that uses {@link io.github.maque.tokenizer.sentencepiece.SentencePieceTokenizer} adds
 * it to its own class path.
 *
 * <p>The library trusts its models and the binding its caller; both end the process if they should
 * not have. So a model is checked before they see it ({@code SentencePieceModel}, {@code CharsMap},
 * {@code PrefixMatcher}), they see it only as written anew from what was checked, and all that is
 * asked of them is to encode ({@code NativeModel}).
 */
@NullMarked
package io.github.maque.tokenizer.sentencepiece;

import org.jspecify.annotations.NullMarked;
