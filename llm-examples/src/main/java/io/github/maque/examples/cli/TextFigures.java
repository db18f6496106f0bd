package io.github.maque.examples.cli;

import io.github.maque.data.Document;
import io.github.maque.data.source.Block;
import io.github.maque.data.source.BlockReader;
import io.github.maque.data.source.ErrorTally;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordSource;
import io.github.maque.data.source.SourcePosition;
import io.github.maque.examples.WorkListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the documents in files are like. */
final class TextFigures {
  private static final int SHOWN_DUPLICATES = 5;
  private static final int SHOWN_CHARACTERS = 60;

  private final RecordSource<Document> source;
  private final LengthFigures lengths = new LengthFigures();
  private final ErrorTally errors;
  private long textBytes;
  private DuplicateCount.@Nullable Result duplicates;

  TextFigures(RecordSource<Document> source) {
    this.source = source;
    errors = new ErrorTally(source.maxErrorRate());
  }

  /** Looks at everything; there must be documents. */
  void read(WorkListener listener) throws IOException {
    long size = source.sizeInBytes();
    try (DuplicateCount count = new DuplicateCount();
        BlockReader<Document> reader = source.open(SourcePosition.START, 1)) {
      for (Block<Document> block = reader.next(); block != null; block = reader.next()) {
        ParsedBlock<Document> parsed = block.parse();
        errors.add(parsed);
        for (Document document : parsed.records()) {
          add(document.text(), count);
        }
        listener.update(block.bytesRead(), size);
      }
      errors.end();
      duplicates = count.result(SHOWN_DUPLICATES);
    }
    if (lengths.documents() == 0) {
      throw new IOException(source.files().get(0) + ": there are no documents");
    }
  }

  private void add(String text, DuplicateCount count) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    count.add(utf8, utf8.length);
    textBytes += utf8.length;
    lengths.add(text.codePointCount(0, text.length()));
  }

  /** Returns how long documents are, in characters. */
  LengthFigures lengths() {
    return lengths;
  }

  /** Adds everything that was found by {@link #read}. */
  void addTo(Summary summary) throws IOException {
    summary
        .text("format", source.format().name())
        .count("input_files", source.files().size())
        .count("documents", lengths.documents())
        .count("unreadable_records", errors.errors())
        .count("characters", lengths.total())
        .bytes("text_bytes", textBytes);
    errors.shown().forEach(error -> summary.print("  " + error));
    summary.data("first_errors", errors.shown());
    lengths.addTo(summary, "characters");
    if (duplicates != null) {
      duplicates.addTo(summary, texts(duplicates.largest()));
    }
  }

  /** Reads the input once more for the first document of each group. */
  private List<String> texts(List<DuplicateCount.Group> groups) throws IOException {
    Map<Long, String> texts = new HashMap<>();
    groups.forEach(group -> texts.put(group.first(), ""));
    if (!groups.isEmpty()) {
      long[] number = {0};
      source.forEach(
          document -> texts.computeIfPresent(number[0]++, (first, unknown) -> beginning(document)));
    }
    return groups.stream().map(group -> texts.getOrDefault(group.first(), "")).toList();
  }

  private static String beginning(Document document) {
    String text = document.text();
    int characters = Math.min(SHOWN_CHARACTERS, text.codePointCount(0, text.length()));
    return document.location() + ": " + text.substring(0, text.offsetByCodePoints(0, characters));
  }
}
