package io.github.maque.examples.storyteller;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.Decontamination;
import io.github.maque.data.clean.NearDuplicates;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.align.DialogueFormat;
import io.github.maque.examples.align.FormatDetection;
import io.github.maque.examples.align.Questions;
import io.github.maque.examples.align.TrainingTexts;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the stages read: made stories, or the files that were given in their place. */
final class StoryData {
  /** As {@code maque data prepare --decontaminate} has it. */
  private static final int HELD_OUT_NGRAM = 13;

  /**
   * The stories of a grammar share whole sentences by design: one is held to be another only if
   * nearly all of it is.
   */
  private static final double HELD_OUT_SHARE = 0.8;

  private final CorpusSettings settings;
  private final StoryFiles files;

  /** Of given instructions, the share that is for questions. */
  private final double heldOutShare;

  StoryData(StorytellerConfig config, StoryFiles files) {
    settings = config.corpus();
    this.files = files;
    heldOutShare = config.fineTuning().data().heldOut();
    if (hasInstructionFiles() && heldOutShare == 0) {
      throw new IllegalArgumentException(
          "fine-tuning.data.held-out must be above 0, so that there are questions which no model"
              + " has seen, got 0");
    }
  }

  private boolean hasInstructionFiles() {
    return !settings.instructionFiles().isEmpty();
  }

  /** Makes what is not given. */
  void make() throws IOException {
    files.corpus().make(settings);
  }

  /** Returns the files that {@link #make} has made. */
  List<Path> made() throws IOException {
    try (Stream<Path> made = Files.list(files.corpus().directory())) {
      return made.sorted().toList();
    }
  }

  /** Returns what is known of given files without reading them. */
  String describe() throws IOException {
    StringBuilder described = new StringBuilder();
    for (List<Path> given : List.of(settings.storyFiles(), settings.instructionFiles())) {
      for (Path path : given) {
        described.append(path.toAbsolutePath());
        if (Files.isRegularFile(path)) {
          described.append(' ').append(Files.size(path));
        }
        described.append('\n');
      }
    }
    return described.toString();
  }

  private List<String> storyPaths() {
    return paths(settings.storyFiles(), files.corpus().stories());
  }

  /** Returns the files of stories written to order. */
  List<Path> instructionFiles() {
    return hasInstructionFiles()
        ? settings.instructionFiles()
        : List.of(files.corpus().instructions());
  }

  private static List<String> paths(List<Path> given, Path made) {
    return given.isEmpty() ? List.of(made.toString()) : given.stream().map(Path::toString).toList();
  }

  /** Returns the stories. */
  RecordSource<Document> stories() throws IOException {
    List<String> paths = storyPaths();
    RecordFormat<Document> format =
        settings.storyFiles().isEmpty()
            ? RecordFormat.tinyStoriesChinese()
            : FormatDetection.detect(paths);
    return RecordSource.of(format, paths);
  }

  /** Returns questions that the model answers to learn from its own answers. */
  Questions questions() {
    return new Questions(
        paths(settings.instructionFiles(), files.corpus().questions()), DialogueFormat.AUTO, 0);
  }

  /** Returns questions that no model has seen. */
  Questions heldOut() {
    return hasInstructionFiles()
        ? new Questions(
            paths(settings.instructionFiles(), files.corpus().heldOut()),
            DialogueFormat.AUTO,
            heldOutShare)
        : new Questions(List.of(files.corpus().heldOut().toString()), DialogueFormat.AUTO, 0);
  }

  /** Returns all that the vocabulary is learnt from: stories and what is asked for. */
  TextSource texts() throws IOException {
    RecordSource<Document> stories = stories();
    long size = stories.sizeInBytes();
    List<String> asked =
        new Questions(
                paths(settings.instructionFiles(), files.corpus().instructions()),
                DialogueFormat.AUTO,
                0)
            .read(Integer.MAX_VALUE).stream()
                .flatMap(example -> example.prompt().stream())
                .map(ChatMessage::content)
                .toList();
    return new TextSource() {
      @Override
      public void forEach(Consumer<? super String> sink) throws IOException {
        stories.forEach(story -> sink.accept(story.text()));
        asked.forEach(sink);
      }

      @Override
      public long sizeInBytes() {
        return size;
      }
    };
  }

  /** Returns what makes stories worth learning, and keeps away what is held out. */
  Cleaning cleaning(int heldOut) throws IOException {
    List<String> kept = heldOut().read(heldOut).stream().map(EvaluationExample::answer).toList();
    return Cleaning.stories()
        .then(Decontamination.against(kept, HELD_OUT_NGRAM, HELD_OUT_SHARE))
        .withoutNearDuplicates(NearDuplicates.chinese());
  }

  /** Returns all that models were trained on. */
  Iterable<String> trainingTexts() {
    return () -> {
      try {
        return Stream.of(
                TrainingTexts.of(storyPaths()),
                TrainingTexts.of(instructionFiles().stream().map(Path::toString).toList()))
            .flatMap(StoryData::stream)
            .iterator();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private static Stream<String> stream(Iterable<String> texts) {
    return StreamSupport.stream(texts.spliterator(), false);
  }
}
