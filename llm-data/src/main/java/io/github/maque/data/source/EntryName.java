package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The names of archive entries, and of files below a directory. */
final class EntryName {
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
  private static final Pattern SEPARATOR = Pattern.compile("[/\\\\]");

  private EntryName() {}

  /** Reads a name: archives do not say for certain in which charset their names are. */
  static String decode(byte[] bytes, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * Refuses a name that would lead out of a directory into which the archive were unpacked. Nothing
   * is unpacked to disk here, but an archive with such names was made to do harm.
   */
  static void check(String archive, String name) throws MalformedDataException {
    boolean leadsOut =
        name.startsWith("/")
            || name.startsWith("\\")
            || name.indexOf('\0') >= 0
            || DRIVE.matcher(name).matches();
    for (String part : SEPARATOR.split(name, -1)) {
      leadsOut |= part.equals("..");
    }
    if (leadsOut) {
      throw new MalformedDataException(
          inside(archive, name), "the name of this entry leads out of the archive");
    }
  }

  /** Returns the name of an entry as places are shown. */
  static String inside(String archive, String name) {
    String shown = name.startsWith("./") ? name.substring(2) : name;
    return archive + "!" + shown.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Returns whether a file is none that anybody wants to read: a hidden one, or one of those in
   * which macOS keeps what other file systems have no place for.
   */
  static boolean isHidden(String name) {
    for (String part : SEPARATOR.split(name)) {
      if (part.equals("__MACOSX") || part.startsWith(".") && !part.equals(".")) {
        return true;
      }
    }
    return false;
  }
}
