package io.github.maque.examples.align;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.data.Document;
import io.github.maque.data.source.Block;
import io.github.maque.data.source.BlockReader;
import io.github.maque.data.source.ErrorTally;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordSource;
import io.github.maque.data.source.SourcePosition;
import io.github.maque.tokenizer.ChatMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The texts that models were trained on, read anew each time, as they are many.
 *
 * @param source the files
 * @param texts of one record
 */
public record TrainingTexts<T>(RecordSource<T> source, Function<T, Stream<String>> texts)
    implements Iterable<String> {

  /** Returns the answers in files of dialogues or stories, or the texts in files of any others. */
  public static TrainingTexts<?> of(List<String> paths) throws IOException {
    Optional<DialogueFormat> format = DialogueLayout.detect(paths);
    if (format.isPresent()) {
      return answers(DialogueLayout.of(format.get()), paths);
    }
    return new TrainingTexts<Document>(
        RecordSource.of(FormatDetection.detect(paths), paths),
        document -> Stream.of(document.text()));
  }

  private static <T> TrainingTexts<T> answers(DialogueLayout<T> layout, List<String> paths)
      throws IOException {
    return new TrainingTexts<>(
        RecordSource.of(layout.format(), paths), layout.example().andThen(TrainingTexts::answers));
  }

  private static Stream<String> answers(EvaluationExample example) {
    return example.dialogue().messages().stream()
        .filter(message -> message.role() == ChatMessage.Role.ASSISTANT)
        .map(ChatMessage::content);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException there or later, if a file cannot be read
   */
  @Override
  public Iterator<String> iterator() {
    ErrorTally tally = new ErrorTally(source.maxErrorRate());
    try {
      BlockReader<T> reader = source.open(SourcePosition.START, 1);
      return Stream.generate(() -> next(reader, tally))
          .takeWhile(Optional::isPresent)
          .flatMap(block -> block.orElseThrow().records().stream())
          .flatMap(texts)
          .iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> Optional<ParsedBlock<T>> next(BlockReader<T> reader, ErrorTally tally) {
    try {
      Block<T> block = reader.next();
      if (block == null) {
        tally.end();
        reader.close();
        return Optional.empty();
      }
      ParsedBlock<T> parsed = block.parse();
      tally.add(parsed);
      return Optional.of(parsed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
