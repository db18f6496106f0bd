package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Counts equal documents, that is those with the same 128-bit MurmurHash3. The hashes, 24 bytes a
 * document, lie in scratch files: in memory is a 256th of them at a time.
 */
final class DuplicateCount implements AutoCloseable {
  private static final int PARTS = 256;

  private final Path directory;
  private final DataOutputStream[] parts = new DataOutputStream[PARTS];
  private long documents;

  /**
   * Documents that are equal.
   *
   * @param size how many they are
   * @param first the number of the first of them, counted from 0
   */
  record Group(long size, long first) {}

  /**
   * What was found.
   *
   * @param duplicates how many documents are equal to an earlier one
   * @param groups how many different documents have such duplicates
   * @param largest some of the groups with the most documents
   */
  record Result(long duplicates, long groups, List<Group> largest) {

    /**
     * Adds everything to {@code summary}.
     *
     * @param texts what each of the largest groups looks like
     */
    void addTo(Summary summary, List<String> texts) {
      summary.count("duplicate_documents", duplicates);
      summary.count("duplicated_texts", groups);
      List<Map<String, Object>> top = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        Group group = largest.get(i);
        String text = texts.get(i).replaceAll("[\\p{Cntrl}]", "⏎");
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("count", group.size);
        figures.put("first", group.first);
        figures.put("text", text);
        top.add(figures);
        summary.print(
            i == 0 ? "most frequent of them" : " ",
            String.format(Locale.ROOT, "%,d × %s", group.size, text));
      }
      summary.data("top_duplicates", top);
    }
  }

  private record Hash(long first, long second) {}

  /** Creates a count with scratch files in a directory that is deleted in the end. */
  DuplicateCount() throws IOException {
    directory = Unfinished.beside(Path.of(System.getProperty("java.io.tmpdir"), "maque-stats"));
    Files.createDirectory(directory);
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part(i))));
    }
  }

  /** Adds the next document, given as the first {@code length} of some bytes. */
  void add(byte[] document, int length) throws IOException {
    long[] hash = MurmurHash3.hash128x64(document, 0, length, 0);
    DataOutputStream part = parts[(int) (hash[0] >>> 56)];
    part.writeLong(hash[0]);
    part.writeLong(hash[1]);
    part.writeLong(documents++);
  }

  /** Returns the result, with at most {@code shown} groups. No document can be added any more. */
  Result result(int shown) throws IOException {
    closeParts();
    long duplicates = 0;
    long groups = 0;
    List<Group> largest = new ArrayList<>();
    for (int i = 0; i < PARTS; i++) {
      for (Group group : groups(part(i))) {
        groups++;
        duplicates += group.size - 1;
        largest.add(group);
      }
      largest.sort(Comparator.comparingLong(Group::size).reversed().thenComparing(Group::first));
      largest = new ArrayList<>(largest.subList(0, Math.min(shown, largest.size())));
    }
    return new Result(duplicates, groups, largest);
  }

  private static List<Group> groups(Path part) throws IOException {
    Map<Hash, Group> groups = new HashMap<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(part)))) {
      for (long left = Files.size(part) / (3 * Long.BYTES); left > 0; left--) {
        Hash hash = new Hash(in.readLong(), in.readLong());
        groups.merge(
            hash,
            new Group(1, in.readLong()),
            (before, found) -> new Group(before.size + 1, before.first));
      }
    }
    groups.values().removeIf(group -> group.size == 1);
    return List.copyOf(groups.values());
  }

  private Path part(int number) {
    return directory.resolve(String.valueOf(number));
  }

  private void closeParts() throws IOException {
    for (DataOutputStream part : parts) {
      part.close();
    }
  }

  @Override
  public void close() throws IOException {
    closeParts();
    Unfinished.delete(directory);
  }
}
