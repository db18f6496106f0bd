package io.github.maque.examples.tinystories;

import io.github.maque.examples.tinystories.Plot.Line;
import io.github.maque.examples.tinystories.Plot.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the text files of the grammar. Lines that begin with {@code #} are remarks; a section
 * begins with one of
 *
 * <ul>
 *   <li>{@code table NAME COLUMN…}: rows follow, their cells with spaces between them, up to a
 *       blank line. The first column is the word itself.
 *   <li>{@code phrase NAME}: texts follow, up to a blank line; {@code {NAME}} is one of them.
 *   <li>{@code words}: lines of words follow that a story may be asked to have.
 *   <li>{@code plot TITLE}: a head follows, and behind a blank line the beats with blank lines
 *       between them, up to the next section. Each line of a beat is a way to tell it; {@code ~} is
 *       to leave it out. {@code @寓意} and a space in front of a line is a feature of a story that is
 *       told so.
 * </ul>
 *
 * <p>The head of a plot has lines {@code features A B}, {@code summary TEXT} and {@code NAME =
 * TABLE|TABLE} for whoever and whatever takes part; {@code NAME! =} if a story may be asked for by
 * that word.
 */
final class GrammarReader {
  private final Map<String, WordTable> tables = new LinkedHashMap<>();
  private final Map<String, List<Template>> phrases = new LinkedHashMap<>();
  private final List<String> words = new ArrayList<>();
  private final List<Plot> plots = new ArrayList<>();

  private GrammarReader() {}

  /**
   * Reads files that lie beside this class.
   *
   * @throws IllegalArgumentException if one is not as it should be; the message names the line
   */
  static StoryGrammar readResources(String... names) {
    Map<String, List<String>> files = new LinkedHashMap<>();
    for (String name : names) {
      files.put(name, lines(name));
    }
    return read(files);
  }

  /**
   * Reads the lines of files.
   *
   * @throws IllegalArgumentException if one is not as it should be; the message names the line
   */
  static StoryGrammar read(Map<String, List<String>> files) {
    GrammarReader reader = new GrammarReader();
    files.forEach(reader::addFile);
    return new StoryGrammar(reader.tables, reader.phrases, reader.words, reader.plots);
  }

  private static List<String> lines(String file) {
    try (InputStream in = GrammarReader.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + file + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + file, e);
    }
  }

  private void addFile(String file, List<String> lines) {
    Section section = new Section("", List.of());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      try {
        List<String> cells = Arrays.asList(line.split("\\s+"));
        if (List.of("table", "phrase", "words", "plot").contains(cells.get(0))) {
          section.end();
          section = new Section(cells.get(0), cells.subList(1, cells.size()));
        } else if (!line.startsWith("#")) {
          section.add(line);
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    section.end();
  }

  /** What stands between one head line and the next. */
  private final class Section {
    private final String kind;
    private final List<String> arguments;
    private final List<Map<String, Template>> rows = new ArrayList<>();
    private final List<Template> texts = new ArrayList<>();
    private final List<String> features = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<List<Line>> beats = new ArrayList<>();
    private List<Line> beat = new ArrayList<>();
    private boolean inHead = true;

    Section(String kind, List<String> arguments) {
      this.kind = kind;
      this.arguments = arguments;
    }

    void add(String line) {
      if (line.isEmpty()) {
        inHead = false;
        endBeat();
        return;
      }
      switch (kind) {
        case "table" -> addRow(line.split("\\s+"));
        case "phrase" -> texts.add(TemplateReader.read(line));
        case "words" -> words.addAll(List.of(line.split("\\s+")));
        case "plot" -> {
          if (inHead) {
            addHead(line);
          } else {
            beat.add(line(line));
          }
        }
        default -> throw new IllegalArgumentException("expected table, phrase, words or plot");
      }
    }

    private void addRow(String[] cells) {
      if (cells.length != arguments.size() - 1) {
        throw new IllegalArgumentException(
            "a row of " + arguments + " must have as many cells, got " + cells.length);
      }
      Map<String, Template> row = new HashMap<>();
      for (int i = 0; i < cells.length; i++) {
        row.put(arguments.get(i + 1), TemplateReader.read(cells[i]));
      }
      rows.add(row);
    }

    private void addHead(String line) {
      String[] cells = line.split("\\s+", 2);
      switch (cells[0]) {
        case "features" -> features.addAll(List.of(cells[1].split("\\s+")));
        case "summary" -> texts.add(TemplateReader.read(cells[1]));
        default -> parts.add(part(line));
      }
    }

    private Part part(String line) {
      String[] sides = line.split("\\s*=\\s*");
      if (sides.length != 2) {
        throw new IllegalArgumentException("expected NAME = TABLE, got \"" + line + "\"");
      }
      boolean subject = sides[0].endsWith("!");
      List<String> from = List.of(sides[1].split("\\|"));
      return new Part(sides[0].replace("!", ""), from, subject);
    }

    private Line line(String line) {
      List<String> lineFeatures = new ArrayList<>();
      String text = line;
      while (text.startsWith("@")) {
        String[] featureAndRest = text.split("\\s+", 2);
        lineFeatures.add(featureAndRest[0].substring(1));
        text = featureAndRest[1];
      }
      return new Line(TemplateReader.read(text.equals("~") ? "" : text), lineFeatures);
    }

    private void endBeat() {
      if (!beat.isEmpty()) {
        beats.add(List.copyOf(beat));
        beat = new ArrayList<>();
      }
    }

    void end() {
      endBeat();
      switch (kind) {
        case "table" ->
            tables.put(
                arguments.get(0), new WordTable(arguments.subList(1, arguments.size()), rows));
        case "phrase" -> phrases.put(arguments.get(0), List.copyOf(texts));
        case "plot" ->
            plots.add(
                new Plot(
                    arguments.get(0),
                    List.copyOf(features),
                    List.copyOf(parts),
                    List.copyOf(texts),
                    List.copyOf(beats)));
        default -> {}
      }
    }
  }
}
