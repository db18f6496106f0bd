package io.github.maque.data.shard;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.DuplicateDecisions;
import io.github.maque.data.clean.DuplicateSurvey;
import io.github.maque.data.clean.Verdict;
import io.github.maque.data.shard.PreparationProgress.Stage;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads everything once before it is encoded, to find duplicates: every record leaves a row of
 * bytes in a file, and the file of all rows tells which records to keep.
 */
final class SurveyPass extends BlockPipeline<byte[]> {
  private static final String ROWS = "rows";
  private static final String BLOCKS = "blocks";
  private static final String DECISIONS = "decisions";

  private final Cleaning cleaning;
  private final DuplicateSurvey survey;
  private final double maxErrorRate;
  private final Execution execution;
  private final Journal journal;
  private final AppendFile rows;
  private final AppendFile blocks;

  private SurveyPass(
      RecordSource<Document> source,
      Cleaning cleaning,
      DuplicateSurvey survey,
      Journal journal,
      Execution execution)
      throws IOException {
    super(source, Stage.SURVEY, execution);
    this.cleaning = cleaning;
    this.survey = survey;
    this.execution = execution;
    this.journal = journal;
    maxErrorRate = source.maxErrorRate();
    rows = journal.append(ROWS);
    blocks = journal.append(BLOCKS);
  }

  /** Which records are duplicates, and how many of them come before each block. */
  static final class Result {
    private final DuplicateDecisions decisions;
    private final long[] firstRecords;

    private Result(DuplicateDecisions decisions, long[] firstRecords) {
      this.decisions = decisions;
      this.firstRecords = firstRecords;
    }

    DuplicateDecisions decisions() {
      return decisions;
    }

    /**
     * Returns how many records come before block {@code ordinal}.
     *
     * @throws MalformedDataException if the block did not have {@code records} records then
     */
    long firstRecord(long ordinal, int records) throws MalformedDataException {
      int block = Math.toIntExact(ordinal);
      if (block + 1 >= firstRecords.length
          || firstRecords[block + 1] - firstRecords[block] != records) {
        throw new MalformedDataException(
            "the input", "has changed while it was read; prepare it into another directory");
      }
      return firstRecords[block];
    }
  }

  /**
   * Makes a survey in {@code directory}, which exists, or finishes one that was interrupted there.
   */
  static Result run(
      RecordSource<Document> source,
      Cleaning cleaning,
      DuplicateSurvey survey,
      Path directory,
      Execution execution)
      throws IOException {
    Path decisions = directory.resolve(DECISIONS);
    if (!Files.exists(decisions)) {
      try (Journal journal = new Journal(directory)) {
        new SurveyPass(source, cleaning, survey, journal, execution).decide(decisions);
      }
    }
    Files.deleteIfExists(directory.resolve(ROWS));
    return new Result(DuplicateDecisions.open(decisions), firstRecords(directory.resolve(BLOCKS)));
  }

  private void decide(Path decisions) throws IOException {
    ReadState state = new ReadState(maxErrorRate, journal.state());
    run(state);
    record(state);
    survey.resolve(
        rows.path(),
        decisions,
        journal.directory(),
        execution.threads(),
        done -> execution.progress().update(Stage.COMPARE, Math.round(1000 * done), 1000));
  }

  @Override
  byte[] work(ParsedBlock<Document> parsed, int bytes, long ordinal) {
    int size = Math.multiplyExact(parsed.records().size(), survey.rowBytes());
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (Document document : parsed.records()) {
      Verdict verdict = clean(document, cleaning);
      if (verdict.isKept()) {
        survey.sign(verdict.text(), out);
      } else {
        survey.skip(out);
      }
    }
    return out.array();
  }

  @Override
  void take(ParsedBlock<Document> parsed, byte[] result, ReadState state) throws IOException {
    rows.append(result, 0, result.length);
    blocks.appendInt(parsed.records().size());
  }

  @Override
  void record(ReadState state) throws IOException {
    journal.record(state.toJson());
  }

  /** A block is about a mebibyte, or a file: eight bytes for each fit into memory. */
  private static long[] firstRecords(Path blocks) throws IOException {
    ByteBuffer counts = ByteBuffer.wrap(Files.readAllBytes(blocks)).order(ByteOrder.LITTLE_ENDIAN);
    long[] sums = new long[counts.remaining() / Integer.BYTES + 1];
    for (int i = 1; i < sums.length; i++) {
      sums[i] = sums[i - 1] + counts.getInt();
    }
    return sums;
  }
}
