package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir private Path scratch;

  @Test
  void makesFourFilesWithoutAStoryTwice() throws IOException {
    Path out = scratch.resolve("corpus");
    Invocation made = make(out, 1);
    assertThat(made.succeeds().out()).contains("held-out.jsonl");
    List<String> stories = new ArrayList<>();
    for (String file : List.of("instructions", "questions", "held-out")) {
      for (String line : Files.readAllLines(out.resolve(file + ".jsonl"))) {
        stories.add(line.substring(line.indexOf("\"story_zh\"")));
      }
    }
    assertThat(Files.readAllLines(out.resolve("stories.jsonl"))).hasSize(30);
    assertThat(stories).hasSize(20 + 8 + 5).doesNotHaveDuplicates();
  }

  @Test
  void sameSeedMakesTheSameBytes() throws IOException {
    make(scratch.resolve("a"), 1).succeeds();
    make(scratch.resolve("b"), 1).succeeds();
    make(scratch.resolve("c"), 2).succeeds();
    assertThat(scratch.resolve("b/questions.jsonl"))
        .hasSameBinaryContentAs(scratch.resolve("a/questions.jsonl"));
    assertThat(Files.readString(scratch.resolve("c/questions.jsonl")))
        .isNotEqualTo(Files.readString(scratch.resolve("a/questions.jsonl")));
  }

  /** What it makes is what other verbs read. */
  @Test
  void vocabularyIsLearntFromIt() {
    Path out = scratch.resolve("corpus");
    make(out, 1).succeeds();
    Path tokenizer = scratch.resolve("tokenizer");
    Object[] train = {
      "tokenizer",
      "train",
      "--input",
      out.resolve("stories.jsonl"),
      "--vocab-size",
      600,
      "--out",
      tokenizer
    };
    assertThat(Invocation.of(train).exitCode()).isZero();
    assertThat(tokenizer.resolve("tokenizer.json")).isNotEmptyFile();
  }

  @Test
  void refusesToReplaceFilesAndNumbersThatMakeNone() throws IOException {
    Path out = Files.createDirectory(scratch.resolve("full"));
    Files.writeString(out.resolve("questions.jsonl"), "mine");
    make(out, 1).rejects("--out", "questions.jsonl", "exists already");
    assertThat(out.resolve("stories.jsonl")).doesNotExist();
    Invocation.of("corpus", "--out", scratch.resolve("x"), "--held-out", 0)
        .rejects("--held-out must be at least 1, got 0");
  }

  private static Invocation make(Path out, int seed) {
    return Invocation.of(
        "corpus",
        "--out",
        out,
        "--stories",
        30,
        "--instructions",
        20,
        "--questions",
        8,
        "--held-out",
        5,
        "--seed",
        seed);
  }
}
