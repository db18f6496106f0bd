package io.github.maque.train.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A reader of TFRecord files and of protocol buffers, from their published descriptions. */
final class EventRecords {
  private EventRecords() {}

  /** Returns the records' data; checks lengths and checksums. */
  static List<byte[]> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> records = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(masked(castagnoli(length)));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      assertThat(in.getInt()).isEqualTo(masked(castagnoli(data)));
      records.add(data);
    }
    return records;
  }

  /** CRC-32C bit by bit, with the reversed polynomial of RFC 3720. */
  static int castagnoli(byte[] data) {
    int crc = ~0;
    for (byte b : data) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
      }
    }
    return ~crc;
  }

  private static int masked(int crc) {
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  /** A message: what each field holds, as Long, Double, Float or bytes. */
  record Message(Map<Integer, List<Object>> fields) {
    static Message parse(byte[] data) {
      ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
      Map<Integer, List<Object>> fields = new TreeMap<>();
      while (in.hasRemaining()) {
        long key = varint(in);
        Object value =
            switch ((int) (key & 7)) {
              case 0 -> varint(in);
              case 1 -> in.getDouble();
              case 2 -> {
                byte[] bytes = new byte[(int) varint(in)];
                in.get(bytes);
                yield bytes;
              }
              case 5 -> in.getFloat();
              default -> throw new AssertionError("wire type " + (key & 7));
            };
        fields.computeIfAbsent((int) (key >>> 3), field -> new ArrayList<>()).add(value);
      }
      return new Message(fields);
    }

    private static long varint(ByteBuffer in) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = in.get();
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    boolean has(int field) {
      return fields.containsKey(field);
    }

    Object value(int field) {
      assertThat(fields.get(field)).hasSize(1);
      return fields.get(field).get(0);
    }

    String text(int field) {
      return new String((byte[]) value(field), StandardCharsets.UTF_8);
    }

    Message message(int field) {
      return parse((byte[]) value(field));
    }

    List<Message> messages(int field) {
      return fields.getOrDefault(field, List.of()).stream()
          .map(value -> parse((byte[]) value))
          .toList();
    }
  }
}
