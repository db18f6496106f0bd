package io.github.maque.examples.cli;

import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.pack.KeyedPermutation;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows some of the documents in prepared data. */
@Command(
    name = "sample",
    description =
        "Shows documents of prepared data as text, chosen at random, or the rows that a model is"
            + " trained on.")
final class DataSample extends Verb {
  @Mixin private final PreparedData data = new PreparedData();

  @Mixin private final TokenizerSource source = new TokenizerSource();

  @Option(names = "--split", paramLabel = "NAME", description = "Which split to look at (train).")
  private String split = Split.TRAIN;

  @Option(names = "--count", paramLabel = "N", description = "How many to show (3).")
  private int count = 3;

  @Option(names = "--seed", paramLabel = "N", description = "Another number, another choice (1).")
  private long seed = 1;

  @Option(
      names = "--document",
      paramLabel = "I",
      description = "Show this document instead; the first one is 0.")
  private @Nullable Long document;

  @Option(
      names = "--window",
      paramLabel = "T",
      description = "Show rows of T tokens, document behind document, instead of documents.")
  private @Nullable Integer window;

  @Override
  protected Summary run() throws IOException {
    requirePositive("--count", count);
    if (document != null && window != null) {
      throw rejection("--document and --window exclude each other");
    }
    Tokenizer tokenizer = data.load(source.path());
    TokenDataset dataset = data.open(split);
    Summary summary = new Summary();
    summary.count("documents", dataset.documents());
    summary.count("tokens", dataset.tokens());
    if (window != null) {
      requirePositive("--window", window);
      showRows(ConcatenatedSequences.of(dataset, window).documentMask(), tokenizer, summary);
    } else {
      showDocuments(dataset, tokenizer, summary);
    }
    return summary;
  }

  private void showDocuments(TokenDataset dataset, Tokenizer tokenizer, Summary summary) {
    if (document != null && (document < 0 || document >= dataset.documents())) {
      throw rejection(
          "--document must be from 0 to " + (dataset.documents() - 1) + ", got " + document);
    }
    long[] numbers = document == null ? choice(dataset.documents()) : new long[] {document};
    List<Map<String, Object>> shown = new ArrayList<>();
    for (long number : numbers) {
      int[] ids = new int[dataset.length(number)];
      dataset.read(dataset.start(number), ids, 0, ids.length);
      String text = text(ids, tokenizer);
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("document", number);
      figures.put("tokens", ids.length);
      figures.put("text", text);
      shown.add(figures);
      summary.print("");
      summary.print(String.format(Locale.ROOT, "— document %,d, %,d tokens", number, ids.length));
      summary.print(text);
    }
    summary.data("shown", shown);
    summary.print("");
  }

  private void showRows(Sequences rows, Tokenizer tokenizer, Summary summary) {
    summary.count("rows", rows.size());
    List<Map<String, Object>> shown = new ArrayList<>();
    Row row = new Row(rows.length());
    for (long number : choice(rows.size())) {
      rows.read(number, row);
      List<Map<String, Object>> segments = segments(row, tokenizer);
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("row", number);
      figures.put("segments", segments);
      shown.add(figures);
      summary.print("");
      summary.print(String.format(Locale.ROOT, "— row %,d, %d segments", number, segments.size()));
      for (Map<String, Object> segment : segments) {
        summary.print("‹" + segment.get("tokens") + " tokens› " + segment.get("text"));
      }
    }
    summary.data("shown", shown);
    summary.print("");
  }

  /** Returns the stretches of a row that attend to nothing outside, each with its text. */
  private static List<Map<String, Object>> segments(Row row, Tokenizer tokenizer) {
    List<Map<String, Object>> segments = new ArrayList<>();
    for (int from = 0, to; from < row.length(); from = to) {
      int segment = row.segments[from];
      to = from;
      while (to < row.length() && row.segments[to] == segment) {
        to++;
      }
      Map<String, Object> figures = new LinkedHashMap<>();
      boolean padding = segment == Row.PADDING;
      figures.put("tokens", to - from);
      figures.put("padding", padding);
      figures.put(
          "text", padding ? "padding" : text(Arrays.copyOfRange(row.ids, from, to), tokenizer));
      segments.add(figures);
    }
    return segments;
  }

  private long[] choice(long size) {
    if (size == 0) {
      return new long[0];
    }
    KeyedPermutation order = new KeyedPermutation(size, seed, 0);
    return LongStream.range(0, Math.min(count, size)).map(order::at).toArray();
  }

  /** Returns the text, without what would move the cursor of a terminal. */
  private static String text(int[] ids, Tokenizer tokenizer) {
    return tokenizer.decode(ids).replaceAll("[\\p{Cntrl}&&[^\n\t]]", "\uFFFD");
  }
}
