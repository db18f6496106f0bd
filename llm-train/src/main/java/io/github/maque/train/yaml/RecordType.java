package io.github.maque.train.yaml;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record's components, canonical constructor and defaults. Unless a method says otherwise, what
 * fails here is a mistake in the record and not in what is read.
 */
record RecordType(Class<?> type) {
  List<RecordComponent> components() {
    return List.of(type.getRecordComponents());
  }

  /** Returns {@code Record.component}, for error messages. */
  static String describe(RecordComponent component) {
    return component.getDeclaringRecord().getSimpleName() + "." + component.getName();
  }

  static @Nullable Object get(RecordComponent component, Object value) {
    try {
      return component.getAccessor().invoke(value);
    } catch (IllegalAccessException e) {
      throw notPublic(component.getDeclaringRecord(), e);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(describe(component) + " failed", e.getTargetException());
    }
  }

  /**
   * Makes a record.
   *
   * @throws InvocationTargetException if the record refuses the values
   */
  Object create(@Nullable Object[] values) throws InvocationTargetException {
    Class<?>[] types = components().stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (IllegalAccessException e) {
      throw notPublic(type, e);
    } catch (NoSuchMethodException | InstantiationException e) {
      throw new IllegalArgumentException(type.getName() + " cannot be created", e);
    }
  }

  /** Returns what the static method {@code defaults()} gives, or null if there is none. */
  @Nullable Object defaults() {
    Method method =
        Arrays.stream(type.getDeclaredMethods()).filter(this::givesDefaults).findAny().orElse(null);
    if (method == null) {
      return null;
    }
    try {
      return method.invoke(null);
    } catch (IllegalAccessException e) {
      throw notPublic(type, e);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          type.getName() + ".defaults() failed", e.getTargetException());
    }
  }

  private boolean givesDefaults(Method method) {
    return method.getName().equals("defaults")
        && method.getParameterCount() == 0
        && method.getReturnType() == type
        && Modifier.isStatic(method.getModifiers());
  }

  private static IllegalArgumentException notPublic(Class<?> type, Throwable cause) {
    return new IllegalArgumentException(
        type.getName() + ", its canonical constructor and defaults() must be public", cause);
  }
}
