package io.github.maque.train.yaml;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds the codec of a type.
 *
 * @param kinds of the interfaces that are not sealed, or whose kinds have other names
 */
record Codecs(Map<Class<?>, Kinds> kinds) {
  /** Returns the codec of a component's type. */
  Codec of(RecordComponent component) {
    return of(component.getGenericType(), component);
  }

  RecordCodec ofRecord(Class<?> type) {
    return new RecordCodec(new RecordType(type), this);
  }

  private Codec of(Type type, RecordComponent component) {
    Codec codec =
        type instanceof Class<?> plain
            ? ofClass(plain)
            : type instanceof ParameterizedType generic ? ofGeneric(generic, component) : null;
    if (codec == null) {
      throw new IllegalArgumentException(
          RecordType.describe(component)
              + " has a type that has no form in YAML: "
              + type.getTypeName()
              + "; an interface needs kinds");
    }
    return codec;
  }

  private @Nullable Codec ofGeneric(ParameterizedType type, RecordComponent component) {
    Type[] arguments = type.getActualTypeArguments();
    if (type.getRawType() == Optional.class) {
      return OptionalCodec.of(of(arguments[0], component));
    }
    if (type.getRawType() == List.class) {
      return new ListCodec(of(arguments[0], component));
    }
    if (type.getRawType() == Map.class && arguments[0] == String.class) {
      return new MapCodec(of(arguments[1], component));
    }
    return null;
  }

  private @Nullable Codec ofClass(Class<?> type) {
    Kinds named = kinds.get(type);
    if (named != null) {
      return new KindCodec(named, this);
    }
    if (type == OptionalInt.class) {
      return OptionalCodec.ofInt(ScalarCodec.INT);
    }
    if (type == OptionalLong.class) {
      return OptionalCodec.ofLong(ScalarCodec.LONG);
    }
    if (type == OptionalDouble.class) {
      return OptionalCodec.ofDouble(ScalarCodec.DOUBLE);
    }
    if (type.isEnum()) {
      return ScalarCodec.constants(type);
    }
    ScalarCodec known = ScalarCodec.known(type);
    return known == null ? ofOwn(type) : known;
  }

  private @Nullable Codec ofOwn(Class<?> type) {
    Method parse = parse(type);
    if (parse != null) {
      return ScalarCodec.parsed(type, text -> call(parse, text));
    }
    if (type.isRecord()) {
      return ofRecord(type);
    }
    return type.isInterface() && type.isSealed() ? new KindCodec(Kinds.ofSealed(type), this) : null;
  }

  /** Returns the static method {@code parse} that makes a value of text, or null. */
  private static @Nullable Method parse(Class<?> type) {
    for (Method method : type.getMethods()) {
      if (method.getName().equals("parse")
          && Modifier.isStatic(method.getModifiers())
          && method.getReturnType() == type
          && method.getParameterCount() == 1
          && method.getParameterTypes()[0].isAssignableFrom(String.class)) {
        return method;
      }
    }
    return null;
  }

  private static Object call(Method parse, String text) {
    try {
      return parse.invoke(null, text);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(parse.getDeclaringClass() + " must be public", e);
    } catch (InvocationTargetException e) {
      Throwable refusal = e.getTargetException();
      if (refusal instanceof Error error) {
        throw error;
      }
      String reason = refusal.getMessage() == null ? refusal.toString() : refusal.getMessage();
      throw new IllegalArgumentException(reason, refusal);
    }
  }
}
