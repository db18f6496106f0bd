package io.github.maque.tokenizer.bpe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The lines of text files, each with its line end. */
final class TextFiles implements TextSource {
  /**
   * A longer line is handed out in parts, so that a file without line ends needs no more memory.
   */
  private static final int MAX_LINE = 1 << 22;

  private final List<Path> files;
  private final Charset charset;
  private final long sizeInBytes;

  TextFiles(List<Path> paths, Charset charset) throws IOException {
    this.files = new ArrayList<>();
    this.charset = charset;
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new NoSuchFileException(path.toString(), null, "expected a text file or a directory");
      }
      try (Stream<Path> found = Files.walk(path)) {
        found.filter(Files::isRegularFile).sorted().forEach(files::add);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    long size = 0;
    for (Path file : files) {
      size += Files.size(file);
    }
    sizeInBytes = size;
  }

  @Override
  public long sizeInBytes() {
    return sizeInBytes;
  }

  @Override
  public void forEach(Consumer<? super String> sink) throws IOException {
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        new LineReader(file, in, charset).forEach(sink);
      }
    }
  }

  /** Decodes a stream and cuts it behind every line feed. */
  private static final class LineReader {
    private final Path file;
    private final InputStream in;
    private final CharsetDecoder decoder;
    private final byte[] buffer = new byte[1 << 16];
    private final CharBuffer chars = CharBuffer.allocate(1 << 16);
    private final StringBuilder pending = new StringBuilder();
    private long bytesDecoded;

    LineReader(Path file, InputStream in, Charset charset) {
      this.file = file;
      this.in = in;
      this.decoder =
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    void forEach(Consumer<? super String> sink) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(buffer).limit(0);
      boolean end = false;
      while (!end) {
        bytes.compact();
        int read = in.read(buffer, bytes.position(), bytes.remaining());
        end = read < 0;
        bytes.position(bytes.position() + Math.max(read, 0)).flip();
        decode(bytes, end, sink);
      }
      if (!pending.isEmpty()) {
        sink.accept(pending.toString());
      }
    }

    private void decode(ByteBuffer bytes, boolean end, Consumer<? super String> sink)
        throws IOException {
      CoderResult result;
      do {
        int before = bytes.position();
        result = decoder.decode(bytes, chars, end);
        bytesDecoded += bytes.position() - before;
        if (result.isError()) {
          throw new IOException(
              file
                  + ": byte "
                  + bytesDecoded
                  + ": not valid "
                  + decoder.charset()
                  + " (Chinese text in GBK or GB18030 must be converted or named as such)");
        }
        emitLines(sink);
      } while (result.isOverflow());
    }

    private void emitLines(Consumer<? super String> sink) {
      char[] array = chars.array();
      int start = 0;
      int end = chars.position();
      for (int i = 0; i < end; i++) {
        if (array[i] == '\n') {
          pending.append(array, start, i + 1 - start);
          sink.accept(pending.toString());
          pending.setLength(0);
          start = i + 1;
        }
      }
      pending.append(array, start, end - start);
      chars.clear();
      if (pending.length() >= MAX_LINE && !Character.isHighSurrogate(lastPending())) {
        sink.accept(pending.toString());
        pending.setLength(0);
      }
    }

    private char lastPending() {
      return pending.charAt(pending.length() - 1);
    }
  }
}
