package io.github.maque.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.Location;
import io.github.maque.data.MalformedDataException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorTallyTest {

  private static ParsedBlock<String> block(int records, int errors) {
    return new ParsedBlock<>(
        Collections.nCopies(records, ""),
        IntStream.range(0, errors)
            .mapToObj(i -> new RecordError(new Location("f", i + 1), "bad"))
            .toList());
  }

  @Test
  void aShareOfTheRecordsMayBeBad() throws MalformedDataException {
    ErrorTally tally = new ErrorTally(0.003);
    tally.add(block(970, 30));
    tally.add(block(9000, 0));
    tally.end();
    assertThat(tally.records()).isEqualTo(10_000);
    assertThat(tally.errors()).isEqualTo(30);
    assertThat(tally.shown()).hasSize(20).startsWith("f: line 1: bad", "f: line 2: bad");
    assertThatThrownBy(() -> tally.add(block(0, 1)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage(
            "f: line 1: bad: stopped: 31 of 10,001 records are unreadable, at most 0.3 % may be;"
                + " this is the first");
  }

  @Test
  void theEndComparesWithWhatThereWas() throws MalformedDataException {
    ErrorTally tally = new ErrorTally(0.01);
    tally.add(block(98, 2));
    assertThatThrownBy(tally::end)
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("failed: 2 of 100 records");
    tally.add(block(100, 0));
    tally.end();
    new ErrorTally(0).end();
    ErrorTally strict = new ErrorTally(0);
    assertThatThrownBy(() -> strict.add(block(1_000_000, 1)))
        .isInstanceOf(MalformedDataException.class);
  }

  @Test
  void aTallyGoesOnFromAnother() throws MalformedDataException {
    ErrorTally tally = new ErrorTally(0.5, 100, 40, List.of("first"));
    tally.add(block(0, 30));
    assertThat(tally.records()).isEqualTo(130);
    assertThat(tally.shown()).hasSize(20).startsWith("first", "f: line 1: bad");
    assertThatThrownBy(tally::end)
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith("first: failed: 70 of 130");
    assertThatThrownBy(new ErrorTally(0, 1, 1, List.of())::end)
        .isInstanceOf(MalformedDataException.class);
  }
}
