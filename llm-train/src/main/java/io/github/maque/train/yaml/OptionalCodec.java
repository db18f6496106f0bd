package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Scalar;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values that may be missing, written as null.
 *
 * @param value converts what is there
 * @param empty what stands for nothing
 * @param wrap makes what stands for a value
 * @param unwrap gives the value or null
 */
record OptionalCodec(
    Codec value,
    Object empty,
    Function<Object, Object> wrap,
    Function<Object, @Nullable Object> unwrap)
    implements Codec {

  static OptionalCodec of(Codec value) {
    return new OptionalCodec(
        value, Optional.empty(), Optional::of, optional -> ((Optional<?>) optional).orElse(null));
  }

  static OptionalCodec ofInt(Codec value) {
    return new OptionalCodec(
        value,
        OptionalInt.empty(),
        number -> OptionalInt.of((Integer) number),
        optional ->
            optional.equals(OptionalInt.empty()) ? null : ((OptionalInt) optional).getAsInt());
  }

  static OptionalCodec ofLong(Codec value) {
    return new OptionalCodec(
        value,
        OptionalLong.empty(),
        number -> OptionalLong.of((Long) number),
        optional ->
            optional.equals(OptionalLong.empty()) ? null : ((OptionalLong) optional).getAsLong());
  }

  static OptionalCodec ofDouble(Codec value) {
    return new OptionalCodec(
        value,
        OptionalDouble.empty(),
        number -> OptionalDouble.of((Double) number),
        optional ->
            optional.equals(OptionalDouble.empty())
                ? null
                : ((OptionalDouble) optional).getAsDouble());
  }

  @Override
  public String expected() {
    return value.expected() + " or null";
  }

  @Override
  public Object read(YamlNode node, String path, @Nullable Object base) {
    if (node instanceof Scalar scalar && scalar.isNothing()) {
      return empty;
    }
    return wrap.apply(value.read(node, path, base == null ? null : unwrap.apply(base)));
  }

  @Override
  public YamlNode write(Object optional) {
    Object present = unwrap.apply(optional);
    return present == null ? Scalar.plain("null") : value.write(present);
  }

  @Override
  public Object absent() {
    return empty;
  }
}
