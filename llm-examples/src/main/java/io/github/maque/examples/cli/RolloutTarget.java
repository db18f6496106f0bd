package io.github.maque.examples.cli;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model that is to answer before its weights are read, so that nobody waits for
 * another model to find that this one cannot.
 *
 * @param path the directory of the model
 * @param source what it holds, but for the weights, which can no longer be read
 * @param template how it chats
 */
record RolloutTarget(Path path, ModelSource source, ChatTemplate template) {

  /**
   * Looks at a model.
   *
   * @param given as {@link OpenedModel#resolve} takes it
   * @param layout the template to chat with it; if none is given its own
   * @throws IllegalArgumentException if it has no tokenizer or no chat template
   */
  static RolloutTarget look(Path given, TokenizerTrain.@Nullable Template layout)
      throws IOException {
    Path path = OpenedModel.resolve(given);
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(path)) {
      ModelSource source = OpenedModel.source(path, directory);
      ChatTemplate template =
          OpenedModel.template(path, layout, source)
              .orElseThrow(() -> OpenedModel.withoutTemplate(path));
      return new RolloutTarget(path, source, template);
    }
  }

  /**
   * Returns the examples whose prompts leave room for an answer in the model's context.
   *
   * @throws IllegalArgumentException if the template does not take one; names its number
   */
  List<EvaluationExample> fitting(List<EvaluationExample> examples) {
    Tokenizer tokenizer = source.tokenizer().orElseThrow();
    List<EvaluationExample> fitting = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      int size;
      try {
        size = template.encodePrompt(tokenizer, examples.get(i).prompt()).size();
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            path + ": record " + (i + 1) + " of the data: " + e.getMessage(), e);
      }
      if (size < source.config().contextLength()) {
        fitting.add(examples.get(i));
      }
    }
    return fitting;
  }
}
