package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTest {
  private static final List<Function<Batch, ByteBuffer>> BUFFERS =
      List.of(Batch::ids, Batch::targets, Batch::lossWeights, Batch::positions, Batch::segments);

  @Test
  void laysRowsOutBehindEachOtherInDirectBuffers() {
    Sequences numbers = new NumberedSequences(10, 7, 5);
    try (BatchStream stream = open(numbers, 3, 0)) {
      stream.next();
      Batch batch = stream.next();
      assertThat(batch.rows()).isEqualTo(3);
      assertThat(batch.length()).isEqualTo(7);
      for (Function<Batch, ByteBuffer> buffer : BUFFERS) {
        ByteBuffer bytes = buffer.apply(batch);
        assertThat(bytes.isDirect()).isTrue();
        assertThat(bytes.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(bytes.position()).isZero();
        assertThat(bytes.remaining()).isEqualTo(3 * 7 * 4).isEqualTo(bytes.capacity());
      }
      Row row = new Row(7);
      for (int i = 0; i < 3; i++) {
        numbers.read(3 + i, row);
        for (int t = 0; t < 7; t++) {
          int at = (i * 7 + t) * 4;
          assertThat(batch.ids().getInt(at)).isEqualTo(row.ids[t]);
          assertThat(batch.targets().getInt(at)).isEqualTo(row.targets[t]);
          assertThat(batch.lossWeights().getFloat(at)).isEqualTo(row.lossWeights[t]);
          assertThat(batch.positions().getInt(at)).isEqualTo(row.positions[t]);
          assertThat(batch.segments().getInt(at)).isEqualTo(row.segments[t]);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void saysWhichSequencesItHas(int prefetch) {
    Mixture mixture =
        Mixture.of(new NumberedSequences(10, 7, 0), 0.6).and(new NumberedSequences(4, 7, 1), 0.4);
    try (BatchStream stream = BatchStream.of(mixture).batchSize(3).prefetch(prefetch).open()) {
      for (int i = 0; i < 20; i++) {
        try (Batch batch = stream.next()) {
          for (int row = 0; row < 3; row++) {
            assertThat(batch.sequence(row)).isEqualTo(batch.ids().getInt(row * 7 * 4));
            assertThat(batch.source(row)).isEqualTo(batch.ids().getInt((row * 7 + 1) * 4));
          }
          assertThatThrownBy(() -> batch.sequence(3)).isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> batch.source(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
      }
    }
  }

  @Test
  void givesEachCallerAViewOfItsOwn() {
    try (BatchStream stream = open(new NumberedSequences(10, 7, 5), 3, 0);
        Batch batch = stream.next()) {
      batch.ids().getInt();
      batch.ids().order(ByteOrder.BIG_ENDIAN);
      assertThat(batch.ids().position()).isZero();
      assertThat(batch.ids().order()).isEqualTo(ByteOrder.nativeOrder());
    }
  }

  @Test
  void countsWeightsTokensAndSegments() {
    SampleList samples =
        SampleList.builder()
            .add(new int[] {4, 5, 2}, new float[] {1, 0.5f, 2})
            .add(new int[] {6, 2}, new float[] {0, 1})
            .add(new int[] {7, 8, 9, 3, 4, 2}, new float[] {0, 0, 0, 1, 1, 1})
            .build();
    Sequences packed = PackedSequences.bestFit(samples, 6, OverlongPolicy.REJECT, 0);
    try (BatchStream stream = open(packed, 2, 0);
        Batch batch = stream.next()) {
      assertThat(batch.lossWeightSum()).isEqualTo(3 + 2.5 + 1);
      assertThat(batch.tokens()).isEqualTo(11);
      assertThat(batch.segmentOffsets()).containsExactly(0, 6, 9, 11, 12);
    }
  }

  @Test
  void takesTheMemoryOfAClosedBatchAgain() {
    try (BatchStream stream = open(new NumberedSequences(10, 7, 5), 2, 0)) {
      Batch first = stream.next();
      ByteBuffer old = first.ids();
      assertThat(old.getInt(0)).isZero();
      first.close();
      try (Batch second = stream.next()) {
        assertThat(second.ids().getInt(0)).isEqualTo(2);
        assertThat(old.getInt(0)).isEqualTo(2);
      }
    }
  }

  @Test
  void leavesBatchesThatAreOpenAsTheyAre() {
    for (int prefetch : new int[] {0, 2}) {
      try (BatchStream stream = open(new NumberedSequences(100, 4, 0), 2, prefetch)) {
        List<Batch> open = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          Batch batch = stream.next();
          if (i % 7 == 0) {
            open.add(batch);
          } else {
            batch.close();
          }
        }
        for (int k = 0; k < open.size(); k++) {
          assertThat(open.get(k).ids().getInt(0)).isEqualTo(k * 7 * 2 % 100);
        }
      }
    }
  }

  @Test
  void refusesToBeUsedOnceClosed() {
    try (BatchStream stream = open(new NumberedSequences(10, 7, 5), 3, 0)) {
      Batch batch = stream.next();
      DataState state = batch.state();
      batch.close();
      for (Function<Batch, ByteBuffer> buffer : BUFFERS) {
        assertThatIllegalStateException()
            .isThrownBy(() -> buffer.apply(batch))
            .withMessageContaining("closed");
      }
      assertThatIllegalStateException().isThrownBy(batch::lossWeightSum);
      assertThatIllegalStateException().isThrownBy(batch::tokens);
      assertThatIllegalStateException().isThrownBy(batch::segmentOffsets);
      // Where it stood in the stream is still known.
      assertThat(batch.state()).isEqualTo(state);
      assertThat(batch.rows()).isEqualTo(3);

      // Closed twice, its memory must not become that of two batches.
      batch.close();
      Batch second = stream.next();
      Batch third = stream.next();
      second.ids().putInt(0, -1);
      assertThat(third.ids().getInt(0)).isNotEqualTo(-1);
    }
  }

  private static BatchStream open(Sequences sequences, int batchSize, int prefetch) {
    return BatchStream.of(sequences).sequential().batchSize(batchSize).prefetch(prefetch).open();
  }
}
