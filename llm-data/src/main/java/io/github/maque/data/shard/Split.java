package io.github.maque.data.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which documents are held out. Immutable.
 *
 * <p>A share is chosen by the hash of a document's cleaned text, so that a document stays where it
 * is when files are added, and equal texts are on the same side. A count takes the first documents
 * that are kept.
 *
 * <pre>{@code
 * Split split = Split.none().holdOut("validation", 0.01).holdOut("test", 0.01);
 * }</pre>
 */
public final class Split {
  /** The split of everything that is not held out. */
  public static final String TRAIN = "train";

  private final List<Part> parts;

  /** A part that is held out: a share from {@code from} to {@code to}, or a count. */
  private record Part(String name, double from, double to, long count) {
    boolean isShare() {
      return count == 0;
    }

    @Override
    public String toString() {
      return isShare()
          ? String.format(Locale.ROOT, "%s: share %s to %s", name, from, to)
          : String.format(Locale.ROOT, "%s: first %d", name, count);
    }
  }

  private Split(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Holds out nothing. */
  public static Split none() {
    return new Split(List.of());
  }

  /**
   * Returns this split, also holding out a share of the documents.
   *
   * @param name what the part is called, such as {@code validation}: lower-case letters, digits,
   *     {@code _}
   * @param share above 0; all shares together stay below 1
   */
  public Split holdOut(String name, double share) {
    double from = parts.stream().filter(Part::isShare).mapToDouble(Part::to).max().orElse(0);
    if (!(share > 0 && from + share < 1)) {
      throw new IllegalArgumentException(
          "share of " + name + " must be above 0, and all together below 1, got " + share);
    }
    return with(new Part(name, from, from + share, 0));
  }

  /**
   * Returns this split, also holding out the first {@code documents} documents that no share takes.
   */
  public Split holdOutFirst(String name, long documents) {
    if (documents < 1) {
      throw new IllegalArgumentException(
          "documents of " + name + " must be positive, got " + documents);
    }
    return with(new Part(name, 0, 0, documents));
  }

  /** Returns the names of the splits, that of the rest first. */
  public List<String> names() {
    List<String> names = new ArrayList<>(List.of(TRAIN));
    parts.forEach(part -> names.add(part.name));
    return names;
  }

  /** Counts the documents that a split has so far. */
  @FunctionalInterface
  interface Counts {
    long documents(int split);
  }

  /**
   * Returns which of {@link #names} a document belongs to.
   *
   * @param hash 64 random bits of the document
   * @param counts how many documents each split has so far
   */
  int choose(long hash, Counts counts) {
    double draw = (hash >>> 11) * 0x1.0p-53;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.isShare() && draw >= part.from && draw < part.to) {
        return i + 1;
      }
    }
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (!part.isShare() && counts.documents(i + 1) < part.count) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Returns the parts in words; equal splits give equal words. */
  @Override
  public String toString() {
    return parts.toString();
  }

  private Split with(Part part) {
    if (!part.name.matches("[a-z0-9_]+")) {
      throw new IllegalArgumentException(
          "the name of a split must be lower-case letters, digits or _, got \"" + part.name + '"');
    }
    if (names().contains(part.name)) {
      throw new IllegalArgumentException("there is already a split " + part.name);
    }
    List<Part> more = new ArrayList<>(parts);
    more.add(part);
    return new Split(more);
  }
}
