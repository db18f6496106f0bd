package io.github.maque.data.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at the ids of a {@code .bin} file as they are read: are they what the manifest says? */
final class IdCheck {
  private final TokenType type;
  private final int vocabularySize;

  /** The id behind every document, or -1. */
  private final int end;

  private final @Nullable IndexFile index;
  private final Findings findings = new Findings();
  private short[] shorts = new short[0];
  private int[] ids = new int[0];
  private long tokens;
  private long document;
  private long ends;
  private long documentEnds;

  /**
   * Creates a check for one file.
   *
   * @param index where documents are, or null if nobody knows
   */
  IdCheck(Manifest manifest, @Nullable IndexFile index) {
    type = manifest.tokenType();
    vocabularySize = manifest.vocabularySize();
    end = manifest.endOfDocument().orElse(-1);
    this.index = index;
  }

  /** Takes the next bytes of the file, whole ids except at the end of the file. */
  void take(byte[] bytes, int length) {
    int count = length / type.bytes();
    decode(bytes, count);
    if (countOutside(count) > 0) {
      findOutside(count);
    }
    if (index != null && end >= 0) {
      ends += countEnds(count);
      checkDocuments(index, count);
    }
    tokens += count;
  }

  /** Returns how many ids were taken. */
  long tokens() {
    return tokens;
  }

  /** Returns how often the end-of-document id stands elsewhere than behind a document. */
  long innerEnds() {
    return ends - documentEnds;
  }

  /** Returns what is wrong. */
  List<String> problems() {
    return findings.list();
  }

  private void decode(byte[] bytes, int count) {
    if (ids.length < count) {
      ids = new int[count];
      shorts = new short[count];
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case U16 -> {
        buffer.asShortBuffer().get(shorts, 0, count);
        MappedShard.widen(shorts, ids, 0, count);
      }
      case I32 -> buffer.asIntBuffer().get(ids, 0, count);
    }
  }

  /** Counts the ids outside the vocabulary. Signs instead of branches: the loop is vectorised. */
  private int countOutside(int count) {
    int last = vocabularySize - 1;
    int outside = 0;
    for (int i = 0; i < count; i++) {
      outside += (ids[i] | (last - ids[i])) >>> 31;
    }
    return outside;
  }

  private int countEnds(int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      int difference = ids[i] ^ end;
      found += (~difference & (difference - 1)) >>> 31; // 1 if the difference is 0
    }
    return found;
  }

  private void findOutside(int count) {
    for (int i = 0; i < count; i++) {
      int id = ids[i];
      long place = (tokens + i) * type.bytes();
      if (id < 0 || id >= vocabularySize) {
        findings.add(
            "id outside the vocabulary of " + vocabularySize,
            () -> "%d at byte %d".formatted(id, place));
      }
    }
  }

  /** Checks the last id of each document that ends among the ids just taken. */
  private void checkDocuments(IndexFile documents, int count) {
    while (document < documents.documents() && documents.start(document + 1) <= tokens + count) {
      long behind = documents.start(document + 1);
      boolean isEmpty = behind == documents.start(document);
      if (!isEmpty && ids[(int) (behind - 1 - tokens)] == end) {
        documentEnds++;
      } else {
        long number = document;
        findings.add(
            "document that does not end with id " + end,
            () -> "document %d, which ends at byte %d".formatted(number, behind * type.bytes()));
      }
      document++;
    }
  }
}
