package io.github.maque.examples.storyteller;

import java.nio.file.Path;
import java.util.List;

/**
 * Where everything is that the job makes.
 *
 * @param root the directory of all
 */
public record StoryFiles(Path root) {
  CorpusFiles corpus() {
    return new CorpusFiles(root.resolve("corpus"));
  }

  Path tokenizer() {
    return root.resolve("tokenizer");
  }

  Path data() {
    return root.resolve("data");
  }

  Path cleaning() {
    return root.resolve("cleaning.txt");
  }

  /** Returns the run that makes the model which tells stories. */
  public Path pretrained() {
    return root.resolve("pretrained");
  }

  /** Returns the run that makes the model which tells stories to order. */
  public Path sft() {
    return root.resolve("sft");
  }

  Path preferences() {
    return root.resolve("preferences.jsonl");
  }

  Path answers() {
    return root.resolve("preferences.jsonl.answers");
  }

  /** Returns the run that makes the model which learnt from preferences. */
  public Path dpo() {
    return root.resolve("dpo");
  }

  /** Returns the directory of the evaluation's page, table and figures. */
  public Path evaluation() {
    return root.resolve("evaluation");
  }

  Path export() {
    return root.resolve("export");
  }

  /** Returns the directory that transformers opens. */
  public Path huggingFace() {
    return export().resolve("huggingface");
  }

  /** Returns the file that llama.cpp opens. */
  public Path gguf() {
    return export().resolve("storyteller.gguf");
  }

  /** Returns the page that says what was learnt. */
  public Path report() {
    return root.resolve("report.html");
  }

  Path ledger() {
    return root.resolve("stages.json");
  }

  Path lock() {
    return root.resolve("lock");
  }

  /** Returns what a stage makes, and nobody else. */
  List<Path> of(Stage stage) {
    return switch (stage) {
      case CORPUS -> List.of(corpus().directory());
      case TOKENIZER -> List.of(tokenizer());
      case DATA -> List.of(data(), cleaning());
      case PRETRAIN -> List.of(pretrained());
      case SFT -> List.of(sft());
      case ROLLOUT -> List.of(preferences(), answers());
      case DPO -> List.of(dpo());
      case EVALUATE -> List.of(evaluation());
      case EXPORT -> List.of(export());
      case REPORT -> List.of(report());
    };
  }
}
