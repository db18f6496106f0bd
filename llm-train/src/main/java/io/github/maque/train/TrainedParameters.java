package io.github.maque.train;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.train.optimizer.TrainedParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What of a decoder is trained, with the settings of the rules that match. */
final class TrainedParameters {
  private static final ParameterRule NO_RULE = new ParameterRule(".*", 1, 1);

  private TrainedParameters() {}

  /**
   * Returns the parameters that are not frozen.
   *
   * @param manager what their gradients are attached to
   */
  static List<TrainedParameter> of(Decoder decoder, NDManager manager, List<ParameterRule> rules) {
    List<TrainedParameter> trained = new ArrayList<>();
    for (Map.Entry<String, Parameter> entry : decoder.allParametersByName().entrySet()) {
      Parameter parameter = entry.getValue();
      if (parameter.requiresGradient()) {
        String name = entry.getKey();
        ParameterRule rule =
            rules.stream().filter(each -> each.matches(name)).findFirst().orElse(NO_RULE);
        trained.add(
            new TrainedParameter(
                name,
                kind(name, parameter),
                parameter.getArray(),
                decoder.gradient(manager, parameter),
                rule.rateFactor(),
                rule.decayFactor()));
      }
    }
    return trained;
  }

  private static TrainedParameter.Kind kind(String name, Parameter parameter) {
    if (parameter.getArray().getShape().dimension() < 2) {
      return TrainedParameter.Kind.VECTOR;
    }
    boolean table = name.contains("embed_") || name.startsWith("lm_head");
    return table ? TrainedParameter.Kind.EMBEDDING : TrainedParameter.Kind.MATRIX;
  }

  /**
   * Checks that something is trained, and that every rule is for something.
   *
   * @throws IllegalArgumentException if not
   */
  static void require(Decoder decoder, List<ParameterRule> rules) {
    Map<String, Parameter> parameters = decoder.allParametersByName();
    if (parameters.values().stream().noneMatch(Parameter::requiresGradient)) {
      throw new IllegalArgumentException("all parameters of the decoder are frozen");
    }
    for (ParameterRule rule : rules) {
      if (parameters.keySet().stream().noneMatch(rule::matches)) {
        throw new IllegalArgumentException(
            String.format(
                "parameterRules: %s matches none of the decoder's parameters, such as %s",
                rule.names(), parameters.keySet().iterator().next()));
      }
    }
  }
}
