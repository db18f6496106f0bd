package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Scalar;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values without parts.
 *
 * @param parser throws an {@link IllegalArgumentException} that says what is wrong beyond what is
 *     expected, or whose message is empty
 */
record ScalarCodec(
    String expected, Function<String, Object> parser, Function<Object, Scalar> printer)
    implements Codec {
  private static final ScalarCodec TEXT =
      new ScalarCodec("text", text -> text, value -> Scalar.text((String) value));
  private static final ScalarCodec BOOLEAN =
      new ScalarCodec("true or false", ScalarCodec::truth, ScalarCodec::plain);
  static final ScalarCodec INT =
      new ScalarCodec(
          "a whole number",
          text -> (int) Numbers.parseWhole(text, Integer.MIN_VALUE, Integer.MAX_VALUE),
          ScalarCodec::plain);
  static final ScalarCodec LONG =
      new ScalarCodec(
          "a whole number",
          text -> Numbers.parseWhole(text, Long.MIN_VALUE, Long.MAX_VALUE),
          ScalarCodec::plain);
  static final ScalarCodec DOUBLE =
      new ScalarCodec(
          "a number", Numbers::parseDouble, value -> Scalar.plain(Numbers.print((Double) value)));
  private static final ScalarCodec PATH =
      new ScalarCodec("a path", Path::of, value -> Scalar.text(value.toString()));

  private static final Map<Class<?>, ScalarCodec> KNOWN =
      Map.ofEntries(
          Map.entry(String.class, TEXT),
          Map.entry(boolean.class, BOOLEAN),
          Map.entry(Boolean.class, BOOLEAN),
          Map.entry(int.class, INT),
          Map.entry(Integer.class, INT),
          Map.entry(long.class, LONG),
          Map.entry(Long.class, LONG),
          Map.entry(double.class, DOUBLE),
          Map.entry(Double.class, DOUBLE),
          Map.entry(Path.class, PATH));

  /** Returns the codec of a type of the language's library, or null. */
  static @Nullable ScalarCodec known(Class<?> type) {
    return KNOWN.get(type);
  }

  /** Returns the codec of the constants of an enum. */
  static ScalarCodec constants(Class<?> type) {
    Map<String, Object> constants = new LinkedHashMap<>();
    for (Object constant : type.getEnumConstants()) {
      constants.put(name(constant), constant);
    }
    String names = constants.keySet().stream().collect(Collectors.joining(", "));
    return new ScalarCodec(
        "one of " + names,
        text -> {
          Object constant = constants.get(text);
          if (constant == null) {
            throw new IllegalArgumentException("");
          }
          return constant;
        },
        value -> Scalar.text(name(value)));
  }

  /** Returns the codec of a type whose string form the parser understands. */
  static ScalarCodec parsed(Class<?> type, Function<String, Object> parser) {
    return new ScalarCodec(type.getSimpleName(), parser, value -> Scalar.text(value.toString()));
  }

  private static String name(Object constant) {
    return KebabCase.of(((Enum<?>) constant).name());
  }

  private static Object truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("");
    };
  }

  private static Scalar plain(Object value) {
    return Scalar.plain(value.toString());
  }

  @Override
  public Object read(YamlNode node, String path, @Nullable Object base) {
    // What an option is set to is never nothing, be it empty.
    boolean option = node.place() instanceof Place.Option;
    if (!(node instanceof Scalar scalar) || scalar.isNothing() && !option) {
      throw unexpected(node, path);
    }
    try {
      return parser.apply(scalar.text());
    } catch (IllegalArgumentException e) {
      String problem = "expected " + expected + ", found \"" + Excerpt.of(scalar.text()) + '"';
      String reason = e.getMessage() == null ? "" : e.getMessage();
      throw new YamlException(
          scalar.place(), path, reason.isEmpty() ? problem : problem + ": " + reason, e);
    }
  }

  @Override
  public YamlNode write(Object value) {
    return printer.apply(value);
  }
}
