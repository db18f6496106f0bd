package io.github.maque.model.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kernels as text: functions in TorchScript, the language of PyTorch's serialised programs, and the
 * constants they refer to.
 *
 * <p>The text is a list of functions as Python would have them in a class, each beginning at the
 * left margin: {@code self} comes first, every parameter and the result have a type, other
 * functions are {@code self.name(…)} and constants {@code self.NAME}. What is known of tensors is
 * known here as {@code torch.…}; a number in the place of a dtype is 6 for float32, 15 for
 * bfloat16, 5 for float16.
 *
 * <pre>{@code
 * def scaled(self, x: Tensor, factor: float) -> Tensor:
 *   return torch.relu(x) * factor + self.offset
 * }</pre>
 *
 * @param name what to call the whole in messages; letters, digits and underscores
 * @param parts the texts with the functions, in their order
 * @param constants values that functions find in {@code self}: {@link Long}, {@link Double} or
 *     {@link Boolean}
 */
public record KernelSource(String name, List<Part> parts, Map<String, Object> constants) {
  /**
   * A text with functions.
   *
   * @param name what to call it in messages about its lines; letters, digits and underscores
   * @param text the functions
   */
  public record Part(String name, String text) {
    /** Checks the name. */
    public Part {
      requireIdentifier("name", name);
    }

    private long lines() {
      return (text + "\n").lines().count();
    }
  }

  /** Checks the name and the constants. */
  public KernelSource {
    requireIdentifier("name", name);
    parts = List.copyOf(parts);
    constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
    constants.forEach(
        (constant, value) -> {
          requireIdentifier("constant", constant);
          if (constant.equals("training") || constant.startsWith("__")) {
            throw new IllegalArgumentException(
                "constant must not be named " + constant + ", which is PyTorch's own");
          }
          if (!(value instanceof Long || value instanceof Double || value instanceof Boolean)) {
            throw new IllegalArgumentException(
                "constant "
                    + constant
                    + " must be a Long, a Double or a Boolean, but is a "
                    + value.getClass().getSimpleName());
          }
        });
  }

  /** Returns a source without constants. */
  public static KernelSource of(String name, String text) {
    return new KernelSource(name, List.of(new Part(name, text)), Map.of());
  }

  /** Returns the functions of all parts. */
  public String text() {
    return parts.stream().map(Part::text).collect(Collectors.joining("\n"));
  }

  /** Returns where a line of {@link #text} is from, lines counted from 1. */
  String place(long line) {
    long left = line;
    for (Part part : parts) {
      if (left <= part.lines()) {
        return "kernel source " + part.name + ", line " + left;
      }
      left -= part.lines();
    }
    return "kernel source " + name + ", what training adds to it";
  }

  /**
   * Returns the text of a resource, without constants, named as the file is.
   *
   * @param owner a class beside which the resource lies
   * @param file the name of the resource, such as {@code decoder.py}
   * @throws IllegalArgumentException if there is no such resource
   */
  public static KernelSource resource(Class<?> owner, String file) {
    try (InputStream in = owner.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "no resource " + file + " beside " + owner.getName() + " on the class path");
      }
      int dot = file.lastIndexOf('.');
      return of(
          dot < 0 ? file : file.substring(0, dot),
          new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + file, e);
    }
  }

  /** Returns this source with an integer constant more. */
  public KernelSource with(String constant, long value) {
    return withConstant(constant, value);
  }

  /** Returns this source with a floating-point constant more. */
  public KernelSource with(String constant, double value) {
    return withConstant(constant, value);
  }

  /** Returns this source with a truth value more. */
  public KernelSource with(String constant, boolean value) {
    return withConstant(constant, value);
  }

  /**
   * Returns this source with the functions and constants of another after its own.
   *
   * @throws IllegalArgumentException if they have a constant in common whose values differ
   */
  public KernelSource followedBy(KernelSource other) {
    Map<String, Object> all = new LinkedHashMap<>(constants);
    other.constants.forEach(
        (constant, value) -> {
          Object own = all.put(constant, value);
          if (own != null && !own.equals(value)) {
            throw new IllegalArgumentException(
                "constant %s is %s in %s, but %s in %s"
                    .formatted(constant, own, name, value, other.name));
          }
        });
    return new KernelSource(
        name, Stream.concat(parts.stream(), other.parts.stream()).toList(), all);
  }

  private KernelSource withConstant(String constant, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(constants);
    more.put(constant, value);
    return new KernelSource(name, parts, more);
  }

  private static void requireIdentifier(String what, String value) {
    if (!value.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException(
          what + " must consist of letters, digits and underscores, but is \"" + value + "\"");
    }
  }
}
