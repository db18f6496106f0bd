package io.github.maque.examples.cli;

import io.github.maque.data.Document;
import io.github.maque.data.shard.DatasetBuilder;
import io.github.maque.data.shard.Split;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.benchmark.StoryArchive;
import io.github.maque.examples.benchmark.SyntheticChinese;
import io.github.maque.examples.pretrain.DataSettings;
import io.github.maque.examples.pretrain.PretrainConfig;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import io.github.maque.train.CheckpointPlan;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A run of pre-training that takes seconds and does all that a long one does. */
final class PretrainSmoke {
  private static final long STEPS = 10;
  private static final long MOST_ROWS = 4;
  private static final int MOST_SAMPLE_TOKENS = 10;
  private static final int VOCABULARY = 1200;
  private static final int STORIES = 300;
  private static final long TEXT_TO_LEARN_FROM = 100_000;

  private PretrainSmoke() {}

  /** Returns a configuration with less of everything but the model. */
  static PretrainConfig shortened(PretrainConfig config) {
    TrainingOptions options = config.training();
    long rows = Math.min(MOST_ROWS, options.tokensPerStep() / config.sequenceLength());
    EvaluationPlan evaluation = options.evaluation();
    return config.withTraining(
        options
            .withDuration(Amount.ofSteps(STEPS))
            .withTokensPerStep(rows * config.sequenceLength())
            .withRowsPerMicroBatch((int) Math.min(rows, options.rowsPerMicroBatch()))
            .withSchedule(new Constant(Amount.ofSteps(2)))
            .withEvaluation(
                new EvaluationPlan(
                    STEPS / 2,
                    MOST_ROWS,
                    evaluation.prompts(),
                    Math.min(MOST_SAMPLE_TOKENS, evaluation.sampleTokens()),
                    evaluation.temperature()))
            .withCheckpoints(new CheckpointPlan(STEPS / 2, options.checkpoints().keep())));
  }

  /** Returns a configuration with made-up stories as its data. */
  static PretrainConfig withStories(PretrainConfig config, Path scratch) throws IOException {
    Path tokenizerDirectory = scratch.resolve("tokenizer");
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(VOCABULARY)
            .eos("<|endoftext|>")
            .train(new SyntheticChinese(1).source(TEXT_TO_LEARN_FROM))
            .tokenizer();
    TokenizerFiles.save(tokenizer, tokenizerDirectory, TokenizerConfig.DEFAULT);
    Path archive = scratch.resolve("stories.tar.gz");
    try (OutputStream out = Files.newOutputStream(archive)) {
      new StoryArchive(1, 0, 0).writeStories(out, STORIES, done -> {});
    }
    RecordSource<Document> stories = RecordSource.of(RecordFormat.tinyStoriesChinese(), archive);
    Path directory = scratch.resolve("data");
    DatasetBuilder.from(stories)
        .tokenizer(tokenizer)
        .split(Split.none().holdOut("validation", 0.1))
        .build(directory);
    return config.withData(
        new DataSettings(
            Optional.of(directory),
            Optional.of(tokenizerDirectory),
            config.data().sequenceLength(),
            config.data().documentMask()));
  }
}
