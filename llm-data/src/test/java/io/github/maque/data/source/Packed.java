package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;

/** Packs bytes as the usual programs do, with the writers of other libraries. */
final class Packed {
  private Packed() {}

  interface Wrapper {
    OutputStream wrap(OutputStream out) throws IOException;
  }

  enum Compression {
    NONE(out -> out),
    GZIP(GZIPOutputStream::new),
    ZSTD(out -> new ZstdOutputStream(out).setChecksum(true)),
    XZ(XZCompressorOutputStream::new),
    BZIP2(BZip2CompressorOutputStream::new);

    private final Wrapper wrapper;

    Compression(Wrapper wrapper) {
      this.wrapper = wrapper;
    }

    byte[] pack(byte[] content) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream out = wrapper.wrap(bytes)) {
        out.write(content);
      }
      return bytes.toByteArray();
    }
  }

  static byte[] gzip(byte[] content) throws IOException {
    return Compression.GZIP.pack(content);
  }

  static byte[] gzip(String content) throws IOException {
    return gzip(content.getBytes(UTF_8));
  }

  /** Packs the same content very often, quickly: as one member for each time. */
  static byte[] gzip(byte[] content, int times) throws IOException {
    byte[] member = gzip(content);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      bytes.writeBytes(member);
    }
    return bytes.toByteArray();
  }

  /** Packs files under their names, in their order. */
  static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        out.putArchiveEntry(entry);
        out.write(file.getValue());
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  static byte[] tar(String name, byte[] content) throws IOException {
    return tar(Map.of(name, content));
  }

  static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  static byte[] zip(String name, byte[] content) throws IOException {
    return zip(Map.of(name, content));
  }

  /** Returns files in the order given: name, content, name, content. */
  static Map<String, byte[]> files(Object... namesAndContents) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      Object content = namesAndContents[i + 1];
      files.put(
          (String) namesAndContents[i],
          content instanceof String text ? text.getBytes(UTF_8) : (byte[]) content);
    }
    return files;
  }

  static byte[] concatenate(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
