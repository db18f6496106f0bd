package io.github.maque.examples.benchmark;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.ForwardPass;
import io.github.maque.model.layer.LanguageModelHead;
import java.util.Collection;

/** Forward and backward through a decoder: the gradients of the mean cross-entropy of a batch. */
interface TrainingStep {
  /**
   * Makes the gradients zero, goes forward and backward, some rows at a time.
   *
   * @return the mean cross-entropy, in nats
   */
  double run();

  /** Returns what is trained. */
  Collection<Parameter> parameters();

  /** Returns how our decoder does it. */
  static TrainingStep of(
      Decoder decoder, RandomBatch batch, int rows, Checkpointing checkpointing) {
    return new TrainingStep() {
      @Override
      public double run() {
        decoder.zeroGradients();
        double loss = 0;
        for (int from = 0; from < batch.size(); from += rows) {
          loss += part(from, Math.min(from + rows, batch.size()));
        }
        return loss;
      }

      private double part(int from, int to) {
        try (NDManager manager = decoder.manager().newSubManager()) {
          NDArray targets = batch.targets(manager, from, to);
          NDArray weights = manager.full(new Shape(to - from, batch.time()), 1f / batch.tokens());
          DecoderInput input = DecoderInput.of(batch.inputs(manager, from, to));
          try (ForwardPass pass = decoder.forwardPass(input, checkpointing, 0)) {
            LanguageModelHead.Gradients head = pass.headGradients(targets, weights, 0, 0);
            pass.backward(head.hidden());
            return -head.logProbabilities().mul(weights).sum().getFloat();
          }
        }
      }

      @Override
      public Collection<Parameter> parameters() {
        return decoder.parametersByName().values();
      }
    };
  }

  /** Returns how one does it with DJL's own means. */
  static TrainingStep of(PlainDecoder decoder, NDManager parent, RandomBatch batch, int rows) {
    Loss loss = Loss.softmaxCrossEntropyLoss();
    return new TrainingStep() {
      @Override
      public double run() {
        zeroGradients();
        double sum = 0;
        for (int from = 0; from < batch.size(); from += rows) {
          sum += part(from, Math.min(from + rows, batch.size()));
        }
        return sum;
      }

      private double part(int from, int to) {
        try (NDManager manager = parent.newSubManager();
            GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          NDList targets = new NDList(batch.targets(manager, from, to).reshape(-1));
          NDList inputs = new NDList(batch.inputs(manager, from, to));
          ParameterStore store = new ParameterStore(manager, false);
          NDArray logits = decoder.forward(store, inputs, true).singletonOrThrow();
          NDList rowsOfLogits = new NDList(logits.reshape(-1, logits.getShape().get(2)));
          NDArray mean =
              loss.evaluate(targets, rowsOfLogits).mul((to - from) / (float) batch.size());
          collector.backward(mean);
          return mean.getFloat();
        }
      }

      private void zeroGradients() {
        for (Parameter parameter : parameters()) {
          NDArray weight = parameter.getArray();
          if (weight.hasGradient()) {
            try (NDArray gradient = weight.getGradient()) {
              gradient.subi(gradient);
            }
          }
        }
      }

      @Override
      public Collection<Parameter> parameters() {
        return decoder.getParameters().values();
      }
    };
  }

  /** Returns the square root of the sum of the squares of all gradients. */
  default double gradientNorm() {
    double sum = 0;
    for (Parameter parameter : parameters()) {
      try (NDArray gradient = parameter.getArray().getGradient();
          NDArray norm = gradient.norm()) {
        sum += Math.pow(norm.getFloat(), 2);
      }
    }
    return Math.sqrt(sum);
  }
}
