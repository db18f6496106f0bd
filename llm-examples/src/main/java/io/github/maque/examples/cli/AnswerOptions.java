package io.github.maque.examples.cli;

import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.ModelSource;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of verbs that let models write: how to talk to them, and how to compute. */
class AnswerOptions {
  @Option(
      names = "--chat-template",
      paramLabel = "NAME",
      description =
          "The layout of messages: chatml, llama2, llama3, instruction or story, or for chat none;"
              + " each model's own if not given and it is one of these.")
  private @Nullable ChatLayout chatTemplate;

  @Mixin private final GenerateSampling sampling = new GenerateSampling();

  @Option(
      names = "--precision",
      paramLabel = "auto|float32|bfloat16-mixed|…",
      description =
          "In what to compute: float32, bfloat16-mixed, bfloat16-true, float16-mixed, or auto (the"
              + " default) for whichever of the first two is faster here.")
  private Precision precision = Precision.AUTO;

  /** Returns the layout that was asked for, if one was. */
  final @Nullable ChatLayout chatTemplate() {
    return chatTemplate;
  }

  /** Returns how tokens are chosen: as was asked for, and else as the model says. */
  final GenerationOptions generation(ModelSource model) {
    return sampling.of(model);
  }

  /** Finds a model, to be talked to in the layout that was asked for. */
  final ModelDirectory find(Path given) throws IOException {
    return ModelDirectory.find(given, chatTemplate);
  }

  /** Returns in what to compute. */
  final Precision precision() {
    return precision;
  }
}
