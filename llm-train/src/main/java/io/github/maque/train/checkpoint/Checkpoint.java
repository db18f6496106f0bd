package io.github.maque.train.checkpoint;

import io.github.maque.model.format.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run at one of its steps, as a directory:
 *
 * <table>
 * <caption>The files of a checkpoint</caption>
 * <tr><td>{@code config.json}, {@code model.safetensors}, …</td><td>the model, as Hugging Face lays
 *     it out</td></tr>
 * <tr><td>{@code training.safetensors}</td><td>tensors of optimizer and trainer, in float32</td></tr>
 * <tr><td>{@code trainer.json}</td><td>the {@link TrainerState}</td></tr>
 * <tr><td>{@code config.yaml}</td><td>all settings of the run</td></tr>
 * <tr><td>{@code DONE}</td><td>sizes and CRC-32C of all files, written last</td></tr>
 * </table>
 */
public final class Checkpoint {
  static final String TRAINING = "training.safetensors";

  /** What must be there whatever the model consists of. */
  private static final List<String> REQUIRED =
      List.of(TRAINING, StateFile.FILE, StateFile.CONFIGURATION);

  private static final Pattern NAME = Pattern.compile("step-([0-9]{8,18})");

  private final Path directory;
  private final TrainerState state;

  private Checkpoint(Path directory, TrainerState state) {
    this.directory = directory;
    this.state = state;
  }

  /**
   * Opens a checkpoint after reading all of it: every file must be there with the bytes that were
   * written. The directory itself may be given as a link.
   *
   * @throws CheckpointException if it is damaged or incomplete; the message names the file
   */
  public static Checkpoint open(Path directory) throws IOException {
    return open(directory.toRealPath(), name -> true);
  }

  /** Opens a checkpoint after looking at its files' sizes and reading the state only. */
  static Checkpoint openUnread(Path directory) throws IOException {
    return open(directory, Set.of(StateFile.FILE, StateFile.CONFIGURATION)::contains);
  }

  private static Checkpoint open(Path directory, Predicate<String> read) throws IOException {
    Manifest manifest = Manifest.read(directory);
    for (String required : REQUIRED) {
      if (!manifest.files().containsKey(required)) {
        throw new CheckpointException(
            directory.resolve(Manifest.FILE), "expected it to list " + required);
      }
    }
    manifest.verify(directory, read);
    TrainerState state = StateFile.read(directory);
    long expected = step(directory).orElse(state.step());
    if (state.step() != expected) {
      throw new CheckpointException(
          directory.resolve(StateFile.FILE),
          "expected step " + expected + " as in the directory's name, found " + state.step());
    }
    return new Checkpoint(directory, state);
  }

  /** Returns what the directory of a step is called. */
  static String name(long step) {
    return String.format(Locale.ROOT, "step-%08d", step);
  }

  /** Returns the step in a directory's name, if it has the name of a checkpoint. */
  static OptionalLong step(Path directory) {
    String name = String.valueOf(directory.getFileName());
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long step = Long.parseLong(matcher.group(1));
    return name.equals(name(step)) ? OptionalLong.of(step) : OptionalLong.empty();
  }

  /** Returns where the files are. */
  public Path directory() {
    return directory;
  }

  /** Returns how far the run had come. */
  public TrainerState state() {
    return state;
  }

  /**
   * Returns where the model's files are, for {@link
   * io.github.maque.model.format.HuggingFaceDirectory#open}. They lie beside the trainer's.
   */
  public Path modelDirectory() {
    return directory;
  }

  /**
   * Opens the tensors of optimizer and trainer.
   *
   * @return a file, to be closed by the caller
   */
  public SafetensorsFile training() throws IOException {
    return SafetensorsFile.open(directory.resolve(TRAINING));
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
