package io.github.maque.data.pack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** The memory of a batch, used again for others. */
final class BatchBuffers {
  final ByteBuffer ids;
  final ByteBuffer targets;
  final ByteBuffer lossWeights;
  final ByteBuffer positions;
  final ByteBuffer segments;

  // The same memory seen as numbers.
  private final IntBuffer idInts;
  private final IntBuffer targetInts;
  private final FloatBuffer lossWeightFloats;
  private final IntBuffer positionInts;
  private final IntBuffer segmentInts;

  /** Allocates room for {@code tokens} tokens. */
  BatchBuffers(int tokens) {
    ids = allocate(tokens);
    targets = allocate(tokens);
    lossWeights = allocate(tokens);
    positions = allocate(tokens);
    segments = allocate(tokens);
    idInts = ids.asIntBuffer();
    targetInts = targets.asIntBuffer();
    lossWeightFloats = lossWeights.asFloatBuffer();
    positionInts = positions.asIntBuffer();
    segmentInts = segments.asIntBuffer();
  }

  private static ByteBuffer allocate(int tokens) {
    return ByteBuffer.allocateDirect(tokens * Integer.BYTES).order(ByteOrder.nativeOrder());
  }

  /** Copies {@code row} to where row {@code number} of the batch is. */
  void put(int number, Row row) {
    int length = row.length();
    int at = number * length;
    idInts.put(at, row.ids, 0, length);
    targetInts.put(at, row.targets, 0, length);
    lossWeightFloats.put(at, row.lossWeights, 0, length);
    positionInts.put(at, row.positions, 0, length);
    segmentInts.put(at, row.segments, 0, length);
  }

  float lossWeight(int token) {
    return lossWeightFloats.get(token);
  }

  int segment(int token) {
    return segmentInts.get(token);
  }
}
