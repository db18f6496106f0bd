/**
 * Tokenizer files of other tools: Hugging Face {@code tokenizer.json}, {@code .tiktoken} and
 * SentencePiece {@code .model}, read and written.
 *
 * <p>Start reading at {@link io.github.maque.tokenizer.format.TokenizerFiles}. Every reader treats
 * its input as hostile: a damaged file gives a {@link
 * io.github.maque.tokenizer.format.TokenizerFormatException} that names the file and the place.
 */
@NullMarked
package io.github.maque.tokenizer.format;

import org.jspecify.annotations.NullMarked;
