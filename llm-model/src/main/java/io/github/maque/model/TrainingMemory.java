package io.github.maque.model;

/**
 * An estimate of the memory that training takes, in bytes: of what the layers of this library keep
 * when they train on the CPU, not of holes in an allocator's heap. A layer keeps until its backward
 * pass, in numbers of 4 bytes where the precision is 32-bit and of 2 where it is not,
 *
 * <ul>
 *   <li>for each of {@code 2 · width}: always in 32 bits, what a norm reads and, if it is an RMS
 *       norm, what its weight is multiplied with; the norm's result; with post-norm once more the
 *       32-bit ones; with dropout 4 bytes;
 *   <li>queries, keys and values twice, before and after they are rotated, and what attention
 *       found; with norms of queries and keys two 32-bit copies of both;
 *   <li>attention's probabilities, for sequences of up to 1,024 tokens: about half of {@code heads
 *       · time} for each token;
 *   <li>with a gate 4, else 2 times the feed-forward width;
 *   <li>whatever the tokens, its matrices, if they had to be rounded, or a copy of those of
 *       queries, keys and values.
 * </ul>
 *
 * @param weights the parameters, in 32-bit floats whatever the precision
 * @param gradients as large as the weights
 * @param optimizerState AdamW's two moments, twice as large as the weights
 * @param activations what is kept from the forward pass: what each layer keeps, or, if layers are
 *     recomputed, the inputs of the pieces they are recomputed in
 * @param working what comes and goes: the last hidden states and their gradient, and either the
 *     head's matrix with part of the logits, or the gradients inside of a layer with the piece that
 *     has been recomputed, whichever is more
 */
public record TrainingMemory(
    long weights, long gradients, long optimizerState, long activations, long working) {
  /** Returns the sum. */
  public long total() {
    return weights + gradients + optimizerState + activations + working;
  }
}
