package io.github.maque.examples.starters;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Positions;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.layer.SequenceContext;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.optimizer.Muon;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts an attention of one's own into a decoder, with its arithmetic in a kernel of one's own, and
 * trains it. The attention is ALiBi (Press et al., "Train Short, Test Long", 2022), which the
 * library does not have: nothing is rotated or added to embeddings, instead a score is the lower
 * the further away a key is, in each head to another degree.
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.CustomAttention
 * }</pre>
 */
public final class CustomAttention {
  /**
   * PyTorch, as text: {@code x} is [batch, time, width], {@code positions} [batch or 1, time],
   * {@code slopes} [heads, 1, 1]; {@code mask} is true where a query may look, [batch or 1, 1,
   * time, time], or without elements if that is at all keys before it.
   */
  static final KernelSource KERNEL =
      KernelSource.of(
          "alibi",
          """
          def attend(self, x: Tensor, qkv: Tensor, output: Tensor, positions: Tensor, mask: Tensor, slopes: Tensor) -> Tensor:
            B = x.size(0)
            T = x.size(1)
            parts = torch.linear(x, qkv).view(B, T, 3, slopes.size(0), -1).permute(2, 0, 3, 1, 4)
            scores = torch.matmul(parts[0], parts[1].transpose(-2, -1)) * parts.size(-1) ** -0.5
            distances = (positions.unsqueeze(-1) - positions.unsqueeze(-2)).unsqueeze(1)
            visible = distances >= 0
            if mask.numel() > 0:
              visible = mask
            scores = (scores - slopes * distances).masked_fill(torch.logical_not(visible), -1e30)
            found = torch.matmul(torch.softmax(scores, -1), parts[2])
            return torch.linear(found.transpose(1, 2).reshape(B, T, -1), output)
          """);

  private CustomAttention() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) throws IOException {
    List<String> stories = MadeUpData.stories(300);
    Tokenizer tokenizer = MadeUpData.tokenizer(stories, 1000);
    Sequences rows = PretrainInTwentyLines.inMemory(stories, tokenizer, 128);
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        Kernels kernels = Kernels.compile(manager, KERNEL)) {
      Decoder decoder = decoder(manager, tokenizer.vocabularySize(), kernels);
      decoder.parametersByName().keySet().forEach(System.out::println);
      TrainingResult result = train(decoder, rows, 60);
      result.history().steps().stream()
          .filter(step -> step.step() % 10 == 1)
          .forEach(step -> System.out.printf("step %3d  loss %.3f%n", step.step(), step.loss()));
    }
  }

  /** Returns a small decoder with the attention in each of its layers. */
  static Decoder decoder(NDManager manager, int vocabularySize, Kernels kernels) {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(vocabularySize)
            .layers(2)
            .width(64)
            .heads(4)
            .positions(new Positions.None())
            .build();
    return Decoder.builder(manager, config)
        .attention((c, layer) -> new Alibi(c, kernels.get("attend")))
        .build();
  }

  /** The layer, a DJL block: normalised hidden states in, what is to be added to them out. */
  static final class Alibi extends AbstractBlock {
    private final Kernel attend;
    private final float[] slopes;
    private final Parameter qkv;
    private final Parameter output;

    Alibi(DecoderConfig config, Kernel attend) {
      this.attend = attend;
      slopes = new float[config.heads()];
      for (int head = 0; head < slopes.length; head++) {
        slopes[head] = (float) Math.pow(2, -8.0 * (head + 1) / slopes.length);
      }
      long inner = (long) config.heads() * config.headSize();
      qkv = addParameter(weight("qkv_proj.weight", new Shape(3 * inner, config.width())));
      output = addParameter(weight("o_proj.weight", new Shape(config.width(), inner)));
    }

    private static Parameter weight(String name, Shape shape) {
      return Parameter.builder()
          .setName(name)
          .setType(Parameter.Type.WEIGHT)
          .optShape(shape)
          .optInitializer(new NormalInitializer(0.02f))
          .build();
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      NDArray x = inputs.singletonOrThrow();
      NDManager manager = x.getManager(); // lives as long as the step
      SequenceContext context = SequenceContext.of(params);
      NDArray mask = context.mask().orElseGet(() -> manager.create(new Shape(0), DataType.BOOLEAN));
      return attend.call(
          manager,
          x,
          store.getValue(qkv, x.getDevice(), training),
          store.getValue(output, x.getDevice(), training),
          context.positions(),
          mask,
          manager.create(slopes, new Shape(slopes.length, 1, 1)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      return inputShapes;
    }
  }

  /** Trains as any other decoder is trained. */
  static TrainingResult train(Decoder decoder, Sequences stories, int steps) throws IOException {
    return Trainer.on(decoder)
        .data(stories)
        .duration(Amount.ofSteps(steps))
        .tokensPerStep(8L * stories.length())
        .optimizer(Muon.defaults().withLearningRate(0.02))
        .build()
        .train();
  }
}
