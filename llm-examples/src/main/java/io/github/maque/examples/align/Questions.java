package io.github.maque.examples.align;

import io.github.maque.align.HeldOut;
import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Questions that models are asked, with the answers that the data has.
 *
 * @param paths of files, directories and patterns
 * @param format how the files are laid out
 * @param onlyHeldOut of files that a model learnt from, the share that it held out, as which only
 *     those questions are taken; 0 for all
 */
public record Questions(List<String> paths, DialogueFormat format, double onlyHeldOut) {
  /** Copies the list and checks the share. */
  public Questions {
    paths = List.copyOf(paths);
    new HeldOut(onlyHeldOut);
  }

  /**
   * Reads the first records.
   *
   * @param most how many of them at most
   * @throws IOException if a file cannot be read, or is not laid out as it should be
   */
  public List<EvaluationExample> read(int most) throws IOException {
    HeldOut held = new HeldOut(onlyHeldOut);
    return DialogueLayout.of(DialogueLayout.resolve(format, paths, "--format"))
        .read(paths, most, example -> onlyHeldOut == 0 || held.contains(example.prompt()));
  }

  /**
   * Returns the examples whose prompts leave room for an answer in a model's context.
   *
   * @throws IllegalArgumentException if the model has no template, or it does not take one of them;
   *     names its number
   */
  static List<EvaluationExample> fitting(ModelDirectory model, List<EvaluationExample> examples) {
    Tokenizer tokenizer = model.source().tokenizer().orElseThrow();
    List<EvaluationExample> fitting = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      int size;
      try {
        size = model.chatTemplate().encodePrompt(tokenizer, examples.get(i).prompt()).size();
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            model.path() + ": record " + (i + 1) + " of the data: " + e.getMessage(), e);
      }
      if (size < model.source().config().contextLength()) {
        fitting.add(examples.get(i));
      }
    }
    return fitting;
  }
}
