package io.github.maque.data.clean;

import io.github.maque.data.clean.DuplicateDecisions.Kind;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the duplicates in a file of rows. Each of its steps sorts longs made of 32 bits of a key
 * and the 32 bits of a text's index, so that texts of one key lie side by side, in their order:
 *
 * <ol>
 *   <li>By hash: every text that is equal to an earlier one is out.
 *   <li>By the bucket of each band, several bands at once: texts of one bucket are compared, and
 *       similar ones joined to clusters.
 *   <li>By cluster: the longest text is kept and the others are compared with those kept.
 * </ol>
 *
 * <p>Buckets and clusters of any size take time in proportion to it: from a bucket's second 64
 * texts on a text is compared with a limited number of representatives, and in a cluster with a
 * limited number of kept texts. In larger ones some duplicates may stay; nothing else is dropped.
 */
final class DuplicateSearch {
  /** Compared with all texts of their bucket. Half of them are the first, the rest unlike these. */
  static final int REPRESENTATIVES = 128;

  /** Kept texts of one cluster that the shorter ones are compared with. */
  static final int KEPT_IN_CLUSTER = 1024;

  private static final int SORTED_ON_HEAP = 1 << 18;
  private static final long INDEX = (1L << Integer.SIZE) - 1;
  private static final int CHECK_INTERVAL = 1 << 16;

  private final SurveyRows rows;
  private final @Nullable NearDuplicates near;
  private final ScratchFiles files;
  private final DoubleConsumer progress;
  private final int workers;
  private final int steps;
  private int stepsDone;

  /** For each text its entry among the decisions, or 0 as long as it is kept. */
  private final MappedRecords entries;

  /** Where each worker sorts: as many longs as there are texts. */
  private final MappedRecords keyed;

  DuplicateSearch(
      SurveyRows rows,
      @Nullable NearDuplicates near,
      ScratchFiles files,
      int threads,
      DoubleConsumer progress)
      throws IOException {
    this.rows = rows;
    this.near = near;
    this.files = files;
    this.progress = progress;
    workers = near == null ? 1 : Math.min(threads, near.bands());
    steps = near == null ? 2 : near.bands() + 3;
    entries = files.longs("entries", rows.count());
    keyed = files.longs("sort", workers * rows.count());
  }

  /** Runs all steps and writes the decisions. */
  void run(Path decisions) throws IOException {
    progress.accept(0);
    dropEqual();
    stepDone();
    if (near != null) {
      UnionFind clusters = new UnionFind(files.longs("clusters", rows.count()));
      joinSimilar(clusters, near.bands());
      dropSimilar(clusters);
      stepDone();
    }
    AtomicFile.write(
        decisions, out -> DuplicateDecisions.write(out, rows.count(), this::finalEntry));
    stepDone();
  }

  private void stepDone() {
    progress.accept((double) ++stepsDone / steps);
  }

  private void dropEqual() throws IOException {
    long end = gather(0, rows::takesPart, text -> rows.hash(text) >>> Integer.SIZE);
    new LongSort(keyed, SORTED_ON_HEAP).sort(0, end);
    forEachGroup(0, end, this::dropEqual);
  }

  /** Of texts with 32 equal bits of hash, rarely more than one is different from all before it. */
  private void dropEqual(long from, long to) throws IOException {
    long[] different = new long[1];
    int count = 0;
    for (long i = from; i < to; i++) {
      requireUninterrupted(i);
      long text = textAt(i);
      int found = 0;
      while (found < count && !rows.equal(text, different[found])) {
        found++;
      }
      if (found < count) {
        entries.set(text, DuplicateDecisions.entry(Kind.EXACT_DUPLICATE, different[found]));
      } else {
        different = count < different.length ? different : Arrays.copyOf(different, 2 * count);
        different[count++] = text;
      }
    }
  }

  /** Joins the similar texts of each bucket, bands in parallel. */
  private void joinSimilar(UnionFind clusters, int bands) throws IOException {
    BlockingQueue<Integer> places = new ArrayBlockingQueue<>(workers);
    for (int worker = 0; worker < workers; worker++) {
      places.add(worker);
    }
    ExecutorService pool = Executors.newFixedThreadPool(workers, DuplicateSearch::thread);
    try {
      List<Future<?>> tasks = new ArrayList<>();
      for (int i = 0; i < bands; i++) {
        int band = i;
        tasks.add(
            pool.submit(
                () -> {
                  int place = places.take();
                  try {
                    joinSimilar(clusters, band, place * rows.count());
                  } finally {
                    places.add(place);
                  }
                  return null;
                }));
      }
      for (Future<?> task : tasks) {
        await(task);
        stepDone();
      }
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  /** Joins the similar texts of each bucket of one band, sorting from {@code begin} on. */
  private void joinSimilar(UnionFind clusters, int band, long begin) throws IOException {
    long end = gather(begin, this::isCandidate, text -> rows.bucket(text, band));
    new LongSort(keyed, SORTED_ON_HEAP).sort(begin, end);
    forEachGroup(begin, end, (from, to) -> joinSimilar(clusters, from, to));
  }

  private void joinSimilar(UnionFind clusters, long from, long to) throws IOException {
    long[] representatives = new long[(int) Math.min(REPRESENTATIVES, to - from)];
    int[] sets = new int[representatives.length]; // equal where they are known to be joined
    int count = 0;
    for (long i = from; i < to; i++) {
      requireUninterrupted(i);
      long text = textAt(i);
      int set = -1;
      for (int r = 0; r < count; r++) {
        if (sets[r] != set && rows.similar(text, representatives[r])) {
          clusters.join(text, representatives[r]);
          set = set < 0 ? sets[r] : replace(sets, count, sets[r], set);
        }
      }
      if (count < REPRESENTATIVES / 2 || set < 0 && count < REPRESENTATIVES) {
        representatives[count] = text;
        sets[count] = set < 0 ? count : set;
        count++;
      }
    }
  }

  private static int replace(int[] array, int count, int old, int replacement) {
    for (int i = 0; i < count; i++) {
      if (array[i] == old) {
        array[i] = replacement;
      }
    }
    return replacement;
  }

  private void dropSimilar(UnionFind clusters) throws IOException {
    LongSort sort = new LongSort(keyed, SORTED_ON_HEAP);
    long end = gather(0, this::isCandidate, clusters::find);
    sort.sort(0, end);
    forEachGroup(0, end, (from, to) -> dropSimilar(sort, from, to));
  }

  /** Drops the texts of one cluster that are similar to a longer one that is kept. */
  private void dropSimilar(LongSort sort, long from, long to) throws IOException {
    for (long i = from; i < to; i++) {
      long text = textAt(i);
      long shortness = (long) Integer.MAX_VALUE - rows.length(text);
      keyed.set(i, shortness << Integer.SIZE | text);
    }
    sort.sort(from, to);
    long[] kept = new long[(int) Math.min(KEPT_IN_CLUSTER, to - from)];
    int count = 0;
    for (long i = from; i < to; i++) {
      requireUninterrupted(i);
      long text = textAt(i);
      int found = 0;
      while (found < count && !rows.similar(text, kept[found])) {
        found++;
      }
      if (found < count) {
        entries.set(text, DuplicateDecisions.entry(Kind.NEAR_DUPLICATE, kept[found]));
      } else if (count < kept.length) {
        kept[count++] = text;
      }
    }
  }

  private boolean isCandidate(long text) {
    return rows.isSigned(text) && entries.get(text) == 0;
  }

  private long finalEntry(long text) {
    long entry = entries.get(text);
    if (DuplicateDecisions.kindOf(entry) == Kind.KEPT) {
      return DuplicateDecisions.entry(Kind.KEPT, text);
    }
    // What a text is equal to may be a near duplicate itself.
    long instead = entries.get(DuplicateDecisions.keptInsteadOf(entry));
    return instead == 0
        ? entry
        : DuplicateDecisions.entry(
            DuplicateDecisions.kindOf(entry), DuplicateDecisions.keptInsteadOf(instead));
  }

  /** Collects the texts with their keys, of which 32 bits count; returns the end of them. */
  private long gather(long begin, LongPredicate wanted, LongUnaryOperator key) throws IOException {
    long end = begin;
    for (long text = 0; text < rows.count(); text++) {
      requireUninterrupted(text);
      if (wanted.test(text)) {
        keyed.set(end++, key.applyAsLong(text) << Integer.SIZE | text);
      }
    }
    return end;
  }

  private long textAt(long place) {
    return keyed.get(place) & INDEX;
  }

  /** Texts with one key. */
  private interface Group {
    void accept(long from, long to) throws IOException;
  }

  /** Visits all groups of more than one text. */
  private void forEachGroup(long begin, long end, Group visitor) throws IOException {
    for (long from = begin; from < end; ) {
      requireUninterrupted(from);
      long key = keyed.get(from) >>> Integer.SIZE;
      long to = from + 1;
      while (to < end && keyed.get(to) >>> Integer.SIZE == key) {
        to++;
      }
      if (to - from > 1) {
        visitor.accept(from, to);
      }
      from = to;
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "maque-duplicates");
    thread.setDaemon(true);
    return thread;
  }

  private static void await(Future<?> task) throws IOException {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw new IOException(failure.getMessage(), failure);
      }
      throw new IllegalStateException("the search for duplicates failed", e.getCause());
    }
  }

  /** Waits for all threads even when interrupted, for they use mappings that are about to end. */
  private static void awaitEnd(ExecutorService pool) {
    boolean ended = false;
    boolean interrupted = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void requireUninterrupted(long step) throws InterruptedIOException {
    if (step % CHECK_INTERVAL == 0) {
      requireUninterrupted();
    }
  }

  static void requireUninterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException("the search for duplicates was interrupted");
  }
}
