/**
 * Text to token ids and back.
 *
 * <p>Start reading at {@link io.github.maque.tokenizer.Tokenizer}, the interface the rest of the
 * library works with. {@code tokenizer.bpe} holds byte-pair encoding (training and encoding),
 * {@code tokenizer.format} the files other tools read and write, {@code tokenizer.sentencepiece}
 * models run by the SentencePiece library itself.
 */
@NullMarked
package io.github.maque.tokenizer;

import org.jspecify.annotations.NullMarked;
