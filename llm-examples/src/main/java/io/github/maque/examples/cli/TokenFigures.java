package io.github.maque.examples.cli;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.shard.Shard;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.examples.WorkListener;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the tokens and documents of prepared data are like. */
final class TokenFigures {
  private static final int SHOWN_TOKENS = 20;
  private static final int SHOWN_DUPLICATES = 5;
  private static final int SHOWN_IDS = 40;
  private static final int REPORT_EVERY = 1 << 14;

  private final String name;
  private final TokenDataset dataset;
  private final List<Integer> windows;
  private final LengthFigures lengths = new LengthFigures();
  private final long[] occurrences;

  /** How many documents the end of a row cuts, for each window. */
  private final long[] cut;

  private DuplicateCount.@Nullable Result duplicates;

  /**
   * Prepares to look at {@code dataset}.
   *
   * @param name what messages call it
   * @param windows row lengths, in tokens
   */
  TokenFigures(String name, TokenDataset dataset, List<Integer> windows) {
    this.name = name;
    this.dataset = dataset;
    this.windows = windows;
    occurrences = new long[dataset.vocabularySize().orElseThrow()];
    cut = new long[windows.size()];
  }

  /** Looks at everything; there must be documents. */
  void read(WorkListener listener) throws IOException {
    long documents = dataset.documents();
    if (documents == 0) {
      throw new IOException(name + ": there are no documents");
    }
    int[] ids = {};
    ByteBuffer bytes = ByteBuffer.allocate(0);
    try (DuplicateCount count = new DuplicateCount()) {
      for (long document = 0; document < documents; document++) {
        int length = dataset.length(document);
        if (length > ids.length) {
          ids = new int[length];
          bytes = ByteBuffer.allocate(Math.multiplyExact(length, Integer.BYTES));
        }
        long start = dataset.start(document);
        dataset.read(start, ids, 0, length);
        bytes.asIntBuffer().put(ids, 0, length);
        count.add(bytes.array(), length * Integer.BYTES);
        countTokens(ids, length, document);
        countCuts(start, length);
        lengths.add(length);
        if (document % REPORT_EVERY == 0) {
          listener.update(document, documents);
        }
      }
      duplicates = count.result(SHOWN_DUPLICATES);
    }
  }

  private void countTokens(int[] ids, int length, long document) throws IOException {
    for (int i = 0; i < length; i++) {
      int id = ids[i];
      if (id < 0 || id >= occurrences.length) {
        throw new MalformedDataException(
            name,
            String.format(
                "document %d has the id %d, expected 0 to %d; maque data verify tells more",
                document, id, occurrences.length - 1));
      }
      occurrences[id]++;
    }
  }

  private void countCuts(long start, int length) {
    for (int i = 0; i < cut.length; i++) {
      int window = windows.get(i);
      if (length > 0 && start / window != (start + length - 1) / window) {
        cut[i]++;
      }
    }
  }

  /** Returns how long documents are, in tokens. */
  LengthFigures lengths() {
    return lengths;
  }

  /**
   * Adds everything that was found by {@link #read}.
   *
   * @param tokenizer tells what ids stand for, if there is one
   */
  void addTo(Summary summary, @Nullable Tokenizer tokenizer) {
    long tokens = lengths.total();
    long characters = dataset.shards().stream().mapToLong(Shard::characters).sum();
    long textBytes = dataset.shards().stream().mapToLong(Shard::textBytes).sum();
    summary
        .count("documents", lengths.documents())
        .count("tokens", tokens)
        .count("characters", characters)
        .bytes("text_bytes", textBytes)
        .number("characters_per_token", (double) characters / tokens, "")
        .number("bytes_per_token", (double) textBytes / tokens, "");
    lengths.addTo(summary, "tokens");
    addWindows(summary);
    addVocabulary(summary, tokenizer);
    addDuplicates(summary, tokenizer);
  }

  private void addWindows(Summary summary) {
    List<Map<String, Object>> all = new ArrayList<>();
    summary.print("");
    summary.print(
        "   window   longer   padding, one per row   padding, packed   cut, concatenated");
    for (int i = 0; i < cut.length; i++) {
      int window = windows.get(i);
      PackingEstimate packing = PackingEstimate.of(lengths, window);
      double longer = lengths.shareLongerThan(window);
      double cutShare = (double) cut[i] / lengths.documents();
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("window", window);
      figures.put("longer_share", longer);
      figures.put("rows", packing.rows());
      figures.put("padding_share", packing.paddingShare());
      figures.put("packed_rows", packing.packedRows());
      figures.put("packed_padding_share", packing.packedPaddingShare());
      figures.put("cut_share", cutShare);
      all.add(figures);
      summary.print(
          String.format(
              Locale.ROOT,
              "  %,7d %6.2f %% %20.2f %% %15.2f %% %16.2f %%",
              window,
              100 * longer,
              100 * packing.paddingShare(),
              100 * packing.packedPaddingShare(),
              100 * cutShare));
    }
    summary.data("windows", all);
    summary.print("");
  }

  private void addVocabulary(Summary summary, @Nullable Tokenizer tokenizer) {
    long unused = IntStream.range(0, occurrences.length).filter(id -> occurrences[id] == 0).count();
    summary.count("vocabulary_size", occurrences.length);
    summary.count("unused_tokens", unused);
    summary.number("unused_share", (double) unused / occurrences.length, "of the vocabulary");
    List<Map<String, Object>> frequent = new ArrayList<>();
    IntStream.range(0, occurrences.length)
        .filter(id -> occurrences[id] > 0)
        .boxed()
        .sorted(Comparator.comparingLong((Integer id) -> occurrences[id]).reversed())
        .limit(SHOWN_TOKENS)
        .forEach(
            id -> {
              String piece =
                  tokenizer == null ? "" : new Piece(tokenizer.pieceBytes(id)).toString();
              double share = (double) occurrences[id] / lengths.total();
              Map<String, Object> figures = new LinkedHashMap<>();
              figures.put("id", id);
              figures.put("text", piece);
              figures.put("count", occurrences[id]);
              figures.put("share", share);
              frequent.add(figures);
              summary.print(
                  frequent.size() == 1 ? "frequent tokens" : " ",
                  String.format(
                      Locale.ROOT,
                      "%8d  %,13d  %5.2f %%  %s",
                      id,
                      occurrences[id],
                      100 * share,
                      piece));
            });
    summary.data("frequent_tokens", frequent);
  }

  private void addDuplicates(Summary summary, @Nullable Tokenizer tokenizer) {
    DuplicateCount.Result result = Objects.requireNonNull(duplicates);
    List<String> texts = new ArrayList<>();
    for (DuplicateCount.Group group : result.largest()) {
      int[] ids = new int[Math.min(SHOWN_IDS, dataset.length(group.first()))];
      dataset.read(dataset.start(group.first()), ids, 0, ids.length);
      texts.add(
          "document "
              + group.first()
              + ": "
              + (tokenizer == null ? Arrays.toString(ids) : tokenizer.decode(ids)));
    }
    result.addTo(summary, texts);
  }
}
