package io.github.maque.data.pack;

import io.github.maque.data.shard.TokenDataset;
import java.util.Arrays;
import java.util.Objects;

/**
 * A dataset read as one long stream of tokens, documents behind each other, cut every T tokens: the
 * way of GPT-2 and Megatron-LM, for pre-training. Immutable.
 *
 * <p>Sequence i has the tokens from i·T up to i·T + T - 1 as ids and those one further as targets,
 * so that every token but the very first of the dataset is a target exactly once. The last sequence
 * is filled up with padding: id and target 0, weight 0, segment {@link Row#PADDING}. A dataset of n
 * tokens has ⌈(n - 1) / T⌉ sequences.
 *
 * <p>Without a document mask a sequence is one segment, whatever documents are in it, and every
 * target has weight 1, also the first token of a document, which follows the end-of-document token
 * of the one before. {@linkplain #documentMask With one}, each document in a sequence is a segment,
 * in which positions begin at 0, also where the sequence begins in the middle of a document; and
 * the first token of a document has weight 0 as a target, since nothing of its own document comes
 * before it. An end-of-document token is a target like any other.
 */
public final class ConcatenatedSequences implements Sequences {
  private final TokenDataset dataset;
  private final int length;
  private final boolean documentMask;

  private ConcatenatedSequences(TokenDataset dataset, int length, boolean documentMask) {
    if (length < 1) {
      throw new IllegalArgumentException("length must be positive, got " + length);
    }
    this.dataset = dataset;
    this.length = length;
    this.documentMask = documentMask;
  }

  /** Returns the sequences of {@code length} tokens of {@code dataset}, without a document mask. */
  public static ConcatenatedSequences of(TokenDataset dataset, int length) {
    return new ConcatenatedSequences(dataset, length, false);
  }

  /** Returns these sequences with each document as a segment of its own. */
  public ConcatenatedSequences documentMask() {
    return new ConcatenatedSequences(dataset, length, true);
  }

  @Override
  public long size() {
    long targets = Math.max(0, dataset.tokens() - 1);
    return targets / length + (targets % length == 0 ? 0 : 1);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void read(long index, Row row) {
    long start = Objects.checkIndex(index, size()) * length;
    int used = (int) Math.min(length, dataset.tokens() - 1 - start);
    dataset.read(start, row.ids, 0, used);
    System.arraycopy(row.ids, 1, row.targets, 0, used - 1);
    dataset.read(start + used, row.targets, used - 1, 1);
    Arrays.fill(row.lossWeights, 0, used, 1);
    if (documentMask) {
      markDocuments(start, used, row);
    } else {
      row.segment(0, 0, used);
    }
    row.pad(used, 0);
  }

  private void markDocuments(long start, int used, Row row) {
    long document = dataset.documentAt(start);
    long end = dataset.start(document);
    int segment = 0;
    int at = 0;
    while (at < used) {
      end += dataset.length(document++);
      int to = (int) Math.min(used, end - start);
      if (to == at) {
        continue; // An empty document.
      }
      row.segment(segment++, at, to);
      if (start + to == end) {
        row.lossWeights[to - 1] = 0;
      }
      at = to;
    }
  }
}
