package io.github.maque.data.shard;

import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.Verdict;
import io.github.maque.data.shard.PreparationProgress.Stage;
import io.github.maque.data.source.Block;
import io.github.maque.data.source.BlockReader;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;

/**
 * Goes through the blocks of a source: threads read, parse and work on them, the calling thread
 * takes the results in order. What has been taken is recorded now and then, and after a kill the
 * next run begins there.
 *
 * @param <R> what the work on a block gives
 */
abstract class BlockPipeline<R> {
  /**
   * Which part of the heap the blocks under way may take. What is made of a block, its texts and
   * ids, takes ten to twenty times as much while it is worked on.
   */
  private static final long HEAP_PART = 32;

  private final RecordSource<Document> source;
  private final Stage stage;
  private final Execution execution;
  private long lastRecord = System.nanoTime();

  private record Input(Block<Document> block, long ordinal) {}

  private record Output<R>(Block<Document> block, ParsedBlock<Document> parsed, R result) {}

  BlockPipeline(RecordSource<Document> source, Stage stage, Execution execution) {
    this.source = source;
    this.stage = stage;
    this.execution = execution;
  }

  /**
   * Does the work on a block, on any thread.
   *
   * @param ordinal how many blocks come before it, over all files
   */
  abstract R work(ParsedBlock<Document> parsed, int bytes, long ordinal) throws IOException;

  /** Takes the result of a block that {@code state} has begun, in order, on the calling thread. */
  abstract void take(ParsedBlock<Document> parsed, R result, ReadState state) throws IOException;

  /** Records what was taken so far. */
  abstract void record(ReadState state) throws IOException;

  /** Goes through everything that {@code state} leaves to do. */
  final void run(ReadState state) throws IOException {
    long size = source.sizeInBytes();
    try (BlockReader<Document> reader = source.open(state.next(), execution.threads());
        OrderedWork<Input, Output<R>> team =
            new OrderedWork<>(
                execution.threads(), Runtime.getRuntime().maxMemory() / HEAP_PART, this::work)) {
      long ordinal = state.blocks();
      Block<Document> next = reader.next();
      while (next != null || !team.isEmpty()) {
        if (next == null || team.hasResult() || !team.hasRoom(next.footprint())) {
          Output<R> output = team.take();
          take(output, state);
          execution.progress().update(stage, output.block.bytesRead(), size);
        } else {
          team.add(new Input(next, ordinal++), next.footprint());
          next = reader.next();
        }
      }
    }
    state.end();
  }

  /** Cleans a text. The steps may be anybody's: if one fails, the message says where. */
  static Verdict clean(Document document, Cleaning cleaning) {
    try {
      return cleaning.apply(document.text());
    } catch (RuntimeException e) {
      throw new IllegalStateException(document.location() + ": cleaning failed: " + e, e);
    }
  }

  private Output<R> work(Input input) throws IOException {
    ParsedBlock<Document> parsed = input.block.parse();
    R result = work(parsed, input.block.size(), input.ordinal);
    return new Output<>(input.block, parsed, result);
  }

  private void take(Output<R> output, ReadState state) throws IOException {
    state.begin(output.parsed);
    take(output.parsed, output.result, state);
    state.finish(output.block);
    if (System.nanoTime() - lastRecord > execution.recordEvery().toNanos()) {
      record(state);
      lastRecord = System.nanoTime();
    }
  }
}
