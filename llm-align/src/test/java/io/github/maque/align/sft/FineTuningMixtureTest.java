package io.github.maque.align.sft;

import static io.github.maque.align.sft.TestDialogues.TOKENIZER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.SampleList;
import io.github.maque.data.pack.Sequences;
import io.github.maque.tokenizer.ChatTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is replayed and what is held out. */
class FineTuningMixtureTest {
  private static final int LENGTH = 128;

  @TempDir private Path directory;

  private FineTuningDataBuilder builder(List<Dialogue> dialogues) throws IOException {
    Path file = TestDialogues.write(directory.resolve("chats.jsonl"), dialogues);
    return FineTuningData.builder(ChatTemplate.chatMl(), TOKENIZER)
        .dialogues(TestDialogues.source(file))
        .length(LENGTH);
  }

  private static Sequences stories(int rows, int length) {
    SampleList.Builder samples = SampleList.builder();
    for (int row = 0; row < rows; row++) {
      samples.add(new int[] {row, row, row}, new float[] {1, 1, 1});
    }
    return PackedSequences.onePerRow(samples.build(), length, OverlongPolicy.REJECT, 0);
  }

  /** Counts how often each sequence of a source comes in so many draws, of one source or of all. */
  private static Map<Long, Integer> drawn(FineTuningData data, int source, long draws) {
    Map<Long, Integer> counts = new HashMap<>();
    try (BatchStream stream = BatchStream.of(data.mixture()).batchSize(1).prefetch(0).open()) {
      for (long i = 0; i < draws; i++) {
        try (Batch batch = Objects.requireNonNull(stream.next())) {
          if (batch.source(0) == source) {
            counts.merge(batch.sequence(0), 1, Integer::sum);
          }
        }
      }
    }
    return counts;
  }

  private static int sum(Map<Long, Integer> counts) {
    return counts.values().stream().mapToInt(count -> count).sum();
  }

  @Test
  void replayHasItsShareOfSequences() throws IOException {
    FineTuningData data =
        builder(TestDialogues.random(40, 1)).replay(stories(500, LENGTH), 0.15).read();
    int rows = (int) data.sequences().size();
    assertThat(rows).isGreaterThan(5);
    int draws = 10 * rows;
    assertThat((double) sum(drawn(data, 1, draws))).isCloseTo(0.15 * draws, within(1.0));
    assertThat((double) sum(drawn(data, 0, draws))).isCloseTo(0.85 * draws, within(1.0));
  }

  @Test
  void passesAreThoseOverTheDialogues() throws IOException {
    FineTuningData data =
        builder(TestDialogues.random(40, 1)).replay(stories(500, LENGTH), 0.4).read();
    long steps = (long) data.passes(2, 4 * LENGTH).value();
    Map<Long, Integer> seen = drawn(data, 0, 4 * steps);
    assertThat(seen).hasSize((int) data.sequences().size());
    assertThat(seen.values()).allMatch(count -> count >= 2);
    assertThat((double) sum(seen)).isCloseTo(2.0 * data.sequences().size(), within(4.0));

    FineTuningData alone = builder(TestDialogues.random(40, 1)).read();
    assertThat(alone.mixture().sources()).containsExactly(alone.sequences());
    assertThat(alone.passes(3, LENGTH).value()).isEqualTo(3.0 * alone.sequences().size());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone.passes(3, LENGTH + 1))
        .withMessageContaining("tokensPerStep must be a multiple of 128");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone.passes(0, LENGTH))
        .withMessageContaining("passes must be greater than 0");
  }

  @Test
  void replayThatDoesNotFitIsRefused() throws IOException {
    FineTuningDataBuilder builder = builder(TestDialogues.random(3, 1));
    for (double share : new double[] {0, 1, -0.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.replay(stories(5, LENGTH), share))
          .withMessageContaining("share must be greater than 0 and less than 1, got " + share);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(builder.replay(stories(5, 64), 0.5)::read)
        .withMessageContaining("replay must have sequences of 128 tokens as rows have, got 64");
  }

  /** Returns the first questions of all dialogues in rows. */
  private static Set<String> questions(Sequences rows) {
    Set<String> questions = new TreeSet<>();
    Row row = new Row(LENGTH);
    for (long index = 0; index < rows.size(); index++) {
      rows.read(index, row);
      for (int place = 0; place < LENGTH; place++) {
        if (row.positions[place] == 0 && row.segments[place] != Row.PADDING) {
          int[] rest = Arrays.copyOfRange(row.ids, place, LENGTH);
          questions.add(TOKENIZER.decode(rest).split("user\n|<\\|im_end\\|>")[1]);
        }
      }
    }
    return questions;
  }

  private static Set<String> questions(List<Dialogue> dialogues) {
    Set<String> questions = new TreeSet<>();
    dialogues.forEach(dialogue -> questions.add(dialogue.messages().get(0).content()));
    return questions;
  }

  @Test
  void heldOutDialoguesAreNotTrainedOn() throws IOException {
    List<Dialogue> dialogues = TestDialogues.random(400, 2);
    FineTuningData data = builder(dialogues).heldOut(0.2).read();
    Set<String> training = questions(data.sequences());
    Set<String> validation = questions(data.validation().orElseThrow());
    assertThat(training).doesNotContainAnyElementsOf(validation);
    Set<String> all = new TreeSet<>(training);
    all.addAll(validation);
    assertThat(all).isEqualTo(questions(dialogues));
    assertThat(data.report().heldOut()).isEqualTo(validation.size());
    // Five standard deviations around 80.
    assertThat(validation).hasSizeBetween(40, 120);
  }

  @Test
  void heldOutDialoguesStayThatWhenFilesAreAddedAndTheShareGrows() throws IOException {
    List<Dialogue> dialogues = TestDialogues.random(200, 3);
    FineTuningData before = builder(dialogues).heldOut(0.1).read();
    Path more = TestDialogues.write(directory.resolve("a.jsonl"), TestDialogues.random(200, 4));
    FineTuningData after =
        builder(dialogues).dialogues(TestDialogues.source(more)).heldOut(0.1).read();
    Set<String> held = questions(before.validation().orElseThrow());
    Set<String> still = questions(after.validation().orElseThrow());
    still.retainAll(questions(dialogues));
    assertThat(still).isEqualTo(held);
    FineTuningData larger = builder(dialogues).heldOut(0.3).read();
    assertThat(questions(larger.validation().orElseThrow())).containsAll(held);
  }

  @Test
  void holdingOutNothingAlthoughAskedToIsAnError() throws IOException {
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(builder(TestDialogues.random(3, 1)).heldOut(1e-9)::read)
        .withMessageContainingAll("chats.jsonl", "no dialogue is left to hold out", "of 3");
  }
}
