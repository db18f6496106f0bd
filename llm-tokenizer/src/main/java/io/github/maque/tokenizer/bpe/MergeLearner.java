package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Learns merges from distinct words and their counts (Sennrich et al., 2016): again and again the
 * most frequent pair of neighbouring tokens becomes one token. Of equally frequent pairs the one
 * with the smaller ids goes first, left before right; so the merges are those of Hugging Face's
 * trainer.
 *
 * <p>Exact counts and places are kept only for pairs that occur at least {@code threshold} times.
 * When the best pair falls below it, the threshold is lowered and the shards are read once more. So
 * the table of pairs stays small enough for the processor's caches, which is what makes this fast.
 */
final class MergeLearner {
  /** A merge in fewer places than this is done by one thread: sharing it would take longer. */
  private static final int SHARED_PLACES = 2048;

  /** With fewer symbols than this, all pairs are kept from the start. */
  static final long SMALL_CORPUS = 1 << 21;

  /** The share of all pairs, by occurrence, that is kept after lowering the threshold. */
  private static final double KEPT_SHARE = 0.3;

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingLong(Candidate::count)
          .reversed()
          .thenComparingInt(Candidate::left)
          .thenComparingInt(Candidate::right);

  private final ShardTeam team;
  private final int vocabularySize;
  private final long minimumCount;
  private final int maximumLength;
  private final long smallCorpus;

  private final List<byte[]> pieces;
  private final Map<ByteBuffer, Integer> idOfPiece = new HashMap<>();
  private final int[] lengths;

  /** The merges by rank; a pair that is merged a second time takes the later rank. */
  private final Map<Long, Integer> merges = new LinkedHashMap<>();

  private ActivePairs pairs;
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(BEST_FIRST);
  private long threshold = Long.MAX_VALUE;

  /** No pair outside {@link #pairs} occurs more often than this. */
  private long outsideBound = Long.MAX_VALUE;

  /** By how much pairs outside {@link #pairs} have become more frequent since the last reading. */
  private final Map<Long, Long> outsideGains = new HashMap<>();

  private final NeighbourCounts lefts = new NeighbourCounts();
  private final NeighbourCounts rights = new NeighbourCounts();
  private final PairChanges changes = new PairChanges();
  private final @Nullable IdBuffer[][] listsOfLeft;
  private final @Nullable IdBuffer[][] listsOfRight;

  /**
   * Creates a learner.
   *
   * @param initial the pieces there are before any merge, by id; an empty array is a piece that no
   *     merge can spell
   * @param vocabularySize how many pieces there may be in the end
   * @param minimumCount how often a pair must occur to be merged
   * @param maximumLength the length, in initial symbols, that merged pieces stay below
   * @param smallCorpus with fewer symbols than this, all pairs are kept from the start
   */
  MergeLearner(
      ShardTeam team,
      List<byte[]> initial,
      int vocabularySize,
      long minimumCount,
      int maximumLength,
      long smallCorpus) {
    this.team = team;
    this.vocabularySize = vocabularySize;
    this.minimumCount = minimumCount;
    this.maximumLength = maximumLength;
    this.smallCorpus = smallCorpus;
    pieces = new ArrayList<>(initial);
    for (int id = initial.size() - 1; id >= 0; id--) {
      if (initial.get(id).length > 0) {
        idOfPiece.put(ByteBuffer.wrap(initial.get(id)), id);
      }
    }
    lengths = new int[Math.max(vocabularySize, initial.size()) + 1];
    Arrays.fill(lengths, 0, initial.size(), 1);
    int shards = team.shards().size();
    pairs = new ActivePairs(shards);
    listsOfLeft = new IdBuffer[shards][lengths.length];
    listsOfRight = new IdBuffer[shards][lengths.length];
  }

  /** Returns the pieces by id: the initial ones and, behind them, the learned ones. */
  List<byte[]> pieces() {
    return pieces;
  }

  /** Returns the merges in order of rank: the key of the pair, and the id it becomes. */
  Map<Long, Integer> merges() {
    return merges;
  }

  /** Merges until the vocabulary is full or no pair is frequent enough. */
  void learn(TrainingProgress progress, BooleanSupplier cancelled) {
    while (pieces.size() < vocabularySize) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("vocabulary training was cancelled while merging");
      }
      Candidate best = takeBest();
      if (best == null) {
        break;
      }
      merge(best);
      progress.update(TrainingProgress.Stage.MERGE, pieces.size(), vocabularySize);
    }
  }

  /** A pair in the queue, with the count it had when it was put there. */
  private record Candidate(long count, int left, int right, int pair, int version) {}

  private void enqueue(int pair) {
    long key = pairs.keyOf(pair);
    int version = pairs.setQueued(pair, true);
    queue.add(
        new Candidate(
            pairs.count(pair), ActivePairs.left(key), ActivePairs.right(key), pair, version));
  }

  /** Takes the most frequent of all pairs, or null if none occurs often enough. */
  private @Nullable Candidate takeBest() {
    while (true) {
      Candidate top = queue.poll();
      if (top != null && top.version != pairs.version(top.pair)) {
        continue;
      }
      if (top != null && top.count != pairs.count(top.pair)) {
        enqueue(top.pair);
        continue;
      }
      long count = top == null ? 0 : top.count;
      if (count > outsideBound || outsideBound < minimumCount) {
        return count >= minimumCount ? top : null;
      }
      lowerThreshold();
    }
  }

  private void merge(Candidate best) {
    int left = best.left;
    int right = best.right;
    byte[] piece = join(pieces.get(left), pieces.get(right));
    Integer known = idOfPiece.get(ByteBuffer.wrap(piece));
    int merged = known == null ? pieces.size() : known;
    if (known == null) {
      idOfPiece.put(ByteBuffer.wrap(piece), merged);
      pieces.add(piece);
    }
    lengths[merged] = lengths[left] + lengths[right];
    long key = ActivePairs.key(left, right);
    merges.remove(key);
    merges.put(key, merged);

    pairs.setQueued(best.pair, false);
    pairs.setMerged(best.pair);
    mergeInShards(best.pair, left, right, merged);
    pairs.dropPlaces(best.pair);
    gatherChanges(left, right, merged);
    applyChanges(merged, known == null);
  }

  private static byte[] join(byte[] left, byte[] right) {
    byte[] joined = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, joined, left.length, right.length);
    return joined;
  }

  private void mergeInShards(int pair, int left, int right, int merged) {
    ActivePairs current = pairs;
    runOnShards(
        placesOf(pair),
        shard -> {
          IdBuffer places = current.places(shard.index(), pair);
          sortIfNeeded(places);
          shard.merge(places, left, right, merged, lengths);
        });
  }

  private long placesOf(int pair) {
    long places = 0;
    for (CorpusShard shard : team.shards()) {
      places += pairs.places(shard.index(), pair).size();
    }
    return places;
  }

  private void runOnShards(long places, Consumer<CorpusShard> work) {
    if (places < SHARED_PLACES) {
      team.runHere(work);
    } else {
      team.runParallel(work);
    }
  }

  /** Places come in order, but for pairs whose left or right piece was made in two ways. */
  private static void sortIfNeeded(IdBuffer places) {
    int[] array = places.array();
    for (int i = 1; i < places.size(); i++) {
      if (array[i] < array[i - 1]) {
        Arrays.sort(array, 0, places.size());
        return;
      }
    }
  }

  /** Sums up over the shards what the merge did to the counts of pairs. */
  private void gatherChanges(int left, int right, int merged) {
    lefts.clear();
    rights.clear();
    for (CorpusShard shard : team.shards()) {
      lefts.addAll(shard.leftCounts());
      rights.addAll(shard.rightCounts());
    }
    changes.clear();
    for (int i = 0; i < lefts.size(); i++) {
      int neighbour = lefts.id(i);
      changes.lose(ActivePairs.key(neighbour, left), lefts.sum(neighbour));
      if (isAllowed(neighbour, merged)) {
        changes.gain(ActivePairs.key(neighbour, merged), lefts.sum(neighbour));
      }
    }
    for (int i = 0; i < rights.size(); i++) {
      int neighbour = rights.id(i);
      changes.lose(ActivePairs.key(right, neighbour), rights.sum(neighbour));
      if (isAllowed(merged, neighbour)) {
        changes.gain(ActivePairs.key(merged, neighbour), rights.sum(neighbour));
      }
    }
  }

  /**
   * The limit on the length does not hold for pairs of initial symbols, as in Hugging Face's
   * trainer.
   */
  private boolean isAllowed(int left, int right) {
    return (long) lengths[left] + lengths[right] < maximumLength
        || lengths[left] == 1 && lengths[right] == 1;
  }

  private void applyChanges(int merged, boolean isNew) {
    int gained = 0;
    for (int i = 0; i < changes.size(); i++) {
      long key = changes.key(i);
      int pair = pairs.find(key);
      if (pair < 0 && changes.isGained(i)) {
        if (!isNew) {
          gainOutside(key, changes.sum(i));
        } else if (changes.sum(i) >= threshold) {
          pair = pairs.findOrAdd(key);
        }
      }
      if (pair < 0) {
        continue;
      }
      pairs.add(pair, changes.sum(i));
      if (changes.isGained(i)) {
        listPlaces(pair, merged);
        gained++;
        if (pairs.count(pair) > 0) {
          enqueue(pair);
        }
      }
    }
    if (gained > 0) {
      distributePlaces();
    }
  }

  /** A pair that already existed, too rare to be kept, has become more frequent. */
  private void gainOutside(long key, long count) {
    if (count > 0) {
      long gain = outsideGains.merge(key, count, Long::sum);
      outsideBound = Math.max(outsideBound, threshold - 1 + gain);
    }
  }

  private void listPlaces(int pair, int merged) {
    long key = pairs.keyOf(pair);
    int left = ActivePairs.left(key);
    int right = ActivePairs.right(key);
    for (CorpusShard shard : team.shards()) {
      int s = shard.index();
      if (right == merged) {
        listsOfLeft[s][left] = pairs.places(s, pair);
      }
      if (left == merged) {
        listsOfRight[s][right] = pairs.places(s, pair);
      }
    }
  }

  private void distributePlaces() {
    long places = 0;
    for (CorpusShard shard : team.shards()) {
      places += shard.mergedPlaces();
    }
    runOnShards(
        places,
        shard ->
            shard.distribute(listsOfLeft[shard.index()], listsOfRight[shard.index()], lengths));
    for (CorpusShard shard : team.shards()) {
      for (int i = 0; i < lefts.size(); i++) {
        listsOfLeft[shard.index()][lefts.id(i)] = null;
      }
      for (int i = 0; i < rights.size(); i++) {
        listsOfRight[shard.index()][rights.id(i)] = null;
      }
    }
  }

  /** Reads the shards again to find less frequent pairs, and starts the queue afresh. */
  private void lowerThreshold() {
    PairSketch sketch = sketchIfLarge();
    threshold = minimumCount;
    if (sketch != null) {
      // The bound is lowered by at least an eighth even where equal hashes feign a frequent pair.
      long lower = outsideBound - outsideBound / 8;
      threshold = Math.max(minimumCount, Math.min(sketch.thresholdFor(KEPT_SHARE), lower));
      includeMergedPairs(sketch);
    }
    outsideBound = threshold - 1;
    outsideGains.clear();

    ActivePairs old = pairs;
    ActivePairs[] ofShard = new ActivePairs[team.shards().size()];
    team.runParallel(shard -> ofShard[shard.index()] = count(shard, sketch));
    pairs = join(ofShard, old);
    queue.clear();
    for (int pair = 0; pair < pairs.size(); pair++) {
      if (!pairs.isMerged(pair) || pairs.isQueued(pair)) {
        enqueue(pair);
      }
    }
  }

  /** Pairs that are to be merged a second time are looked for however rare they have become. */
  private void includeMergedPairs(PairSketch sketch) {
    for (int pair = 0; pair < pairs.size(); pair++) {
      if (pairs.isMerged(pair) && pairs.isQueued(pair)) {
        long key = pairs.keyOf(pair);
        sketch.add(ActivePairs.left(key), ActivePairs.right(key), threshold);
      }
    }
  }

  private @Nullable PairSketch sketchIfLarge() {
    long places = 0;
    for (CorpusShard shard : team.shards()) {
      places += shard.places();
    }
    if (places < smallCorpus) {
      return null;
    }
    PairSketch[] sketches = new PairSketch[team.shards().size()];
    team.runParallel(
        shard -> {
          PairSketch sketch = new PairSketch();
          shard.forEachPair(lengths, (left, right, at, count) -> sketch.add(left, right, count));
          sketches[shard.index()] = sketch;
        });
    for (int s = 1; s < sketches.length; s++) {
      sketches[0].addAll(sketches[s]);
    }
    return sketches[0];
  }

  /** Counts the pairs of one shard that may reach the threshold, and lists their places. */
  private ActivePairs count(CorpusShard shard, @Nullable PairSketch sketch) {
    ActivePairs counted = new ActivePairs(1);
    shard.forEachPair(
        lengths,
        (left, right, at, count) -> {
          if (sketch != null && sketch.bound(left, right) < threshold) {
            return;
          }
          if (isAllowed(left, right)) {
            int pair = counted.findOrAdd(ActivePairs.key(left, right));
            counted.add(pair, count);
            counted.places(0, pair).add(at);
          }
        });
    return counted;
  }

  /**
   * Joins what was counted in the shards; pairs merged before keep their count, as they do there.
   */
  private ActivePairs join(ActivePairs[] ofShard, ActivePairs old) {
    ActivePairs sums = new ActivePairs(0);
    for (ActivePairs counted : ofShard) {
      for (int i = 0; i < counted.size(); i++) {
        sums.add(sums.findOrAdd(counted.keyOf(i)), counted.count(i));
      }
    }
    ActivePairs joined = new ActivePairs(ofShard.length);
    for (int i = 0; i < old.size(); i++) {
      if (old.isMerged(i)) {
        int pair = joined.findOrAdd(old.keyOf(i));
        joined.add(pair, old.count(i));
        joined.setMerged(pair);
        joined.setQueued(pair, old.isQueued(i));
      }
    }
    for (int i = 0; i < sums.size(); i++) {
      if (sums.count(i) >= threshold && joined.find(sums.keyOf(i)) < 0) {
        joined.add(joined.findOrAdd(sums.keyOf(i)), sums.count(i));
      }
    }
    for (int s = 0; s < ofShard.length; s++) {
      for (int i = 0; i < ofShard[s].size(); i++) {
        int pair = joined.find(ofShard[s].keyOf(i));
        if (pair >= 0) {
          joined.setPlaces(s, pair, ofShard[s].places(0, i));
        }
      }
    }
    return joined;
  }
}
