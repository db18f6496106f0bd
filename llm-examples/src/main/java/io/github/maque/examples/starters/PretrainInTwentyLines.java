package io.github.maque.examples.starters;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.SampleList;
import io.github.maque.data.pack.Sequences;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.optimizer.Muon;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Trains a small decoder from scratch and lets it tell a story: {@link #pretrain} is all there is
 * to it, the rest brings the data.
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.PretrainInTwentyLines [RUN [DATA]]
 * }</pre>
 *
 * <p>{@code RUN} is a directory for checkpoints and the report; called again with the same one, it
 * goes on where it was. {@code DATA} is what {@code maque data prepare} wrote. Without it some
 * stories are made up, which takes about a minute to learn from.
 */
public final class PretrainInTwentyLines {
  private PretrainInTwentyLines() {}

  /** Takes the directory of the run and that of prepared data. */
  public static void main(String[] arguments) throws IOException {
    Path run = arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("run");
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments.length > 1) {
      Path data = Path.of(arguments[1]);
      Tokenizer tokenizer = TokenizerFiles.load(data.resolve("tokenizer"));
      TokenDataset stories = TokenDataset.open(data, "train").requireTokenizer(tokenizer);
      pretrain(tokenizer, ConcatenatedSequences.of(stories, 256), 1000, run, out);
    } else {
      List<String> stories = MadeUpData.stories(2000);
      Tokenizer tokenizer = MadeUpData.tokenizer(stories, 2000);
      pretrain(tokenizer, inMemory(stories, tokenizer, 128), 250, run, out);
    }
    out.println("\nThe model, its curves and a report are in " + run);
  }

  /** Trains a decoder for so many steps, and prints its losses and a story. */
  static TrainingResult pretrain(
      Tokenizer tokenizer, Sequences stories, int steps, Path run, PrintStream out)
      throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      DecoderConfig shape = DecoderConfig.scaled(2, tokenizer.vocabularySize());
      Decoder decoder = Decoder.create(manager, shape, Precision.AUTO);
      TrainingResult result =
          Trainer.on(decoder)
              .data(stories)
              .tokenizer(tokenizer)
              .duration(Amount.ofSteps(steps))
              .tokensPerStep(8L * stories.length())
              .optimizer(Muon.defaults().withLearningRate(0.02))
              .listener(losses(out))
              .directory(run)
              .build()
              .train();
      try (DecodingSession session = DecodingSession.open(decoder, 1)) {
        GenerationOptions options = GenerationOptions.builder().temperature(0.5).build();
        out.print("从前");
        TextGenerator.builder(session, tokenizer).build().stream("从前", options, out::print);
      }
      return result;
    }
  }

  private static TrainingListener losses(PrintStream out) {
    return new TrainingListener() {
      @Override
      public void stepped(StepMetrics step) {
        if (step.step() == 1 || step.step() % 25 == 0) {
          out.printf(
              "step %4d  loss %.3f  %,.0f tokens/s%n",
              step.step(), step.loss(), step.tokensPerSecond());
        }
      }
    };
  }

  /** Lays texts out in rows of a length, several in a row where they fit. */
  static Sequences inMemory(List<String> texts, Tokenizer tokenizer, int length) {
    SampleList.Builder samples = SampleList.builder();
    for (String text : texts) {
      int[] ids = tokenizer.encode(text, EncodeOptions.TEXT.withEos(true));
      float[] weights = new float[ids.length];
      Arrays.fill(weights, 1); // every token is to be learnt
      samples.add(ids, weights);
    }
    int pad = tokenizer.specialTokens().eos().orElseThrow();
    return PackedSequences.bestFit(samples.build(), length, OverlongPolicy.SPLIT, pad);
  }
}
