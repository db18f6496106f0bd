package io.github.maque.examples.benchmark;

import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Text made by a program, the same on every machine, as much of it as is asked for. */
public interface SyntheticCorpus {

  /**
   * Returns document number {@code index}, some pages long, ending with a line end. It depends on
   * nothing else than the corpus and the number.
   */
  String document(long index);

  /** Returns the first documents, with at least {@code bytes} bytes of UTF-8 in all. */
  default List<String> documents(long bytes) {
    List<String> documents = new ArrayList<>();
    for (long size = 0; size < bytes; ) {
      String document = document(documents.size());
      documents.add(document);
      size += utf8Length(document);
    }
    return documents;
  }

  /** Returns the same as {@link #documents}, each made when it is asked for and then forgotten. */
  default TextSource source(long bytes) {
    return new TextSource() {
      @Override
      public void forEach(Consumer<? super String> sink) throws IOException {
        long size = 0;
        for (long index = 0; size < bytes; index++) {
          String document = document(index);
          size += utf8Length(document);
          sink.accept(document);
        }
      }

      @Override
      public long sizeInBytes() {
        return bytes;
      }
    };
  }

  /** Returns how many bytes of UTF-8 well-formed text has. */
  static long utf8Length(CharSequence text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // A surrogate is half of a character of four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }
}
