package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenDatasetTest {
  @TempDir Path directory;

  @Test
  void readsAnyRangeOfRandomShardsAsNaiveArraysDo() throws Exception {
    for (int round = 0; round < 60; round++) {
      Random random = new Random(round);
      int dataType = random.nextBoolean() ? 8 : 4;
      List<NaiveShard> shards = new ArrayList<>();
      List<Path> prefixes = new ArrayList<>();
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        NaiveShard shard = severalSequences(random, dataType);
        shards.add(shard);
        prefixes.add(shard.write(directory.resolve(round + "-" + i)));
      }
      int segmentBytes = 8 << random.nextInt(8);
      assertReads(shards, TokenDataset.ofIndexed(prefixes, segmentBytes), random);
    }
  }

  @Test
  void readsTheShardsOfASplit() throws Exception {
    Random random = new Random(5);
    NaiveShard[] shards = {
      NaiveShard.random(random, 8, 40, 300, 65_536), NaiveShard.random(random, 8, 1, 0, 65_536)
    };
    Manifest manifest = NaiveShard.writeAll(directory, 65_536, shards);

    TokenDataset dataset = TokenDataset.open(directory, "train");
    assertReads(List.of(shards), dataset, random);
    assertThat(dataset.manifest()).contains(manifest);
    assertThat(dataset.shards()).isEqualTo(manifest.splits().get("train"));
    assertThat(dataset.tokenType()).isEqualTo(TokenType.U16);
    assertThat(dataset.vocabularySize()).hasValue(65_536);
    assertThat(dataset.endOfDocument()).hasValue(0);
    assertThat(dataset.characters()).hasValue(2 * dataset.tokens());
    assertThat(dataset.textBytes()).hasValue(5 * dataset.tokens());

    TokenDataset empty = TokenDataset.open(directory, "validation");
    assertThat(empty.documents()).isZero();
    assertThat(empty.tokens()).isZero();
    assertThat(empty.characters()).hasValue(0);
    empty.read(0, new int[0], 0, 0);
  }

  @Test
  void foreignDatasetsHaveNoManifest() throws Exception {
    Path prefix = NaiveShard.of(4, new int[] {-7, 1 << 30}).write(directory.resolve("a.b"));

    TokenDataset dataset = TokenDataset.ofIndexed(List.of(prefix));
    int[] ids = new int[2];
    dataset.read(0, ids, 0, 2);
    assertThat(ids).containsExactly(-7, 1 << 30);
    assertThat(dataset.manifest()).isEmpty();
    assertThat(dataset.shards()).isEmpty();
    assertThat(dataset.tokenType()).isEqualTo(TokenType.I32);
    assertThat(dataset.vocabularySize()).isEmpty();
    assertThat(dataset.endOfDocument()).isEmpty();
    assertThat(dataset.characters()).isEmpty();
    assertThat(dataset.textBytes()).isEmpty();
    assertThatIllegalStateException()
        .isThrownBy(() -> dataset.requireTokenizer("x"))
        .withMessageStartingWith(prefix + ": has no manifest");
    assertThatIllegalArgumentException().isThrownBy(() -> TokenDataset.ofIndexed(List.of()));
  }

  @Test
  void asksForTheTokenizerThatMadeTheData() throws Exception {
    BpeTokenizer tokenizer = tokenizer("ab");
    BpeTokenizer other = tokenizer("ac");
    NaiveShard shard = NaiveShard.of(8, new int[] {1, 0});
    shard.write(directory.resolve("s"));
    new Manifest(
            TokenizerFiles.fingerprint(tokenizer),
            2,
            TokenType.U16,
            OptionalInt.of(0),
            Map.of("train", List.of(shard.listed("s"))),
            Map.of())
        .write(directory);

    TokenDataset dataset = TokenDataset.open(directory, "train");
    assertThat(dataset.requireTokenizer(tokenizer)).isSameAs(dataset);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset.requireTokenizer(other))
        .withMessageContaining(TokenizerFiles.fingerprint(tokenizer))
        .withMessageContaining(TokenizerFiles.fingerprint(other))
        .withMessageContaining(directory.toString());
  }

  @Test
  void namesTheSplitsThereAre() throws Exception {
    NaiveShard.writeAll(directory, 2, NaiveShard.of(8, new int[] {1, 0}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenDataset.open(directory, "test"))
        .withMessage("there is no split test, only train, validation");
  }

  @Test
  void refusesWhatIsOutOfBounds() throws Exception {
    NaiveShard shard = NaiveShard.of(8, new int[] {1, 0}, new int[] {2, 3, 0});
    TokenDataset dataset = TokenDataset.ofIndexed(List.of(shard.write(directory.resolve("s"))));
    int[] into = new int[9];
    Stream.<Runnable>of(
            () -> dataset.start(-1),
            () -> dataset.start(2),
            () -> dataset.length(-1),
            () -> dataset.length(2),
            () -> dataset.documentAt(-1),
            () -> dataset.documentAt(5),
            () -> dataset.read(-1, into, 0, 1),
            () -> dataset.read(0, into, 0, -1),
            () -> dataset.read(0, into, 0, 6),
            () -> dataset.read(5, into, 0, 1),
            () -> dataset.read(Long.MAX_VALUE, into, 0, 1),
            () -> dataset.read(0, into, -1, 1),
            () -> dataset.read(0, into, 8, 2))
        .forEach(
            call -> assertThatThrownBy(call::run).isInstanceOf(IndexOutOfBoundsException.class));
    dataset.read(5, into, 9, 0);
    assertThat(into).containsOnly(0);
  }

  @Test
  void manyThreadsReadAtOnce() throws Exception {
    Random random = new Random(8);
    NaiveShard first = NaiveShard.random(random, 8, 50, 9000, 65_536);
    NaiveShard second = NaiveShard.random(random, 8, 50, 9000, 65_536);
    TokenDataset dataset =
        TokenDataset.ofIndexed(
            List.of(first.write(directory.resolve("a")), second.write(directory.resolve("b"))),
            1 << 12);
    int[] all = concat(List.of(first, second));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> results = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      Random own = new Random(thread);
      results.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 200; i++) {
                  assertRange(dataset, all, own);
                }
              }));
    }
    for (Future<?> result : results) {
      result.get();
    }
    threads.shutdown();
  }

  /** Documents of no, one or several sequences, of which some are empty. */
  private static NaiveShard severalSequences(Random random, int dataType) {
    int bound = dataType == 8 ? 65_536 : Integer.MAX_VALUE;
    int[][] sequences = new int[random.nextInt(60)][];
    for (int i = 0; i < sequences.length; i++) {
      sequences[i] = random.ints(random.nextInt(random.nextInt(100) + 1), 0, bound).toArray();
    }
    boolean oneEach = random.nextBoolean();
    List<Long> index = new ArrayList<>(List.of(0L));
    for (long entry = 0; entry < sequences.length; ) {
      entry = Math.min(sequences.length, entry + (oneEach ? 1 : random.nextInt(4)));
      index.add(entry);
    }
    return new NaiveShard(dataType, sequences, index.stream().mapToLong(Long::longValue).toArray());
  }

  private static void assertReads(List<NaiveShard> shards, TokenDataset dataset, Random random) {
    int[] all = concat(shards);
    int[][] documents =
        shards.stream().flatMap(shard -> Arrays.stream(shard.documents())).toArray(int[][]::new);
    assertThat(dataset.tokens()).isEqualTo(all.length);
    assertThat(dataset.documents()).isEqualTo(documents.length);
    int start = 0;
    for (int d = 0; d < documents.length; d++) {
      assertThat(dataset.start(d)).isEqualTo(start);
      assertThat(dataset.length(d)).isEqualTo(documents[d].length);
      if (documents[d].length > 0) {
        assertThat(dataset.documentAt(start)).isEqualTo(d);
        assertThat(dataset.documentAt(start + random.nextInt(documents[d].length))).isEqualTo(d);
        assertThat(dataset.documentAt(start + documents[d].length - 1)).isEqualTo(d);
      }
      start += documents[d].length;
    }
    int[] read = new int[all.length];
    dataset.read(0, read, 0, all.length);
    assertThat(read).isEqualTo(all);
    for (int i = 0; i < 30 && all.length > 0; i++) {
      assertRange(dataset, all, random);
    }
  }

  private static void assertRange(TokenDataset dataset, int[] all, Random random) {
    int from = random.nextInt(all.length);
    int length = random.nextInt(all.length - from + 1);
    int[] into = new int[length + 2];
    into[0] = -1;
    into[length + 1] = -2;
    dataset.read(from, into, 1, length);
    assertThat(into[0]).isEqualTo(-1);
    assertThat(into[length + 1]).isEqualTo(-2);
    assertThat(Arrays.equals(into, 1, length + 1, all, from, from + length))
        .as("%d ids from %d", length, from)
        .isTrue();
  }

  private static int[] concat(List<NaiveShard> shards) {
    return shards.stream().flatMapToInt(shard -> Arrays.stream(shard.ids())).toArray();
  }

  private static BpeTokenizer tokenizer(String pieces) {
    BpeVocabulary.Builder vocabulary = BpeVocabulary.byteLevel();
    for (int i = 0; i < pieces.length(); i++) {
      vocabulary.piece(i, pieces.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
    }
    return BpeTokenizer.builder(vocabulary.build()).build();
  }
}
