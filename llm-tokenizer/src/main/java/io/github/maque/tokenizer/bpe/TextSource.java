package io.github.maque.tokenizer.bpe;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Texts to learn a vocabulary from, one after the other. */
@FunctionalInterface
public interface TextSource {

  /**
   * Hands every text to {@code sink}, in an order that is the same each time.
   *
   * @throws IOException if a text cannot be read
   */
  void forEach(Consumer<? super String> sink) throws IOException;

  /** Returns how many bytes there are to read, for showing progress; -1 if that is not known. */
  default long sizeInBytes() {
    return -1;
  }

  /** Returns a source of the given texts. */
  static TextSource of(Iterable<? extends CharSequence> texts) {
    return sink -> texts.forEach(text -> sink.accept(text.toString()));
  }

  /** Returns a source of the given texts that can be read only once. */
  static TextSource of(Stream<? extends CharSequence> texts) {
    return sink -> texts.forEachOrdered(text -> sink.accept(text.toString()));
  }

  /**
   * Returns a source of the lines of UTF-8 files, each with its line end, as Hugging Face's trainer
   * reads files. A directory stands for all regular files below it, in the order of their names.
   *
   * @throws IOException if a path cannot be listed
   */
  static TextSource files(Path... paths) throws IOException {
    return files(List.of(paths), StandardCharsets.UTF_8);
  }

  /** Returns a source of the lines of files in another encoding, such as GB18030. */
  static TextSource files(List<Path> paths, Charset charset) throws IOException {
    return new TextFiles(paths, charset);
  }
}
