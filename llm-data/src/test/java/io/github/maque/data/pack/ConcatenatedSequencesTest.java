package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.shard.TokenDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConcatenatedSequencesTest {
  @TempDir Path directory;

  @Test
  void chunksDocumentsBehindEachOther() throws IOException {
    TokenDataset dataset = documents(new int[] {5, 6, 2}, new int[] {7, 8, 9, 2});
    Sequences sequences = ConcatenatedSequences.of(dataset, 4);

    assertThat(sequences.size()).isEqualTo(2);
    Row first = read(sequences, 0);
    assertThat(first.ids).containsExactly(5, 6, 2, 7);
    assertThat(first.targets).containsExactly(6, 2, 7, 8);
    assertThat(first.lossWeights).containsExactly(1, 1, 1, 1);
    assertThat(first.positions).containsExactly(0, 1, 2, 3);
    assertThat(first.segments).containsExactly(0, 0, 0, 0);
    Row last = read(sequences, 1);
    assertThat(last.ids).containsExactly(8, 9, 0, 0);
    assertThat(last.targets).containsExactly(9, 2, 0, 0);
    assertThat(last.lossWeights).containsExactly(1, 1, 0, 0);
    assertThat(last.positions).containsExactly(0, 1, 0, 1);
    assertThat(last.segments).containsExactly(0, 0, -1, -1);
  }

  @Test
  void separatesDocumentsUnderAMask() throws IOException {
    TokenDataset dataset = documents(new int[] {5, 6, 2}, new int[] {7, 8, 9, 2});
    Sequences sequences = ConcatenatedSequences.of(dataset, 4).documentMask();

    Row first = read(sequences, 0);
    assertThat(first.ids).containsExactly(5, 6, 2, 7);
    assertThat(first.targets).containsExactly(6, 2, 7, 8);
    assertThat(first.lossWeights).containsExactly(1, 1, 0, 1);
    assertThat(first.positions).containsExactly(0, 1, 2, 0);
    assertThat(first.segments).containsExactly(0, 0, 0, 1);
    Row last = read(sequences, 1);
    assertThat(last.lossWeights).containsExactly(1, 1, 0, 0);
    assertThat(last.positions).containsExactly(0, 1, 0, 1);
    assertThat(last.segments).containsExactly(0, 0, -1, -1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 61, 400})
  void agreesWithANaiveReadingOfAllTokens(int length) throws IOException {
    List<List<int[]>> shards = randomShards();
    List<int[]> documents = shards.stream().flatMap(List::stream).toList();
    int[] tokens = documents.stream().flatMapToInt(Arrays::stream).toArray();
    int[] placeInDocument = new int[tokens.length];
    int at = 0;
    for (int[] document : documents) {
      for (int place = 0; place < document.length; place++) {
        placeInDocument[at++] = place;
      }
    }
    TokenDataset dataset = IndexedFiles.dataset(directory, shards);
    for (boolean masked : new boolean[] {false, true}) {
      ConcatenatedSequences plain = ConcatenatedSequences.of(dataset, length);
      Sequences sequences = masked ? plain.documentMask() : plain;
      assertThat(sequences.size()).isEqualTo((long) Math.ceil((tokens.length - 1.0) / length));
      // Backwards, so that whatever a row keeps from the one before is found.
      Row row = new Row(length);
      for (int i = (int) sequences.size() - 1; i >= 0; i--) {
        sequences.read(i, row);
        int segment = 0;
        int segmentStart = 0;
        for (int t = 0; t < length; t++) {
          int token = i * length + t;
          boolean padding = token >= tokens.length - 1;
          boolean begins = masked && !padding && placeInDocument[token] == 0 && t > 0;
          if (begins || (padding && segment != Row.PADDING)) {
            segment = padding ? Row.PADDING : segment + 1;
            segmentStart = t;
          }
          boolean unpredictable = padding || (masked && placeInDocument[token + 1] == 0);
          String place = "place " + t + " of " + i + ", masked " + masked;
          assertThat(row.ids[t]).as(place).isEqualTo(padding ? 0 : tokens[token]);
          assertThat(row.targets[t]).as(place).isEqualTo(padding ? 0 : tokens[token + 1]);
          assertThat(row.lossWeights[t]).as(place).isEqualTo(unpredictable ? 0 : 1);
          assertThat(row.segments[t]).as(place).isEqualTo(segment);
          assertThat(row.positions[t]).as(place).isEqualTo(t - segmentStart);
        }
      }
    }
  }

  @Test
  void hasNoSequencesWhereNothingCanBePredicted() throws IOException {
    assertThat(ConcatenatedSequences.of(documents(), 4).size()).isZero();
    assertThat(ConcatenatedSequences.of(documents(new int[] {2}), 4).size()).isZero();
    assertThat(ConcatenatedSequences.of(documents(new int[] {3, 2}), 4).size()).isEqualTo(1);
  }

  @Test
  void refusesWhatDoesNotExist() throws IOException {
    TokenDataset dataset = documents(new int[] {5, 6, 2});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConcatenatedSequences.of(dataset, 0))
        .withMessageContaining("length");
    Sequences sequences = ConcatenatedSequences.of(dataset, 2);
    assertThatThrownBy(() -> read(sequences, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> read(sequences, -1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private TokenDataset documents(int[]... documents) throws IOException {
    return IndexedFiles.dataset(directory, List.of(List.of(documents)));
  }

  /** Documents of 0 to 40 tokens, some of them without any. */
  private static List<List<int[]>> randomShards() {
    SplittableRandom random = new SplittableRandom(12);
    List<List<int[]>> shards = new ArrayList<>();
    for (int shard = 0; shard < 3; shard++) {
      List<int[]> documents = new ArrayList<>();
      for (int i = 0; i < 15; i++) {
        int length = random.nextInt(4) == 0 ? 0 : random.nextInt(41);
        documents.add(random.ints(length, 0, 65_500).toArray());
      }
      shards.add(documents);
    }
    return shards;
  }

  private static Row read(Sequences sequences, long index) {
    Row row = new Row(sequences.length());
    sequences.read(index, row);
    return row;
  }
}
