package io.github.maque.examples.storyteller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.maque.align.rollout.RolloutProgress;
import io.github.maque.examples.WorkListener;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorytellerTest {
  @TempDir static Path scratch;
  private static StorytellerConfig config;
  private static Storyteller whole;

  @BeforeAll
  static void goesAllTheWay() throws IOException {
    config = StorytellerConfig.read("smoke", TinyRun.SETTINGS);
    Recorder recorder = new Recorder();
    whole = new Storyteller(config, scratch.resolve("whole"), recorder);
    assertThat(whole.run(Optional.empty())).isTrue();
    assertThat(recorder.begun).containsExactly(Stage.values());
  }

  @Test
  void presetsAreConfigurations() throws IOException {
    for (String preset : StorytellerConfig.PRESETS) {
      StorytellerConfig read = StorytellerConfig.read(preset, Map.of());
      assertThat(read.pretraining().shape(read.vocabulary().size()).parameters())
          .as("parameters of %s", preset)
          .isGreaterThan(100_000);
    }
    assertThat(
            StorytellerConfig.read("reference", Map.of()).pretraining().shape(64_798).parameters())
        .isCloseTo(44_000_000L, withinPercentage(2));
  }

  @Test
  void stageThatIsDoneIsNotDoneAgain() throws IOException {
    Recorder recorder = new Recorder();
    assertThat(new Storyteller(config, whole.files().root(), recorder).run(Optional.empty()))
        .isTrue();
    assertThat(recorder.begun).isEmpty();
    assertThat(recorder.doneBefore).containsExactly(Stage.values());
  }

  @Test
  void interruptedAnywhereItMakesTheSame() throws IOException {
    Path directory = scratch.resolve("interrupted");
    int interruptions = 0;
    for (Stage stage : Stage.values()) {
      Storyteller job = new Storyteller(config, directory, new Saboteur(stage));
      boolean trains = stage == Stage.PRETRAIN || stage == Stage.SFT || stage == Stage.DPO;
      if (trains) {
        assertThat(job.run(Optional.empty())).as("stage %s", stage).isFalse();
      } else {
        assertThatThrownBy(() -> job.run(Optional.empty())).isInstanceOf(Interruption.class);
      }
      interruptions++;
    }
    assertThat(interruptions).isEqualTo(Stage.values().length);
    Storyteller last = new Storyteller(config, directory, new Recorder());
    assertThat(last.run(Optional.empty())).isTrue();
    assertThat(checksums(last)).isEqualTo(checksums(whole)).hasSizeGreaterThan(9);
  }

  @Test
  void stageIsDoneAnewWithAllBehindIt() throws IOException {
    Path directory = scratch.resolve("anew");
    copy(whole.files().root(), directory);
    // Runs know where the model is that they began with, so that these two must be made again too.
    Recorder recorder = new Recorder();
    Storyteller job = new Storyteller(config, directory, recorder);
    assertThat(job.run(Optional.of(Stage.SFT))).isTrue();
    assertThat(recorder.doneBefore)
        .containsExactly(Stage.CORPUS, Stage.TOKENIZER, Stage.DATA, Stage.PRETRAIN);
    assertThat(checksums(job)).isEqualTo(checksums(whole));
  }

  @Test
  void whatOtherSettingsMadeIsRefused() throws IOException {
    Map<String, String> others = new LinkedHashMap<>(TinyRun.SETTINGS);
    others.put("fine-tuning.training.seed", "7");
    Recorder recorder = new Recorder();
    Storyteller job =
        new Storyteller(StorytellerConfig.read("smoke", others), whole.files().root(), recorder);
    assertThatThrownBy(() -> job.run(Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stage sft")
        .hasMessageContaining("--from sft");
    assertThat(recorder.doneBefore).endsWith(Stage.PRETRAIN);
  }

  @Test
  void twoAtOnceAreRefused() throws IOException {
    Path directory = scratch.resolve("two");
    AtomicReference<Throwable> second = new AtomicReference<>();
    Recorder recorder =
        new Recorder() {
          @Override
          public void begins(Stage stage) {
            try {
              new Storyteller(config, directory, new Recorder()).run(Optional.empty());
            } catch (IOException e) {
              second.set(e);
            }
            throw new Interruption();
          }
        };
    assertThatThrownBy(() -> new Storyteller(config, directory, recorder).run(Optional.empty()))
        .isInstanceOf(Interruption.class);
    assertThat(second.get()).hasMessageContaining("another process is at work there");
  }

  @Test
  void exportOpensAndReportSaysWhatWasLearnt() throws IOException {
    try (HuggingFaceDirectory exported = HuggingFaceDirectory.open(whole.files().huggingFace())) {
      assertThat(exported.config().vocabularySize()).isEqualTo(config.vocabulary().size());
      assertThat(exported.tokenizer().decode(exported.tokenizer().encode("从前"))).isEqualTo("从前");
    }
    assertThat(Files.size(whole.files().gguf())).isGreaterThan(10_000);
    String page = Files.readString(whole.files().report());
    Learned learned = whole.learned();
    assertThat(page)
        .contains(learned.verdict(Learned.PRETRAINED, Learned.SFT).text())
        .contains(learned.answers().get(0).prompt().lines().findFirst().orElseThrow());
    assertThat(learned.milestones()).hasSize(3);
    assertThat(learned.milestones().get(2).bitsPerByte().orElseThrow())
        .isLessThan(learned.milestones().get(0).bitsPerByte().orElseThrow());
    assertThat(learned.figures()).containsOnlyKeys("data", "pre-trained", "SFT", "DPO");
  }

  @Test
  void heldOutStoriesAreNoneThatWereLearntFrom() throws IOException {
    List<String> kept =
        new StoryData(config, whole.files())
            .heldOut().read(12).stream().map(example -> example.answer()).toList();
    assertThat(kept).hasSize(12).doesNotHaveDuplicates();
    List<String> learnt = new ArrayList<>();
    new StoryData(config, whole.files()).trainingTexts().forEach(learnt::add);
    assertThat(learnt).hasSize(420).doesNotContainAnyElementsOf(kept);
  }

  private static Map<String, String> checksums(Storyteller job) throws IOException {
    Map<String, String> checksums = new LinkedHashMap<>();
    job.records()
        .forEach(
            (stage, made) -> {
              if (stage != Stage.REPORT && stage != Stage.EVALUATE) { // both tell times
                checksums.putAll(made.files());
              }
            });
    return checksums;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** What a view throws to end the work. */
  private static final class Interruption extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Remembers what it sees. */
  private static class Recorder implements StageView {
    final List<Stage> begun = new ArrayList<>();
    final List<Stage> doneBefore = new ArrayList<>();

    @Override
    public void begins(Stage stage) {
      begun.add(stage);
    }

    @Override
    public void wasDone(Stage stage, StageRecord record) {
      doneBefore.add(stage);
    }

    @Override
    public void ends(Stage stage, StageRecord record) {}

    @Override
    public void advances(String work, long done, long total, String unit) {}

    @Override
    public WorkListener weights(String work) {
      return (done, total) -> {};
    }

    @Override
    public void answers(RolloutProgress progress) {}

    @Override
    public TrainingResult train(TrainerBuilder trainer) throws IOException {
      return trainer.build().train();
    }
  }

  /** Ends the work in the midst of a stage. */
  private static final class Saboteur extends Recorder {
    private final Stage victim;

    private Saboteur(Stage victim) {
      this.victim = victim;
    }

    private void strike(Stage... stages) {
      if (List.of(stages).contains(victim)) {
        throw new Interruption();
      }
    }

    @Override
    public void begins(Stage stage) {
      super.begins(stage);
      if (stage == victim) {
        strike(Stage.CORPUS, Stage.REPORT);
      }
    }

    @Override
    public void advances(String work, long done, long total, String unit) {
      strike(Stage.TOKENIZER, Stage.DATA);
    }

    @Override
    public WorkListener weights(String work) {
      return (done, total) -> {
        if (work.equals("Writing")) {
          strike(Stage.EXPORT);
        }
      };
    }

    @Override
    public void answers(RolloutProgress progress) {
      if (progress.answers() > 0) {
        strike(Stage.ROLLOUT, Stage.EVALUATE);
      }
    }

    @Override
    public TrainingResult train(TrainerBuilder builder) throws IOException {
      AtomicReference<Trainer> running = new AtomicReference<>();
      Trainer trainer =
          builder
              .listener(
                  new TrainingListener() {
                    @Override
                    public void stepped(StepMetrics step) {
                      if (begun.contains(victim) && step.step() >= 2) {
                        running.get().stop();
                      }
                    }
                  })
              .build();
      running.set(trainer);
      return trainer.train();
    }
  }
}
