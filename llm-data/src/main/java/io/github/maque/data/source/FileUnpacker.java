package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.jspecify.annotations.Nullable;

/** Unpacks a file, layer by layer, down to what is not packed any more. */
final class FileUnpacker implements Closeable {
  /** As in an archive, compressed, of archives that are compressed. */
  private static final int MAX_LAYERS = 4;

  /** Enough for what {@code xz -9} makes, whose window has 64 MiB. */
  private static final int XZ_MEMORY_KIB = 100 << 10;

  /** Takes what is found. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes a file.
     *
     * @param name what it is called in places
     * @param content what it holds, which the sink need not close
     * @param bytesRead how many bytes of the file on disk were read so far
     */
    void accept(String name, InputStream content, LongSupplier bytesRead) throws IOException;
  }

  private final String name;
  private final DiskFile disk;
  private final UnpackingLimit limit;

  FileUnpacker(Path file, ReadLimits limits) throws IOException {
    name = file.toString();
    disk = new DiskFile(file);
    limit = new UnpackingLimit(name, disk.size(), limits);
  }

  /**
   * Hands everything in the file to the sink.
   *
   * @throws MalformedDataException if something is damaged, cut short, or beyond the limits
   */
  void run(Sink sink) throws IOException {
    if (Packing.of(disk.read(0, Packing.HEAD)) == Packing.ZIP) {
      unzip(sink);
    } else {
      unpack(name, disk.stream(0, Long.MAX_VALUE), 0, sink);
    }
  }

  private void unpack(String inner, InputStream content, int layer, Sink sink) throws IOException {
    BufferedInputStream in = new BufferedInputStream(content);
    in.mark(Packing.HEAD);
    byte[] head = in.readNBytes(Packing.HEAD);
    in.reset();
    Packing packing = Packing.of(head);
    if (packing != Packing.NONE && layer == MAX_LAYERS) {
      throw new MalformedDataException(inner, "is packed more than " + MAX_LAYERS + " times");
    }
    switch (packing) {
      case GZIP -> decompress(inner, "gzip", () -> new GzipStream(in), layer, sink);
      case ZSTD -> decompress(inner, "zstd", () -> new ZstdCompressorInputStream(in), layer, sink);
      case XZ ->
          decompress(
              inner, "xz", () -> new XZCompressorInputStream(in, true, XZ_MEMORY_KIB), layer, sink);
      case BZIP2 ->
          decompress(inner, "bzip2", () -> new BZip2CompressorInputStream(in, true), layer, sink);
      case TAR -> untar(inner, in, layer, sink);
      case ZIP ->
          throw new MalformedDataException(
              inner, "is a zip archive inside another file, which is not read; unpack it first");
      case NONE -> accept(inner, head, in, sink);
    }
  }

  private void decompress(
      String inner, String format, UnpackedStream.Decompressor decompressor, int layer, Sink sink)
      throws IOException {
    try (InputStream out = new UnpackedStream(inner, format, disk, limit, decompressor)) {
      unpack(inner, out, layer + 1, sink);
    }
  }

  private void untar(String archive, InputStream in, int layer, Sink sink) throws IOException {
    TarReader tar = new TarReader(archive, in, limit);
    for (String entry = tar.next(); entry != null; entry = tar.next()) {
      if (!EntryName.isHidden(entry)) {
        unpack(EntryName.inside(archive, entry), tar.content(), layer + 1, sink);
      }
    }
  }

  private void unzip(Sink sink) throws IOException {
    ZipReader zip = new ZipReader(name, disk, limit);
    for (String entry = zip.next(); entry != null; entry = zip.next()) {
      if (!EntryName.isHidden(entry)) {
        try (InputStream content = zip.content()) {
          unpack(EntryName.inside(name, entry), content, 1, sink);
        }
      }
    }
  }

  private void accept(String inner, byte[] head, InputStream in, Sink sink) throws IOException {
    @Nullable String unreadable = Packing.unreadable(head);
    if (unreadable != null) {
      throw new MalformedDataException(inner, "is " + unreadable + ", which is not read");
    }
    sink.accept(inner, in, disk::bytesRead);
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
