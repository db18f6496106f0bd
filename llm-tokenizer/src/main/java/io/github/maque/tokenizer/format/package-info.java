/**
 * Tokenizer files of other tools: Hugging Face {@code tokenizer.json}, {@code .tiktoken} and
 * SentencePiece {@code .model}, read and written.
 *
 * <p>Start reading at {@link io.github.maque.tokenizer.format.TokenizerFiles}; each format has a
 * class of its own behind it. What is read is either taken exactly or refused: a tokenizer that
 * gives other ids than the file means is never made. {@code MergeOrder} has the argument why merges
 * and ranked pieces can stand for each other.
 *
 * <p>Every reader treats its input as hostile: a damaged file gives a {@link
 * io.github.maque.tokenizer.format.TokenizerFormatException} that names the file and the place, in
 * time and memory that grow with the size of the file and no faster. Files are written whole or not
 * at all.
 */
@NullMarked
package io.github.maque.tokenizer.format;

import org.jspecify.annotations.NullMarked;
