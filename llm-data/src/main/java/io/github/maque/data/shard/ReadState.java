package io.github.maque.data.shard;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.internal.JsonObject;
import io.github.maque.data.source.Block;
import io.github.maque.data.source.ErrorTally;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.SourcePosition;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far a source was read: up to a block, and perhaps up to a record in it. Survives as JSON. */
final class ReadState {
  private final ErrorTally tally;
  private SourcePosition next = SourcePosition.START;
  private long blocks;

  /** How many records of the next block are done, or -1 if the block was not begun. */
  private long recordsDone = -1;

  ReadState(double maxErrorRate, @Nullable JsonObject json) {
    if (json == null) {
      tally = new ErrorTally(maxErrorRate);
    } else {
      next = new SourcePosition(Math.toIntExact(json.count("file")), json.count("block"));
      blocks = json.count("blocks");
      recordsDone = json.integer("records_done");
      tally =
          new ErrorTally(
              maxErrorRate,
              json.count("records"),
              json.count("errors"),
              json.array("first_errors").stream().map(String::valueOf).toList());
    }
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", next.file());
    json.put("block", next.block());
    json.put("blocks", blocks);
    json.put("records_done", recordsDone);
    json.put("records", tally.records());
    json.put("errors", tally.errors());
    json.put("first_errors", tally.shown());
    return json;
  }

  /** Returns the block to read next. */
  SourcePosition next() {
    return next;
  }

  /** Returns how many blocks of all files are done. */
  long blocks() {
    return blocks;
  }

  /** Returns the records seen so far, and those that could not be read. */
  ErrorTally tally() {
    return tally;
  }

  /** Says that work on the records of the next block begins, or goes on. */
  void begin(ParsedBlock<?> block) throws MalformedDataException {
    if (recordsDone < 0) {
      tally.add(block);
      recordsDone = 0;
    }
  }

  /** Returns how many records of the begun block are done. */
  int recordsDone() {
    return Math.toIntExact(recordsDone);
  }

  /** Says that one more record of the block is done. */
  void recordDone() {
    recordsDone++;
  }

  /** Says that the whole block is done. */
  void finish(Block<Document> block) {
    next = new SourcePosition(block.position().file(), block.position().block() + 1);
    blocks++;
    recordsDone = -1;
  }

  /** Says that there are no more blocks. */
  void end() throws MalformedDataException {
    tally.end();
  }
}
