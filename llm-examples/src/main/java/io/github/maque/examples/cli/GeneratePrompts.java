package io.github.maque.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what to go on from. */
final class GeneratePrompts {
  private static final String STANDARD_INPUT = "-";

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description =
          "What to go on from. Without this and --prompts, all of standard input is the prompt; an"
              + " empty one means a text from its beginning.")
  private @Nullable String prompt;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = "A prompt on each line that is not blank; - for standard input.")
  private @Nullable Path file;

  /** Returns whether both options were given. */
  boolean areTwo() {
    return prompt != null && file != null;
  }

  /**
   * Returns the prompts.
   *
   * @param input standard input
   * @throws IOException if there are none, or they are no UTF-8
   */
  List<String> read(InputStream input) throws IOException {
    if (prompt != null) {
      return List.of(prompt);
    }
    if (file == null) {
      // Whoever echoes a prompt does not mean the line to end there.
      return List.of(text(input.readAllBytes(), "standard input").replaceFirst("\\R$", ""));
    }
    boolean standard = file.toString().equals(STANDARD_INPUT);
    String name = standard ? "standard input" : file.toString();
    byte[] bytes = standard ? input.readAllBytes() : Files.readAllBytes(file);
    List<String> prompts = text(bytes, name).lines().filter(line -> !line.isBlank()).toList();
    if (prompts.isEmpty()) {
      throw new IOException(name + ": there is no prompt in it");
    }
    return prompts;
  }

  private static String text(byte[] utf8, String name) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(name + ": is no text in UTF-8", e);
    }
  }
}
