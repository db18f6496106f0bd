package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.layer.LowRankUpdates;
import java.util.List;
import java.util.Map;

/**
 * The projections of a decoder, which are the matrices of its own attention and feed-forward, with
 * the low-rank updates (Hu et al., 2022) that are in force beside them.
 *
 * <p>A projection is known by the name of its weight without {@code .weight}, such as {@code
 * model.layers.0.self_attn.q_proj}.
 */
@SuppressWarnings("try") // what a mode is there for is to end
public final class Projections {
  private static final String WEIGHT = ".weight";

  private final Map<String, Parameter> parameters;
  private volatile LowRankUpdates updates = LowRankUpdates.none();

  /**
   * Creates the projections of a decoder that computes with no updates.
   *
   * @param parameters of the decoder by name, more of which may come
   */
  Projections(Map<String, Parameter> parameters) {
    this.parameters = parameters;
  }

  /** Returns the names of all projections, in the order of the decoder's parameters. */
  public List<String> names() {
    return parameters.keySet().stream()
        .filter(this::isProjection)
        .map(LowRankUpdates::projection)
        .toList();
  }

  /** Returns the low-rank updates in force. */
  public LowRankUpdates updates() {
    return updates;
  }

  /**
   * Puts low-rank updates in force, instead of those that are: in all that the decoder computes
   * from now on they are added. No more than a reference changes; what is frozen, stays so, and
   * what is not, learns beside them. Exports know nothing of them.
   *
   * <p>A decoding session that was begun before goes on with those it began with, if it caches.
   *
   * @param news live as long as they are in force; {@link LowRankUpdates#none} for none
   * @throws IllegalArgumentException if the decoder has no such projection, or one of another
   *     shape; then nothing has changed
   */
  public void use(LowRankUpdates news) {
    requireShapes(news);
    updates = news;
  }

  /**
   * Adds {@code share · scale · B·A} to the weights themselves, whatever is in force: 1 merges
   * updates, and -1 takes them out again, but for the rounding of one addition.
   *
   * @throws IllegalArgumentException if the decoder has no such projection, or one of another
   *     shape; then nothing has changed
   */
  public void addToWeights(LowRankUpdates added, double share) {
    requireShapes(added);
    for (String name : added.byProjection().keySet()) {
      NDArray weight = weight(name).getArray();
      try (GradientMode off = GradientMode.notRecording();
          NDManager scratch = weight.getManager().newSubManager()) {
        weight.addi(added.product(scratch, name).muli(share));
      }
    }
  }

  /**
   * Creates the factors of an update of a projection, which begins as nothing: B is 0, and A as
   * evenly spread as the weights of a linear layer commonly are, within {@code 1 / √in} of 0.
   *
   * @param manager what they live with
   * @param rank how many rows A has, and columns B
   * @param seed what the numbers of A are derived from, besides the projection's name
   * @throws IllegalArgumentException if the decoder has no such projection
   */
  public LowRankUpdates.Factors newFactors(
      NDManager manager, String projection, int rank, long seed) {
    return LowRankFactors.create(manager, projection, weight(projection), rank, seed);
  }

  private void requireShapes(LowRankUpdates given) {
    given
        .byProjection()
        .forEach(
            (projection, factors) -> {
              Shape shape = weight(projection).getShape();
              if (!shape.equals(factors.shape())) {
                throw new IllegalArgumentException(
                    "the update of "
                        + projection
                        + " must be of the weight's shape "
                        + shape
                        + ", but is of "
                        + factors.shape());
              }
            });
  }

  private Parameter weight(String projection) {
    Parameter weight = parameters.get(projection + WEIGHT);
    if (weight == null || !isProjection(projection + WEIGHT)) {
      throw new IllegalArgumentException("the decoder has no projection " + projection);
    }
    return weight;
  }

  private boolean isProjection(String name) {
    Parameter parameter = parameters.get(name);
    return name.startsWith("model.layers.")
        && parameter != null
        && parameter.getShape().dimension() == 2;
  }
}
