package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.maque.examples.storyteller.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyStoriesTest {
  @TempDir private static Path scratch;
  private static Path run;
  private static String screen;

  @BeforeAll
  static void goesAllTheWay() {
    run = scratch.resolve("run");
    Invocation invocation = Invocation.of(command());
    assertThat(invocation.exitCode()).as(invocation.err()).isZero();
    screen = invocation.out();
  }

  @Test
  void screenSaysWhatWasLearntAndWhatToTypeNext() throws IOException {
    assertThat(screen)
        .contains("Learning to tell stories:", "all words", "known sentences")
        .containsPattern("SFT (improves on|DOES NOT CLEARLY IMPROVE ON|IS WORSE THAN) pre-trained")
        .containsPattern("DPO (improves on|DOES NOT CLEARLY IMPROVE ON|IS WORSE THAN) SFT")
        .contains("maque chat " + run.resolve("dpo") + " " + run.resolve("sft"));
    assertThat(Files.readString(run.resolve("report.html"))).contains("<h1>");
  }

  /** What the screen tells to type is a question that the chat takes as the models know it. */
  @Test
  void questionOnTheScreenIsAsTheDataAskIt() {
    List<String> lines = screen.lines().toList();
    int at = 0;
    while (!lines.get(at).startsWith("Ask as its data ask")) {
      at++;
    }
    assertThat(lines.get(at + 1)).isEqualTo("  请按下面的要求写一个故事。\\");
    assertThat(lines.get(at + 2)).matches("  (词汇|特征|摘要|随机句子)：.+");
  }

  @Test
  void secondTimeItOnlyShows() {
    List<Object> words = new ArrayList<>(List.of(command()));
    words.add("--json");
    JsonObject shown = Invocation.of(words.toArray()).json();
    assertThat(shown.getAsJsonArray("improved")).hasSize(2);
    assertThat(shown.getAsJsonObject("sha256").keySet()).contains("export/storyteller.gguf");
    assertThat(shown.getAsJsonObject("models").keySet())
        .containsExactly("data", "pre-trained", "SFT", "DPO");
  }

  @Test
  void refusesSettingsThatThereAreNot() {
    Invocation.of("tinystories", "--preset", "smoke", "--set", "exam.questions=3", "--out", run)
        .rejects("exam.questions");
    Invocation.of("tinystories", "--preset", "slow", "--out", run).rejects("slow");
    Invocation.of("tinystories", "--from", "bake", "--out", run).rejects("bake", "rollout");
  }

  private static Object[] command() {
    Stream<String> settings =
        TinyRun.SETTINGS.entrySet().stream()
            .flatMap(each -> Stream.of("--set", each.getKey() + "=" + each.getValue()));
    return Stream.concat(
            Stream.of("tinystories", "--preset", "smoke", "--out", run.toString()), settings)
        .toArray();
  }
}
