package io.github.maque.model.kernel;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The bytes that PyTorch takes for a saved TorchScript module: a zip with the program as text, and
 * a pickle of one object of its class, whose fields are the constants.
 */
final class ScriptArchive {
  private static final String ROOT = "kernels/";

  private ScriptArchive() {}

  static byte[] of(KernelSource source, Collection<Signature> signatures) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", pickle(source));
      store(zip, "code/__torch__.py", program(source, signatures).getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'}); // an empty tuple
      store(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("writing an archive in memory", e);
    }
    return bytes.toByteArray();
  }

  /** The number of lines of the program before the text of the source. */
  static int linesBefore(KernelSource source) {
    return 4 + source.constants().size();
  }

  private static String program(KernelSource source, Collection<Signature> signatures) {
    StringBuilder text = new StringBuilder("class " + source.name() + "(Module):\n");
    text.append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
    source
        .constants()
        .forEach((name, value) -> text.append("  " + name + " : " + type(value) + "\n"));
    source.text().lines().forEach(line -> text.append("  ").append(line).append('\n'));
    for (Signature signature : signatures) {
      if (signature.hasScalars()) {
        signature.trainingForm().lines().forEach(line -> text.append("  " + line + "\n"));
      }
    }
    if (signatures.stream().noneMatch(signature -> signature.name().equals("forward"))) {
      // The engine looks for one when it describes a module.
      text.append("  def forward(self, x: Tensor) -> Tensor:\n    return x\n");
    }
    return text.toString();
  }

  private static String type(Object constant) {
    return constant instanceof Long ? "int" : constant instanceof Double ? "float" : "bool";
  }

  /** A pickle, protocol 2, of {@code Name()} with its fields set from a dictionary. */
  private static byte[] pickle(KernelSource source) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(new byte[] {(byte) 0x80, 2});
    out.write(("c__torch__\n" + source.name() + "\n").getBytes(StandardCharsets.US_ASCII));
    out.write(new byte[] {')', (byte) 0x81, '}', '('}); // cls(), an empty dictionary, a mark
    string(out, "training");
    value(out, false);
    for (var constant : source.constants().entrySet()) {
      string(out, constant.getKey());
      value(out, constant.getValue());
    }
    out.write(new byte[] {'u', 'b', '.'}); // set items, set state, stop
    return bytes.toByteArray();
  }

  private static void string(DataOutputStream out, String text) throws IOException {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    out.write('X');
    out.writeInt(Integer.reverseBytes(ascii.length));
    out.write(ascii);
  }

  private static void value(DataOutputStream out, Object value) throws IOException {
    if (value instanceof Boolean truth) {
      out.write(truth ? 0x88 : 0x89);
    } else if (value instanceof Double number) {
      out.write('G');
      out.writeDouble(number);
    } else {
      out.write(0x8a); // a little-endian integer of so many bytes
      out.write(8);
      out.writeLong(Long.reverseBytes((Long) value));
    }
  }

  /** PyTorch reads entries that are stored as they are. */
  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
