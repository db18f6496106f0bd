package io.github.maque.examples.storyteller;

import java.util.Map;

/** The smallest way through all stages. */
public final class TinyRun {
  /** What it has other than the preset {@code smoke}. */
  public static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("corpus.stories", "300"),
          Map.entry("corpus.instructions", "120"),
          Map.entry("corpus.questions", "24"),
          Map.entry("corpus.held-out", "12"),
          Map.entry("vocabulary.size", "700"),
          Map.entry("pretraining.model.width", "32"),
          Map.entry("pretraining.model.feed-forward-width", "64"),
          Map.entry("pretraining.engine.precision", "float32"),
          Map.entry("pretraining.training.duration", "8"),
          Map.entry("pretraining.training.tokens-per-step", "512"),
          Map.entry("pretraining.training.rows-per-micro-batch", "2"),
          Map.entry("pretraining.training.evaluation.every", "4"),
          Map.entry("pretraining.training.evaluation.sequences", "4"),
          Map.entry("pretraining.training.evaluation.sample-tokens", "8"),
          Map.entry("pretraining.training.checkpoints.every", "2"),
          Map.entry("fine-tuning.engine.precision", "float32"),
          Map.entry("fine-tuning.training.duration", "6"),
          Map.entry("fine-tuning.training.tokens-per-step", "512"),
          Map.entry("fine-tuning.training.rows-per-micro-batch", "2"),
          Map.entry("fine-tuning.training.evaluation.every", "3"),
          Map.entry("fine-tuning.training.evaluation.sequences", "4"),
          Map.entry("fine-tuning.training.checkpoints.every", "2"),
          Map.entry("rollout.questions", "24"),
          Map.entry("rollout.samples", "4"),
          Map.entry("rollout.answer.max-new-tokens", "24"),
          Map.entry("preferences.engine.precision", "float32"),
          Map.entry("preferences.warning.prompts", "2"),
          Map.entry("preferences.warning.answer-tokens", "8"),
          Map.entry("preferences.training.duration", "4"),
          Map.entry("preferences.training.rows-per-micro-batch", "2"),
          Map.entry("preferences.training.evaluation.every", "2"),
          Map.entry("preferences.training.checkpoints.every", "1"),
          Map.entry("exam.prompts", "6"),
          Map.entry("exam.held-out", "12"),
          Map.entry("exam.answer.max-new-tokens", "24"));

  private TinyRun() {}
}
