package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.KernelValue;
import io.github.maque.model.kernel.Kernels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Updates parameters by a rule, with one call for all that have the same factors. The lists of
 * their arrays are made once and stay inside of the engine.
 */
final class KernelOptimizer implements Optimizer {
  private static final KernelSource SOURCE =
      KernelSource.resource(KernelOptimizer.class, "optimizer.py");

  private final NDManager manager;
  private final UpdateRule rule;
  private final Kernel update;
  private final Map<String, NDArray> state = new LinkedHashMap<>();
  private final List<Group> groups = new ArrayList<>();

  /** What parameters of a group have in common. */
  private record Factors(double rate, double decay) {}

  /**
   * Parameters that are updated together.
   *
   * @param tensors the lists that the kernel takes
   */
  private record Group(Factors factors, List<KernelValue> tensors) {}

  KernelOptimizer(NDManager parent, List<TrainedParameter> parameters, UpdateRule rule) {
    this.manager = parent.newSubManager();
    this.rule = rule;
    Kernels kernels = Kernels.compile(manager, SOURCE);
    this.update = kernels.get(rule.kernel());
    Kernel keep = kernels.get("keep");
    byFactors(parameters)
        .forEach(
            (factors, group) ->
                groups.add(
                    new Group(
                        factors,
                        lists(group).stream().map(list -> keep.value(manager, list)).toList())));
  }

  private Map<Factors, List<TrainedParameter>> byFactors(List<TrainedParameter> parameters) {
    Map<Factors, List<TrainedParameter>> byFactors = new LinkedHashMap<>();
    for (TrainedParameter parameter : parameters) {
      boolean decays = parameter.kind() != TrainedParameter.Kind.VECTOR;
      Factors factors =
          new Factors(
              parameter.rateFactor(), decays ? parameter.decayFactor() * rule.weightDecay() : 0);
      byFactors.computeIfAbsent(factors, key -> new ArrayList<>()).add(parameter);
      for (UpdateRule.State kind : rule.state()) {
        Shape shape = kind.single() ? new Shape(1) : parameter.weight().getShape();
        if (state.put(stateName(kind, parameter), manager.zeros(shape)) != null) {
          throw new IllegalArgumentException("two parameters are named " + parameter.name());
        }
      }
    }
    return byFactors;
  }

  private List<NDList> lists(List<TrainedParameter> group) {
    NDList weights = new NDList();
    NDList gradients = new NDList();
    for (TrainedParameter parameter : group) {
      weights.add(parameter.weight());
      gradients.add(parameter.gradient());
    }
    List<NDList> lists = new ArrayList<>(List.of(weights, gradients));
    for (UpdateRule.State kind : rule.state()) {
      NDList list = new NDList();
      group.forEach(parameter -> list.add(state.get(stateName(kind, parameter))));
      lists.add(list);
    }
    return lists;
  }

  private static String stateName(UpdateRule.State kind, TrainedParameter parameter) {
    return kind.title() + "." + parameter.name();
  }

  @Override
  public void step(double rateFactor, NDArray gradientScale, NDArray skip) {
    Settings.requireNotNegative("rateFactor", rateFactor);
    double rate = rateFactor * rule.learningRate();
    for (Group group : groups) {
      Factors factors = group.factors();
      Object[] arguments =
          Stream.of(
                  group.tensors(),
                  List.of(rate * factors.rate(), factors.decay()),
                  rule.settings(),
                  List.of(gradientScale, skip))
              .flatMap(List::stream)
              .toArray();
      update.value(manager, arguments).close();
    }
  }

  @Override
  public Map<String, NDArray> state() {
    return Collections.unmodifiableMap(state);
  }

  @Override
  public void close() {
    manager.close();
  }
}
