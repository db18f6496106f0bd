package io.github.maque.examples.cli;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Tensors as a table: name, type and shape of each, and what its numbers are like. */
final class TensorList {
  /** How much of a text of the metadata people are shown. */
  private static final int SHOWN_CHARACTERS = 80;

  private static final int SHOWN_VALUES = 16;

  private final List<Entry> entries;

  private record Entry(
      String name, String type, List<Long> shape, Optional<TensorStatistics> statistics) {
    long size() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    String shapeText() {
      return shape.stream().map(String::valueOf).collect(Collectors.joining(" × "));
    }
  }

  private TensorList(List<Entry> entries) {
    this.entries = entries;
  }

  /** Returns the parameters that a decoder of some shape has. */
  static TensorList of(DecoderConfig config) {
    return new TensorList(
        config.parameterShapes().stream()
            .map(
                parameter ->
                    new Entry(
                        parameter.name(),
                        "",
                        LongStream.of(parameter.shape()).boxed().toList(),
                        Optional.empty()))
            .toList());
  }

  /**
   * Returns the tensors of files.
   *
   * @param statistics whether to read their numbers, those of types that can be read
   */
  static TensorList of(ModelTensors files, boolean statistics, Progress progress)
      throws IOException {
    TensorSource source = files.source();
    long total = source.names().stream().mapToLong(source::size).sum();
    AtomicLong done = new AtomicLong();
    List<Entry> entries = new ArrayList<>();
    for (String name : source.names()) {
      Optional<TensorStatistics> read = Optional.empty();
      if (statistics && files.isReadable(name)) {
        read =
            Optional.of(
                TensorStatistics.of(
                    source,
                    name,
                    count -> progress.update("Reading", done.addAndGet(count), total, "numbers")));
      }
      List<Long> shape = LongStream.of(source.shape(name)).boxed().toList();
      entries.add(new Entry(name, files.type(name), shape, read));
    }
    return new TensorList(entries);
  }

  /** Adds what the files hold in all. */
  void addTotals(ModelTensors files, Summary summary) throws IOException {
    summary.text("format", files.format());
    long bytes = 0;
    for (Path file : files.files()) {
      bytes += Files.size(file);
    }
    summary.bytes("file_bytes", bytes);
    summary.count("files", files.files().size());
    summary.count("tensors", entries.size());
    summary.count("numbers", entries.stream().mapToLong(Entry::size).sum());
    Map<String, Long> byType = files.numbersByType();
    summary.data("numbers_by_type", byType);
    byType.forEach(
        (type, count) -> summary.print("  " + type, String.format(Locale.ROOT, "%,d", count)));
    addFaults(summary);
    Map<String, Object> metadata = new LinkedHashMap<>(files.metadata());
    // Nobody wants a vocabulary on a line of JSON.
    metadata.replaceAll((key, value) -> isLong(value) ? excerpt(value) : value);
    summary.data("metadata", metadata);
    files
        .metadata()
        .forEach((key, value) -> summary.print("metadata", key + " = " + excerpt(value)));
  }

  private void addFaults(Summary summary) {
    if (entries.stream().anyMatch(entry -> entry.statistics().isPresent())) {
      summary.count("nan", sum(TensorStatistics::notNumbers));
      summary.count("infinite", sum(TensorStatistics::infinite));
    }
  }

  private long sum(ToLongFunction<TensorStatistics> count) {
    return entries.stream().flatMap(entry -> entry.statistics().stream()).mapToLong(count).sum();
  }

  /** Adds every tensor. */
  void addTo(Summary summary) {
    int widestName = width(entries.stream().map(Entry::name).toList());
    int widestShape = width(entries.stream().map(Entry::shapeText).toList());
    int widestType = width(entries.stream().map(Entry::type).toList());
    String format = "%-" + widestName + "s  %-" + widestShape + "s" + "  %-" + widestType + "s  %s";
    List<Map<String, Object>> list = new ArrayList<>();
    for (Entry entry : entries) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("name", entry.name());
      figures.put("shape", entry.shape());
      if (!entry.type().isEmpty()) {
        figures.put("type", entry.type());
      }
      entry.statistics().ifPresent(statistics -> figures.putAll(statistics.figures()));
      list.add(figures);
      String numbers = entry.statistics().map(TensorStatistics::toString).orElse("");
      summary.print(
          String.format(Locale.ROOT, format, entry.name(), entry.shapeText(), entry.type(), numbers)
              .stripTrailing());
    }
    summary.data("tensor_list", list);
  }

  private static int width(List<String> texts) {
    return Math.max(1, texts.stream().mapToInt(String::length).max().orElse(1));
  }

  private static boolean isLong(Object value) {
    return value instanceof List<?> list && list.size() > SHOWN_VALUES;
  }

  /** Returns a value of the metadata on one line that a person can take in. */
  private static String excerpt(Object value) {
    if (value instanceof List<?> list && isLong(list)) {
      return String.format(Locale.ROOT, "(%,d values)", list.size());
    }
    String text = value.toString().replaceAll("\\s*\\R\\s*", " ");
    return text.length() <= SHOWN_CHARACTERS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, SHOWN_CHARACTERS / 2)) + " …";
  }
}
