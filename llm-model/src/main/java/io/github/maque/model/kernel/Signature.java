package io.github.maque.model.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a function of a kernel source takes and returns, as its first line says. */
record Signature(String name, List<Parameter> parameters, String result) {
  private static final Pattern FUNCTION =
      Pattern.compile(
          "^def\\s+(\\w+)\\s*\\(\\s*self\\s*,?([^)]*)\\)\\s*->\\s*([^:]+?)\\s*:\\s*$",
          Pattern.MULTILINE);
  private static final Pattern ANY_FUNCTION = Pattern.compile("^def\\b.*", Pattern.MULTILINE);

  /** One parameter and its TorchScript type. */
  record Parameter(String name, String type) {
    boolean scalar() {
      return type.equals("int") || type.equals("float") || type.equals("bool");
    }
  }

  /** Returns the signatures of all functions of a source by their names. */
  static Map<String, Signature> parse(KernelSource source) {
    Map<String, Signature> signatures = new LinkedHashMap<>();
    Matcher function = FUNCTION.matcher(source.text());
    Matcher any = ANY_FUNCTION.matcher(source.text());
    while (any.find()) {
      if (!function.find(any.start()) || function.start() != any.start()) {
        throw malformed(source, any.group());
      }
      List<Parameter> parameters = new ArrayList<>();
      for (String part : topLevel(function.group(2))) {
        String[] sides = part.split(":", 2);
        if (sides.length != 2 || part.contains("=")) {
          throw malformed(source, any.group());
        }
        parameters.add(new Parameter(sides[0].strip(), sides[1].replaceAll("\\s", "")));
      }
      Signature signature =
          new Signature(function.group(1), List.copyOf(parameters), function.group(3));
      if (signatures.put(signature.name, signature) != null) {
        throw new IllegalArgumentException(
            "kernel source " + source.name() + " has two functions named " + signature.name);
      }
      if (source.constants().containsKey(signature.name)) {
        throw new IllegalArgumentException(
            "kernel source "
                + source.name()
                + " has a function and a constant named "
                + signature.name);
      }
    }
    if (signatures.isEmpty()) {
      throw new IllegalArgumentException(
          "kernel source " + source.name() + " has no function: no line begins with \"def \"");
    }
    return signatures;
  }

  private static IllegalArgumentException malformed(KernelSource source, String line) {
    return new IllegalArgumentException(
        "kernel source "
            + source.name()
            + ": expected \"def name(self, parameter: Type, …) -> Type:\" on one line, but found \""
            + line.strip()
            + "\"");
  }

  /** Splits at commas that are outside of brackets. */
  private static List<String> topLevel(String parameters) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int at = 0; at <= parameters.length(); at++) {
      char c = at == parameters.length() ? ',' : parameters.charAt(at);
      if (c == '[') {
        depth++;
      } else if (c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        String part = parameters.substring(from, at);
        if (!part.isBlank()) {
          parts.add(part);
        }
        from = at + 1;
      }
    }
    return parts;
  }

  /** Whether all that the function returns is tensors. */
  boolean returnsArrays() {
    return result.matches("(Tensor|List|Tuple|[\\[\\],\\s])+");
  }

  boolean hasScalars() {
    return parameters.stream().anyMatch(Parameter::scalar);
  }

  /** The name of the function that takes this one's numbers as text; see {@link #trainingForm}. */
  String trainingName() {
    return hasScalars() ? name + "__training" : name;
  }

  /**
   * Returns a function that calls this one and takes numbers as text: in training mode the engine's
   * binding passes tensors and strings only.
   */
  String trainingForm() {
    StringBuilder head = new StringBuilder("def " + trainingName() + "(self");
    StringBuilder call = new StringBuilder("  return self." + name + "(");
    String separator = "";
    for (Parameter parameter : parameters) {
      // The underscore keeps a parameter named int or float from hiding the function.
      String text = parameter.name + "_";
      head.append(", ").append(text).append(": ");
      head.append(parameter.scalar() ? "str" : parameter.type);
      call.append(separator);
      separator = ", ";
      switch (parameter.type) {
        case "int" -> call.append("int(").append(text).append(")");
        case "float" -> call.append("float(").append(text).append(")");
        case "bool" -> call.append("int(").append(text).append(") == 1");
        default -> call.append(text);
      }
    }
    return head + ") -> " + result + ":\n" + call + ")\n";
  }
}
