package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;

/**
 * A sub-layer whose residual addition, and the norm before that, are part of its kernel: a {@link
 * DecoderLayer} calls {@link #run} with the weights of that norm after those of the sub-layer.
 */
abstract class SubLayer extends AbstractBlock {
  final DecoderKernels kernels;
  private final List<Parameter> ordered;
  private final List<Parameter> projections;

  SubLayer(DecoderKernels kernels, List<Parameter> parameters) {
    this.kernels = kernels;
    ordered = List.copyOf(parameters);
    projections = ordered.stream().filter(each -> each.getShape().dimension() == 2).toList();
    ordered.forEach(this::addParameter);
  }

  /**
   * Returns {@code base} plus what the sub-layer makes of {@code normed}, which is rounded to the
   * type that is computed in.
   */
  abstract NDArray run(
      NDManager manager,
      NDArray base,
      NDArray normed,
      NDList weights,
      SequenceContext context,
      boolean training);

  NDList weights(ParameterStore store, NDArray like, boolean training) {
    NDList weights = new NDList(ordered.size());
    for (Parameter parameter : ordered) {
      weights.add(store.getValue(parameter, like.getDevice(), training));
    }
    return weights;
  }

  /** Returns the updates of the projections, as kernels take them. */
  NDList updates(SequenceContext context, boolean training) {
    return context.updates().arrays(projections, kernels.none(), training);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName()
            + " is computed together with the addition after it: call the DecoderLayer it is part"
            + " of");
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return inputShapes;
  }
}
