package io.github.maque.model.layer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.maque.model.kernel.GradientMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What low-rank adaptation (Hu et al., 2022) adds to projections: where one computes {@code x·Wᵀ},
 * it computes {@code x·Wᵀ + scale · dropout(x)·Aᵀ·Bᵀ}. The two products beside the weight cost
 * little, and so do their gradients.
 *
 * <p>A projection is known by the name of its weight without {@code .weight}, such as {@code
 * model.layers.0.self_attn.q_proj}.
 */
@SuppressWarnings("try") // what a mode is there for is to end
public final class LowRankUpdates {
  private static final String WEIGHT = ".weight";
  private static final LowRankUpdates NONE =
      new LowRankUpdates(1, 0, Map.of(), new NDList(), new NDList());

  private final double scale;
  private final double dropout;
  private final Map<String, Factors> factors;
  private final NDList inTraining;
  private final NDList inInference;

  private LowRankUpdates(
      double scale,
      double dropout,
      Map<String, Factors> factors,
      NDList inTraining,
      NDList inInference) {
    this.scale = scale;
    this.dropout = dropout;
    this.factors = factors;
    this.inTraining = inTraining;
    this.inInference = inInference;
  }

  /**
   * The two matrices of an update.
   *
   * @param a {@code [rank, in]}
   * @param b {@code [out, rank]}
   */
  public record Factors(Parameter a, Parameter b) {
    /** Checks that the two go together. */
    public Factors {
      Shape down = a.getArray().getShape();
      Shape up = b.getArray().getShape();
      if (down.dimension() != 2 || up.dimension() != 2 || down.get(0) != up.get(1)) {
        throw new IllegalArgumentException(
            "a and b must be [rank, in] and [out, rank], but are " + down + " and " + up);
      }
    }

    /** Returns the shape of the weight that these are for, {@code [out, in]}. */
    public Shape shape() {
      return new Shape(b.getArray().getShape().get(0), a.getArray().getShape().get(1));
    }
  }

  /**
   * Returns updates of projections.
   *
   * @param manager what belongs to them beside their factors lives with
   * @param scale what the products are multiplied with
   * @param dropout which share of the numbers that a projection reads its update does not see in
   *     training, 0 to below 1; each update drops its own
   * @param byProjection the factors, by the names of projections
   */
  public static LowRankUpdates of(
      NDManager manager, double scale, double dropout, Map<String, Factors> byProjection) {
    if (!Double.isFinite(scale)) {
      throw new IllegalArgumentException("scale must be finite, got " + scale);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), got " + dropout);
    }
    return new LowRankUpdates(
        scale,
        dropout,
        Collections.unmodifiableMap(new LinkedHashMap<>(byProjection)),
        settings(manager, scale, dropout),
        settings(manager, scale, 0));
  }

  /** Kernels read these as numbers, for which they must not wait for a device. */
  private static NDList settings(NDManager manager, double... values) {
    NDArray array = manager.create(values).toDevice(Device.cpu(), false);
    array.attach(manager);
    return new NDList(array);
  }

  /** Returns the updates of nothing. */
  public static LowRankUpdates none() {
    return NONE;
  }

  /** Returns the factors by the names of projections. */
  public Map<String, Factors> byProjection() {
    return factors;
  }

  /** Returns what products are multiplied with. */
  public double scale() {
    return scale;
  }

  /** Returns which share of its input an update does not see in training. */
  public double dropout() {
    return dropout;
  }

  /**
   * Returns the factors under the names that they have in PEFT, such as {@code
   * model.layers.0.self_attn.q_proj.lora_A.weight}.
   */
  public Map<String, Parameter> parametersByName() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    factors.forEach(
        (projection, pair) -> {
          parameters.put(projection + ".lora_A" + WEIGHT, pair.a());
          parameters.put(projection + ".lora_B" + WEIGHT, pair.b());
        });
    return parameters;
  }

  /**
   * Returns {@code scale · B·A}, {@code [out, in]}: what added to the weight of a projection does
   * the same as the update, as the factors are now.
   *
   * @param manager what it is attached to
   * @throws IllegalArgumentException if the projection has no update
   */
  public NDArray product(NDManager manager, String projection) {
    Factors pair = factors.get(projection);
    if (pair == null) {
      throw new IllegalArgumentException("there is no update of " + projection);
    }
    try (GradientMode off = GradientMode.notRecording();
        NDArray unscaled = pair.b().getArray().matMul(pair.a().getArray())) {
      NDArray product = unscaled.mul(scale);
      product.attach(manager);
      return product;
    }
  }

  /** Returns what kernels take for a sub-layer with these weights of projections. */
  NDList arrays(List<Parameter> weights, NDArray none, boolean training) {
    NDList arrays = new NDList();
    boolean some = false;
    for (Parameter weight : weights) {
      Factors pair = factors.get(projection(weight.getName()));
      some |= pair != null;
      arrays.add(pair == null ? none : pair.a().getArray());
      arrays.add(pair == null ? none : pair.b().getArray());
    }
    if (!some) {
      return new NDList(none);
    }
    arrays.add(0, (training ? inTraining : inInference).singletonOrThrow());
    return arrays;
  }

  /** Returns the projection that a weight is of. */
  public static String projection(String weight) {
    return weight.endsWith(WEIGHT)
        ? weight.substring(0, weight.length() - WEIGHT.length())
        : weight;
  }
}
