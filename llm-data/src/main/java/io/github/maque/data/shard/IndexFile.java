package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * The {@code .idx} file of an indexed dataset, as Megatron-LM's {@code indexed_dataset.py} writes
 * it. Immutable.
 *
 * <p>All numbers are little-endian: 9 bytes {@code MMIDIDX\0\0}; u64 version 1; u8 data type; u64
 * number of sequences S; u64 number of entries D of the document index; i32 length of each sequence
 * in tokens; i64 offset of each sequence in the {@code .bin} file in bytes; i64 entries of the
 * document index. A document is a range of sequences: entry d is its first, entry d + 1 the one
 * behind its last, so that the first entry is 0 and the last is S. We write one sequence for each
 * document and read any number.
 *
 * <p>Only text is read, not the multimodal variant with a mode for each sequence; and the sequences
 * must follow each other in the {@code .bin} file without gaps, as Megatron-LM writes them.
 */
final class IndexFile {
  private static final byte[] MAGIC = "MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final long VERSION = 1;
  private static final int HEADER_BYTES = MAGIC.length + Long.BYTES + 1 + 2 * Long.BYTES;
  private static final int SEQUENCE_BYTES = Integer.BYTES + Long.BYTES;

  /** The largest length that an array of ids can have. */
  private static final int MAX_LENGTH = Integer.MAX_VALUE;

  /** Names of the data types 1 to 8. */
  private static final List<String> DATA_TYPES =
      List.of("uint8", "int8", "int16", "int32", "int64", "float64", "float32", "uint16");

  /** By how many documents a search misses its aim at first. */
  private static final int FIRST_STEP = 16;

  private final Path file;
  private final MappedFile map;
  private final long binBytes;
  private final TokenType type;
  private final long sequences;
  private final long documents;
  private final boolean documentsAreSequences;
  private final List<String> problems;

  private IndexFile(Path file, long binBytes, int segmentBytes) throws IOException {
    this.file = file;
    this.binBytes = binBytes;
    ByteBuffer header = readHeader();
    type = type(header.get());
    sequences = header.getLong();
    long entries = header.getLong();
    documents = entries - 1;
    map = new MappedFile(file, segmentBytes);
    checkSize(entries);
    Findings findings = new Findings();
    checkSequences(findings);
    documentsAreSequences = checkDocuments(findings);
    problems = findings.list();
  }

  /**
   * Writes an index with one sequence for each document, down to the disk.
   *
   * @param index the file; one that is there is replaced
   * @param lengths a file of i32, little-endian: how many tokens each document has
   * @throws MalformedDataException if {@code lengths} has another size, or a negative length
   */
  static void write(Path index, TokenType type, Path lengths, long documents) throws IOException {
    long size = Files.size(lengths);
    if (size != documents * Integer.BYTES) {
      throw new MalformedDataException(
          lengths.toString(),
          "has %d bytes, expected 4 for each of %d lengths".formatted(size, documents));
    }
    try (FileChannel channel =
        FileChannel.open(
            index,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
      out.write(MAGIC);
      out.writeLong(Long.reverseBytes(VERSION));
      out.write(type.code());
      out.writeLong(Long.reverseBytes(documents));
      out.writeLong(Long.reverseBytes(documents + 1));
      Files.copy(lengths, out);
      writeOffsets(type, lengths, documents, out);
      for (long i = 0; i <= documents; i++) {
        out.writeLong(Long.reverseBytes(i));
      }
      out.flush();
      channel.force(true);
    } catch (MalformedDataException e) {
      throw e;
    } catch (IOException e) {
      throw WriteFailure.of(index, e);
    }
  }

  private static void writeOffsets(
      TokenType type, Path lengths, long documents, DataOutputStream out) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(lengths), 1 << 16))) {
      long offset = 0;
      for (long i = 0; i < documents; i++) {
        out.writeLong(Long.reverseBytes(offset));
        int length = Integer.reverseBytes(in.readInt());
        if (length < 0) {
          throw new MalformedDataException(
              lengths.toString(), "document " + i + " has the negative length " + length);
        }
        offset += (long) length * type.bytes();
      }
    }
  }

  /**
   * Opens an index and reads it once from end to end. If there are {@link #problems} with single
   * sequences and documents, nobody may ask where documents are.
   *
   * @param binBytes how many bytes the {@code .bin} file has
   * @param segmentBytes as for {@link MappedFile}
   * @throws MalformedDataException if the file is no index, is cut short, or of a kind that is not
   *     read
   */
  static IndexFile open(Path file, long binBytes, int segmentBytes) throws IOException {
    return new IndexFile(file, binBytes, segmentBytes);
  }

  /** Returns how token ids are stored. */
  TokenType type() {
    return type;
  }

  /** Returns the number of documents. */
  long documents() {
    return documents;
  }

  /** Returns how many tokens the {@code .bin} file has. */
  long tokens() {
    return binBytes / type.bytes();
  }

  /** Returns what is wrong with sequences and documents. */
  List<String> problems() {
    return problems;
  }

  /**
   * Returns the position of the first token of a document.
   *
   * @param document from 0 to {@link #documents}, which stands for the end of the last one
   */
  long start(long document) {
    return startOfSequence(documentsAreSequences ? document : firstSequence(document));
  }

  /**
   * Returns the document that an existing token belongs to. The search begins where the document
   * would be if all were of one length, so that few pages of the index are touched.
   */
  long documentAt(long position) {
    long guess = Math.min(documents - 1, (long) ((double) position / tokens() * documents));
    long low = guess;
    long high = guess + 1;
    for (long step = FIRST_STEP; start(low) > position; step *= 2) {
      high = low;
      low = Math.max(0, low - step);
    }
    for (long step = FIRST_STEP; start(high) <= position; step *= 2) {
      low = high;
      high = Math.min(documents, high + step);
    }
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (start(middle) <= position) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Checks that there are no {@link #problems}.
   *
   * @throws MalformedDataException if there are; it names them
   */
  void requireSound() throws MalformedDataException {
    if (!problems.isEmpty()) {
      throw malformed(String.join("; ", problems));
    }
  }

  /**
   * Checks that this is the index of a shard of ours.
   *
   * @param listed what the manifest says about the shard
   * @throws MalformedDataException if it is another one
   */
  void requireListed(Shard listed, TokenType listedType) throws MalformedDataException {
    if (type != listedType || documents != listed.documents()) {
      throw malformed(
          "has %d documents with ids of type %s, expected %d and %s, as %s says"
              .formatted(documents, type, listed.documents(), listedType, Manifest.FILE));
    }
    if (!documentsAreSequences) {
      throw malformed("has documents that are not one sequence each, expected such ones only");
    }
  }

  private ByteBuffer readHeader() throws IOException {
    byte[] header;
    try (InputStream in = Files.newInputStream(file)) {
      header = in.readNBytes(HEADER_BYTES);
    }
    if (header.length < HEADER_BYTES) {
      throw malformed(
          "has %d bytes, expected at least %d: cut short, or no index"
              .formatted(header.length, HEADER_BYTES));
    }
    if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw malformed("does not begin with MMIDIDX, so it is no Megatron-LM index");
    }
    ByteBuffer rest = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
    long version = rest.getLong();
    if (version != VERSION) {
      throw malformed(
          "has version %s, expected %d".formatted(Long.toUnsignedString(version), VERSION));
    }
    return rest;
  }

  private TokenType type(int code) throws MalformedDataException {
    for (TokenType known : TokenType.values()) {
      if (known.code() == code) {
        return known;
      }
    }
    boolean named = code >= 1 && code <= DATA_TYPES.size();
    throw malformed(
        "has data type %d (%s), expected uint16 or int32"
            .formatted(code & 0xFF, named ? DATA_TYPES.get(code - 1) : "unknown"));
  }

  private void checkSize(long entries) throws MalformedDataException {
    long room = map.size() - HEADER_BYTES;
    // Dividing first: the numbers in a damaged header can be anything.
    boolean fits =
        sequences >= 0
            && entries >= 1
            && sequences <= room / SEQUENCE_BYTES
            && entries <= (room - sequences * SEQUENCE_BYTES) / Long.BYTES;
    if (!fits) {
      throw malformed(
          "has %d bytes, too few for %s sequences and %s entries of the document index: cut short"
              .formatted(
                  map.size(), Long.toUnsignedString(sequences), Long.toUnsignedString(entries)));
    }
    long behind = room - sequences * SEQUENCE_BYTES - entries * Long.BYTES;
    if (behind == sequences && sequences > 0) {
      throw malformed("has a mode for each sequence, expected a dataset of text alone");
    }
    if (behind != 0) {
      throw malformed("has %d bytes more than its header says".formatted(behind));
    }
  }

  private void checkSequences(Findings findings) {
    long end = 0;
    for (long i = 0; i < sequences; i++) {
      end = checkSequence(i, end, findings);
    }
    if (end != binBytes) {
      long described = end;
      findings.add(
          "the sequences end elsewhere than the .bin file: one is cut short or not of this pair",
          () -> "at byte %d of %d".formatted(described, binBytes));
    }
  }

  /** Returns where the sequence ends, in bytes. */
  private long checkSequence(long sequence, long expected, Findings findings) {
    long place = HEADER_BYTES + sequence * Integer.BYTES;
    int length = map.getInt(place);
    if (length < 0) {
      findings.add(
          "negative length of a sequence",
          () -> "sequence %d at byte %d: %d".formatted(sequence, place, length));
    }
    long offset = offset(sequence);
    if (offset != expected) {
      findings.add(
          "sequence that does not begin where the one before it ends",
          () ->
              "sequence %d at byte %d: begins at %d, expected %d"
                  .formatted(sequence, offsetPlace(sequence), offset, expected));
    }
    return offset + (long) Math.max(0, length) * type.bytes();
  }

  /** Returns whether document d is sequence d. */
  private boolean checkDocuments(Findings findings) {
    boolean same = documents == sequences;
    long begin = 0;
    for (long d = 0; d <= documents; d++) {
      long end = checkEntry(d, begin, findings);
      same &= end == d;
      begin = end;
    }
    if (begin != sequences) {
      long last = begin;
      findings.add(
          "the document index does not reach the end",
          () -> "it ends at sequence %d of %d".formatted(last, sequences));
    }
    return same;
  }

  /** Returns the entry, or {@code before} if the entry is not sound. */
  private long checkEntry(long entry, long before, Findings findings) {
    long first = firstSequence(entry);
    if (first < before || first > (entry == 0 ? 0 : sequences)) {
      findings.add(
          "entry of the document index out of order",
          () ->
              "entry %d at byte %d: %d, expected from %d to %d"
                  .formatted(entry, entryPlace(entry), first, before, entry == 0 ? 0 : sequences));
      return before;
    }
    if (findings.isEmpty() && startOfSequence(first) - startOfSequence(before) > MAX_LENGTH) {
      findings.add(
          "document longer than " + MAX_LENGTH + " tokens", () -> "document " + (entry - 1));
    }
    return first;
  }

  /** Returns the position of the first token of a sequence; the last is followed by the end. */
  private long startOfSequence(long sequence) {
    return sequence == sequences ? tokens() : offset(sequence) / type.bytes();
  }

  private long offset(long sequence) {
    return map.getLong(offsetPlace(sequence));
  }

  private long firstSequence(long document) {
    return map.getLong(entryPlace(document));
  }

  private long offsetPlace(long sequence) {
    return HEADER_BYTES + sequences * Integer.BYTES + sequence * Long.BYTES;
  }

  private long entryPlace(long document) {
    return HEADER_BYTES + sequences * SEQUENCE_BYTES + document * Long.BYTES;
  }

  private MalformedDataException malformed(String problem) {
    return new MalformedDataException(file.toString(), problem);
  }
}
