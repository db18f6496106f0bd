package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildProcessTest {

  /** Prints its arguments, one a line, and fails if there are none. */
  static final class Echo {
    private Echo() {}

    public static void main(String[] arguments) {
      if (arguments.length == 0) {
        throw new IllegalArgumentException("nothing to say");
      }
      List.of(arguments).forEach(System.out::println);
    }
  }

  @Test
  void returnsTheLastLineOfAProgram() throws IOException {
    List<String> lines = new ArrayList<>();
    String last =
        ChildProcess.jvm(List.of("-Xmx64m"), Echo.class, List.of("one", "two")).run(lines::add);
    assertThat(last).isEqualTo("two");
    assertThat(lines).containsExactly("one", "two");
  }

  @Test
  void saysWhatAProgramFailedWith() {
    ChildProcess child = ChildProcess.jvm(List.of("-Xmx64m"), Echo.class, List.of());
    assertThatThrownBy(() -> child.run(line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ended with 1")
        .hasMessageContaining("nothing to say");
  }

  @Test
  void saysWhatCannotBeStarted() {
    ChildProcess child = ChildProcess.of(List.of("no-such-program"));
    assertThatThrownBy(() -> child.run(line -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-program");
  }
}
