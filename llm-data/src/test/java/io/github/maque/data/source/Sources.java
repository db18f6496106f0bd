package io.github.maque.data.source;

import io.github.maque.data.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads sources in short. */
final class Sources {
  private Sources() {}

  static Path write(Path directory, String name, byte[] content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  static <T> List<T> records(RecordFormat<T> format, Path... files) throws IOException {
    List<T> records = new ArrayList<>();
    RecordSource.of(format, files).forEach(records::add);
    return records;
  }

  static List<String> texts(RecordFormat<Document> format, Path... files) throws IOException {
    return records(format, files).stream().map(Document::text).toList();
  }

  /** Reads the rest of a source, block by block: records and errors in order, as text. */
  static List<String> drain(BlockReader<?> reader) throws IOException {
    List<String> found = new ArrayList<>();
    for (Block<?> block = reader.next(); block != null; block = reader.next()) {
      ParsedBlock<?> parsed = block.parse();
      String place = block.position().file() + "." + block.position().block() + " ";
      parsed.records().forEach(record -> found.add(place + record));
      parsed.errors().forEach(error -> found.add(place + error));
    }
    return found;
  }
}
