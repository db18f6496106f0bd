package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendFileTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void nameFile() {
    path = directory.resolve("grows");
  }

  @Test
  void cutsOffWhatDoesNotCountAndKnowsTheChecksumOfTheWhole() throws IOException {
    byte[] bytes = new byte[700_000]; // more than any buffer holds
    new Random(1).nextBytes(bytes);
    try (AppendFile file = new AppendFile(path, 0)) {
      file.append(bytes, 0, 600_000);
      file.force();
      file.append(bytes, 0, 300_000); // never recorded
    }
    try (AppendFile file = new AppendFile(path, 600_000)) {
      file.append(bytes, 600_000, 100_000);
      assertThat(file.length()).isEqualTo(700_000);
      file.force();
      assertThat(file.sha256Hex()).isEqualTo(DigestUtils.sha256Hex(Files.readAllBytes(path)));
    }
    assertThat(path).hasBinaryContent(bytes);
    assertThatThrownBy(() -> new AppendFile(path, 700_001))
        .isInstanceOf(IOException.class)
        .hasMessage(path + ": has 700000 bytes, expected at least 700001");
  }

  @Test
  void tellsAnInterruptionFromAFullDisk() throws IOException {
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
    try (AppendFile file = new AppendFile(path, 0)) {
      file.append(bytes, 0, bytes.length);
      Thread.currentThread().interrupt();
      assertThatThrownBy(file::force).isInstanceOf(ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(Files.size(path)).isLessThanOrEqualTo(3);
  }
}
