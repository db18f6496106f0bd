package io.github.maque.data.shard;

import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.CleaningReport;
import io.github.maque.data.clean.DuplicateDecisions;
import io.github.maque.data.clean.Verdict;
import io.github.maque.data.internal.JsonObject;
import io.github.maque.data.shard.PreparationProgress.Stage;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cleans all documents, encodes those that are kept, and writes them to the shards of their split.
 */
final class EncodingPass extends BlockPipeline<EncodingPass.Encoded> {
  private final Plan plan;
  private final SurveyPass.@Nullable Result survey;
  private final EncodeOptions options;
  private final Journal journal;
  private final CleaningReport report;
  private final ReadState state;
  private final List<ShardWriter> writers = new ArrayList<>();

  /**
   * What is made of a source.
   *
   * @param endOfDocument whether every document ends with EOS
   */
  record Plan(
      RecordSource<Document> source,
      Cleaning cleaning,
      Tokenizer tokenizer,
      boolean endOfDocument,
      Split split,
      long shardTokens) {

    TokenType tokenType() {
      return TokenType.forVocabulary(tokenizer.vocabularySize());
    }
  }

  /**
   * The documents of a block.
   *
   * @param documents one for each record
   * @param ids the ids of all kept documents, as they are written
   */
  record Encoded(List<Outcome> documents, byte[] ids) {}

  /**
   * What became of a document.
   *
   * @param dropped why it was dropped, or null
   * @param changed whether cleaning changed its text
   * @param hash 64 random bits of the cleaned text
   * @param idBytes how many bytes of ids it has
   * @param characters how many characters the cleaned text has
   * @param textBytes how many bytes of UTF-8 the cleaned text has
   */
  private record Outcome(
      @Nullable String dropped,
      boolean changed,
      long hash,
      int idBytes,
      int characters,
      int textBytes) {}

  /**
   * Begins, or goes on where {@code journal} says.
   *
   * @param survey which records are duplicates, or null if nobody looked
   */
  EncodingPass(
      Plan plan,
      SurveyPass.@Nullable Result survey,
      Path directory,
      Journal journal,
      Execution execution)
      throws IOException {
    super(plan.source, Stage.ENCODE, execution);
    this.plan = plan;
    this.survey = survey;
    this.journal = journal;
    options = EncodeOptions.TEXT.withEos(plan.endOfDocument);
    JsonObject recorded = journal.state();
    state =
        new ReadState(
            plan.source.maxErrorRate(), recorded == null ? null : recorded.object("reading"));
    report =
        recorded == null
            ? new CleaningReport()
            : CleaningReport.fromJson(recorded.object("cleaning").fields());
    for (String name : plan.split.names()) {
      writers.add(
          new ShardWriter(
              directory,
              journal,
              name,
              plan.tokenType(),
              plan.shardTokens,
              recorded == null ? null : recorded.object("splits").object(name)));
    }
  }

  /** Does what is left to do. */
  void run() throws IOException {
    run(state);
    for (ShardWriter writer : writers) {
      writer.seal();
    }
    record(state);
    for (ShardWriter writer : writers) {
      writer.publish();
    }
  }

  /** Returns what cleaning did. */
  CleaningReport report() {
    return report;
  }

  /** Returns how far reading is. */
  ReadState state() {
    return state;
  }

  /** Returns the finished shards of each split. */
  Map<String, List<Shard>> shards() {
    Map<String, List<Shard>> shards = new LinkedHashMap<>();
    List<String> names = plan.split.names();
    for (int i = 0; i < names.size(); i++) {
      shards.put(names.get(i), List.copyOf(writers.get(i).shards()));
    }
    return shards;
  }

  @Override
  Encoded work(ParsedBlock<Document> parsed, int bytes, long ordinal) throws IOException {
    List<Document> documents = parsed.records();
    long record = survey == null ? 0 : survey.firstRecord(ordinal, documents.size());
    List<Outcome> outcomes = new ArrayList<>(documents.size());
    IdBuffer ids = new IdBuffer(bytes / 4 + 16);
    for (Document document : documents) {
      Verdict verdict = clean(document, plan.cleaning);
      String dropped = verdict.isKept() ? duplicate(verdict.text(), record) : verdict.reason();
      outcomes.add(
          dropped == null
              ? encode(verdict.text(), !verdict.text().equals(document.text()), ids)
              : new Outcome(dropped, false, 0, 0, 0, 0));
      record++;
    }
    return new Encoded(outcomes, bytes(ids));
  }

  private @Nullable String duplicate(String text, long record) {
    if (text.isBlank()) {
      return "empty";
    }
    DuplicateDecisions.Kind kind =
        survey == null ? DuplicateDecisions.Kind.KEPT : survey.decisions().kind(record);
    return switch (kind) {
      case KEPT -> null;
      case EXACT_DUPLICATE -> "exact duplicate";
      case NEAR_DUPLICATE -> "near duplicate";
    };
  }

  private Outcome encode(String text, boolean changed, IdBuffer ids) {
    int before = ids.size();
    plan.tokenizer.encode(text, options, ids);
    int idBytes = Math.multiplyExact(ids.size() - before, plan.tokenType().bytes());
    TextSize size = TextSize.of(text);
    return new Outcome(
        null, changed, TextHash.of(text), idBytes, size.characters(), size.utf8Bytes());
  }

  private byte[] bytes(IdBuffer ids) {
    byte[] bytes = new byte[Math.multiplyExact(ids.size(), plan.tokenType().bytes())];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int[] values = ids.array();
    for (int i = 0, size = ids.size(); i < size; i++) {
      switch (plan.tokenType()) {
        case U16 -> buffer.putShort((short) values[i]);
        case I32 -> buffer.putInt(values[i]);
      }
    }
    return bytes;
  }

  @Override
  void take(ParsedBlock<Document> parsed, Encoded encoded, ReadState reading) throws IOException {
    int from = 0;
    for (int i = 0; i < encoded.documents.size(); i++) {
      Outcome outcome = encoded.documents.get(i);
      if (i >= reading.recordsDone()) {
        reading.recordDone();
        take(parsed.records().get(i), outcome, encoded.ids, from);
      }
      from += outcome.idBytes;
    }
  }

  private void take(Document document, Outcome outcome, byte[] ids, int from) throws IOException {
    if (outcome.dropped != null) {
      report.dropped(document, outcome.dropped);
      return;
    }
    report.kept(document, outcome.changed, outcome.characters);
    int split = plan.split.choose(outcome.hash, i -> writers.get(i).documents());
    ShardWriter writer = writers.get(split);
    if (writer.append(ids, from, outcome.idBytes, outcome.characters, outcome.textBytes)) {
      writer.seal();
      record(state);
      writer.publish();
    }
  }

  @Override
  void record(ReadState reading) throws IOException {
    Map<String, Object> splits = new LinkedHashMap<>();
    List<String> names = plan.split.names();
    for (int i = 0; i < names.size(); i++) {
      splits.put(names.get(i), writers.get(i).toJson());
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("reading", reading.toJson());
    json.put("cleaning", report.toJson());
    json.put("splits", splits);
    journal.record(json);
  }
}
