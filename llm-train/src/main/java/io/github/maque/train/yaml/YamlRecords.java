package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Mapping;
import io.github.maque.train.yaml.YamlNode.Scalar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads records from YAML and writes them. A mapping stands for a record; its keys are the names of
 * the components in kebab case:
 *
 * <pre>{@code
 * YamlRecords yaml =
 *     YamlRecords.create().with(OptimizerFactory.class, Map.of("adam-w", AdamW.class));
 * Run run = yaml.read(Path.of("run.yaml"), Run.class, Map.of("optimizer.learning-rate", "1e-3"));
 *
 * # run.yaml
 * tokens: 1.5M
 * warm-up: 2%
 * optimizer:
 *   kind: adam-w
 *   betas: [0.9, 0.95]
 * }</pre>
 *
 * <p>Components may be
 *
 * <ul>
 *   <li>{@code int} and {@code long}, written as {@code 512}, {@code 1_000_000}, {@code 1e6} or
 *       with k, M or G for 10³, 10⁶ or 10⁹; {@code double}; {@code boolean}; {@link String}; {@link
 *       Path};
 *   <li>enums, whose constants are written in kebab case;
 *   <li>types with a public static {@code parse(String)} that returns them and understands what
 *       {@code toString()} says;
 *   <li>records, and sealed interfaces of records: mappings with a key {@code kind}, the record's
 *       simple name in kebab case. The kinds of other interfaces are {@linkplain #with named};
 *   <li>{@link java.util.Optional} and those of numbers, empty where null stands or nothing; {@link
 *       java.util.List}; {@link Map} by {@code String}.
 * </ul>
 *
 * <p>Keys that are not there have the values that the default has. A record's default is what the
 * record around it has by default in its place, and otherwise what its own public static {@code
 * defaults()} returns; an interface's only if the kind is the same. Lists and maps replace defaults
 * as a whole. A key without a default must be there, unless it is an {@code Optional}, a list or a
 * map.
 *
 * <p>Unknown and duplicate keys, tags, more than one document, and texts that are too long, too
 * deep or too large once aliases are replaced are refused. Types that cannot be converted are
 * refused with an {@link IllegalArgumentException} that is not a {@link YamlException}. Records,
 * their constructors and {@code defaults()} must be public.
 */
public final class YamlRecords {
  private static final int MAX_BYTES = 4 * YamlParser.MAX_CHARACTERS;

  private final Map<Class<?>, Kinds> kinds;

  private YamlRecords(Map<Class<?>, Kinds> kinds) {
    this.kinds = kinds;
  }

  /** Knows no interfaces but sealed ones. */
  public static YamlRecords create() {
    return new YamlRecords(Map.of());
  }

  /**
   * Returns one that also knows the kinds of an interface. They take the place of those it had.
   *
   * @param type the interface
   * @param records those that implement it, by name: small letters, digits and hyphens
   * @throws IllegalArgumentException if they are no records, or have no good names
   */
  public <I> YamlRecords with(Class<I> type, Map<String, ? extends Class<? extends I>> records) {
    Map<Class<?>, Kinds> more = new HashMap<>(kinds);
    more.put(type, new Kinds(type, new LinkedHashMap<>(new TreeMap<>(records))));
    return new YamlRecords(more);
  }

  /** Reads a record from a file in UTF-8, as {@link #read(Path, Class, Map)} without options. */
  public <T extends Record> T read(Path file, Class<T> type) throws IOException {
    return read(file, type, Map.of());
  }

  /**
   * Reads a record from a file in UTF-8.
   *
   * @param options as in {@link #parse(String, String, Class, Map)}
   * @throws IOException if the file cannot be read
   * @throws YamlException if it or an option is not as it should be
   */
  public <T extends Record> T read(Path file, Class<T> type, Map<String, String> options)
      throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    return parse(decode(bytes, file.toString()), file.toString(), type, options);
  }

  /** Reads a record from a text, as {@link #parse(String, String, Class, Map)} without options. */
  public <T extends Record> T parse(String text, String source, Class<T> type) {
    return parse(text, source, type, Map.of());
  }

  /**
   * Reads a record from a text.
   *
   * @param source what error messages call the text
   * @param options what replaces values of the text, in order: values by the path of a key, such as
   *     {@code optimizer.learning-rate}. Lists and mappings are in YAML: {@code [a, b]}; text and
   *     numbers are taken as they are
   * @throws YamlException if the text or an option is not as it should be
   */
  public <T extends Record> T parse(
      String text, String source, Class<T> type, Map<String, String> options) {
    Place start = new Place.InText(source, 1, 1);
    String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
    YamlNode document = YamlParser.parse(withoutMark, start);
    if (document instanceof Scalar scalar && scalar.isNothing()) {
      document = Mapping.empty(start);
    }
    YamlNode changed = Overrides.apply(document, options);
    return type.cast(new Codecs(kinds).ofRecord(type).read(changed, "", null));
  }

  private static String decode(byte[] bytes, String source) {
    if (bytes.length > MAX_BYTES) {
      throw new YamlException(
          new Place.InText(source, 1, 1), "", "expected at most " + MAX_BYTES + " bytes of YAML");
    }
    ByteBuffer input = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(input).toString();
    } catch (CharacterCodingException e) {
      int line = 1;
      for (int i = 0; i < input.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      String problem = "expected UTF-8, found bytes that are not, at offset " + input.position();
      throw new YamlException(new Place.InText(source, line, 1), "", problem, e);
    }
  }

  /**
   * Writes a record: all of it, defaults and what is empty too, in block style and in the order of
   * the components; maps in the order of their keys.
   *
   * @throws IllegalArgumentException if something in it has no form in YAML
   */
  public String write(Record value) {
    return YamlPrinter.print(new Codecs(kinds).ofRecord(value.getClass()).write(value));
  }

  /**
   * Writes a record below a comment.
   *
   * @param comment one or more lines, without {@code #}
   */
  public String write(Record value, String comment) {
    String header =
        comment
            .replaceAll("[\\p{Cc}&&[^\\r\\n\\u0085]]", " ")
            .lines()
            .map(line -> ("# " + line).stripTrailing() + "\n")
            .collect(Collectors.joining());
    return header + write(value);
  }
}
