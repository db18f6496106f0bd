package io.github.maque.examples.benchmark;

import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Text in memory to measure with, cut into documents of some pages. */
record Documents(List<String> texts, long bytes) {
  /** Lines are put together up to this many characters, as long as a document usually is. */
  private static final int LENGTH = 8192;

  /** Ends the reading of a file early. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super(null, null, false, false);
    }
  }

  static Documents of(List<String> texts) {
    return new Documents(texts, texts.stream().mapToLong(SyntheticCorpus::utf8Length).sum());
  }

  /** Returns the first {@code bytes} bytes of a file, to the end of a line. */
  static Documents read(Path file, long bytes) throws IOException {
    List<String> texts = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    long[] size = {0};
    try {
      TextSource.files(file)
          .forEach(
              line -> {
                document.append(line);
                size[0] += SyntheticCorpus.utf8Length(line);
                if (document.length() >= LENGTH) {
                  texts.add(document.toString());
                  document.setLength(0);
                }
                if (size[0] >= bytes) {
                  throw new Enough();
                }
              });
    } catch (Enough e) {
      // As intended.
    }
    if (!document.isEmpty()) {
      texts.add(document.toString());
    }
    if (texts.isEmpty()) {
      throw new IOException(file + ": is empty, expected text");
    }
    return of(texts);
  }

  /** Returns the first documents with at least {@code size} bytes in all. */
  Documents first(long size) {
    int count = 0;
    for (long sum = 0; sum < size && count < texts.size(); count++) {
      sum += SyntheticCorpus.utf8Length(texts.get(count));
    }
    return of(texts.subList(0, count));
  }
}
