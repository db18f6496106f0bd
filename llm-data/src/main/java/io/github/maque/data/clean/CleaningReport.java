package io.github.maque.data.clean;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import io.github.maque.data.internal.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What cleaning did: how many documents went for which reason, with samples. Filled by one thread,
 * with documents in their order; it survives a restart as JSON. Characters are Unicode code points.
 */
public final class CleaningReport {
  private static final long VERSION = 1;
  private static final int SAMPLES_PER_REASON = 3;
  private static final int SAMPLE_CHARACTERS = 120;

  private long kept;
  private long changed;
  private long charactersBefore;
  private long charactersAfter;

  /** By reason, in the order in which reasons turned up. */
  private final Map<String, Dropped> dropped = new LinkedHashMap<>();

  /** Documents dropped for one reason. */
  private static final class Dropped {
    long documents;
    final List<Sample> samples = new ArrayList<>();
  }

  /**
   * A document that was dropped.
   *
   * @param location where it was found
   * @param text its text, cut to 120 characters if it was longer
   */
  public record Sample(Location location, String text) {}

  /** Creates a report of nothing yet. */
  public CleaningReport() {}

  /**
   * Counts a document that is kept.
   *
   * @param document what it was before
   * @param changed whether its text was changed
   * @param characters how many characters its text has now
   */
  public void kept(Document document, boolean changed, long characters) {
    kept++;
    this.changed += changed ? 1 : 0;
    charactersBefore += characters(document.text());
    charactersAfter += characters;
  }

  /** Counts a document that was dropped, keeping the first three of each reason as samples. */
  public void dropped(Document document, String reason) {
    charactersBefore += characters(document.text());
    Dropped sameReason = dropped.computeIfAbsent(reason, key -> new Dropped());
    sameReason.documents++;
    if (sameReason.samples.size() < SAMPLES_PER_REASON) {
      sameReason.samples.add(new Sample(document.location(), beginning(document.text())));
    }
  }

  /** Returns how many documents there were. */
  public long documents() {
    return kept + droppedDocuments();
  }

  /** Returns how many documents were kept. */
  public long keptDocuments() {
    return kept;
  }

  /** Returns how many of those that were kept were changed. */
  public long changedDocuments() {
    return changed;
  }

  /** Returns how many documents were dropped. */
  public long droppedDocuments() {
    return dropped.values().stream().mapToLong(sameReason -> sameReason.documents).sum();
  }

  /** Returns how many documents were dropped by reason, in the order in which reasons turned up. */
  public Map<String, Long> droppedByReason() {
    Map<String, Long> counts = new LinkedHashMap<>();
    dropped.forEach((reason, sameReason) -> counts.put(reason, sameReason.documents));
    return counts;
  }

  /** Returns the first documents that were dropped for a reason, at most three. */
  public List<Sample> samples(String reason) {
    Dropped sameReason = dropped.get(reason);
    return sameReason == null ? List.of() : List.copyOf(sameReason.samples);
  }

  /** Returns how many characters all documents had. */
  public long charactersBefore() {
    return charactersBefore;
  }

  /** Returns how many characters there are in the documents that were kept, as they are now. */
  public long charactersAfter() {
    return charactersAfter;
  }

  /** Returns the report as a JSON value. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", VERSION);
    json.put("kept", kept);
    json.put("changed", changed);
    json.put("characters_before", charactersBefore);
    json.put("characters_after", charactersAfter);
    List<Object> reasons = new ArrayList<>();
    dropped.forEach(
        (reason, sameReason) -> {
          Map<String, Object> object = new LinkedHashMap<>();
          object.put("reason", reason);
          object.put("documents", sameReason.documents);
          object.put("samples", sameReason.samples.stream().map(CleaningReport::toJson).toList());
          reasons.add(object);
        });
    json.put("dropped", reasons);
    return json;
  }

  private static Map<String, Object> toJson(Sample sample) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", sample.location.file());
    json.put("line", sample.location.line());
    json.put("text", sample.text);
    return json;
  }

  /**
   * Returns the report that {@link #toJson} gave.
   *
   * @throws IllegalArgumentException if it did not give {@code json}; the message names the field
   */
  public static CleaningReport fromJson(Map<String, Object> json) {
    JsonObject object = new JsonObject(json);
    if (object.integer("version") != VERSION) {
      throw new IllegalArgumentException(
          "field version must be " + VERSION + ", found " + object.integer("version"));
    }
    CleaningReport report = new CleaningReport();
    report.kept = object.count("kept");
    report.changed = object.count("changed");
    report.charactersBefore = object.count("characters_before");
    report.charactersAfter = object.count("characters_after");
    for (Object value : object.array("dropped")) {
      JsonObject reason = JsonObject.of(value);
      Dropped sameReason = new Dropped();
      sameReason.documents = reason.count("documents");
      for (Object sample : reason.array("samples")) {
        sameReason.samples.add(sampleFromJson(JsonObject.of(sample)));
      }
      report.dropped.put(reason.text("reason"), sameReason);
    }
    return report;
  }

  private static Sample sampleFromJson(JsonObject json) {
    Location location = new Location(json.text("file"), json.count("line"));
    return new Sample(location, json.text("text"));
  }

  /**
   * Returns the report for people: a table with the most frequent reason first, and then the
   * samples.
   */
  public String toText() {
    List<Row> rows = new ArrayList<>();
    rows.add(new Row("documents", documents(), 0));
    rows.add(new Row("  kept", kept, documents()));
    rows.add(new Row("    changed", changed, documents()));
    rows.add(new Row("  dropped", droppedDocuments(), documents()));
    List<Map.Entry<String, Dropped>> reasons = new ArrayList<>(dropped.entrySet());
    reasons.sort(Comparator.comparingLong(entry -> -entry.getValue().documents));
    for (Map.Entry<String, Dropped> entry : reasons) {
      rows.add(new Row("    " + entry.getKey(), entry.getValue().documents, documents()));
    }
    rows.add(new Row("characters", charactersBefore, 0));
    rows.add(new Row("  kept", charactersAfter, charactersBefore));

    int labelWidth = rows.stream().mapToInt(row -> row.label.length()).max().orElseThrow();
    int countWidth = rows.stream().mapToInt(row -> row.digits().length()).max().orElseThrow();
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append(row.label).append(" ".repeat(labelWidth - row.label.length() + 2));
      text.append(" ".repeat(countWidth - row.digits().length())).append(row.digits());
      text.append(row.percent()).append('\n');
    }
    for (Map.Entry<String, Dropped> entry : reasons) {
      text.append('\n').append(entry.getKey()).append('\n');
      for (Sample sample : entry.getValue().samples) {
        text.append("  ").append(printable(sample.location.toString()));
        text.append("\n    ").append(printable(sample.text)).append('\n');
      }
    }
    return text.toString();
  }

  /**
   * A line of the table.
   *
   * @param total what the count is a share of; 0 for none
   */
  private record Row(String label, long count, long total) {
    String digits() {
      return String.format(Locale.ROOT, "%,d", count);
    }

    String percent() {
      return total == 0 ? "" : String.format(Locale.ROOT, "  %6.2f %%", 100.0 * count / total);
    }
  }

  private static long characters(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Unpaired surrogates become U+FFFD, as no file could hold them. */
  private static String beginning(String text) {
    StringBuilder beginning = new StringBuilder();
    int characters = 0;
    for (int i = 0; i < text.length(); characters++) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (characters == SAMPLE_CHARACTERS - 1 && i < text.length()) {
        return beginning.append('…').toString();
      }
      beginning.appendCodePoint(Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c);
    }
    return beginning.toString();
  }

  /** Returns {@code text} on one line, without what could confuse a terminal. */
  private static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .map(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL -> c == '\n' ? '⏎' : ' ';
                  case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                      ' ';
                  default -> c;
                })
        .forEach(printable::appendCodePoint);
    return printable.toString();
  }
}
