package io.github.maque.examples.storyteller;

import io.github.maque.align.evaluation.Figure;
import io.github.maque.tokenizer.format.AtomicFile;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.HtmlDocument;
import io.github.maque.train.metric.StepMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was learnt, as a page of HTML: one file that needs nothing else. */
final class StoryReport {
  private static final int QUESTIONS_SHOWN = 12;

  /** As large as the run's own picture of its loss. */
  private static final int PICTURE_WIDTH = 1120;

  private static final int PICTURE_HEIGHT = 440;

  private static final List<Figure> ROWS =
      List.of(
          Figure.ALL_WORDS,
          Figure.WORDS,
          Figure.SENTENCE,
          Figure.DIALOGUE,
          Figure.BITS_PER_BYTE,
          Figure.FINISHED,
          Figure.REPETITION,
          Figure.DISTINCT_4,
          Figure.CHARACTERS,
          Figure.LONGEST_COPY,
          Figure.LONGEST_COPY_OF_ALL);

  private final HtmlDocument page =
      new HtmlDocument("A story model", StoryReport.class, "storyteller.css");
  private final Learned learned;
  private final Map<Stage, StageRecord> stages;
  private final StoryFiles files;

  private StoryReport(Learned learned, Map<Stage, StageRecord> stages, StoryFiles files) {
    this.learned = learned;
    this.stages = stages;
    this.files = files;
  }

  /** Writes the page, as a whole or not at all. */
  static void write(Path file, Learned learned, Map<Stage, StageRecord> stages, StoryFiles files)
      throws IOException {
    byte[] html = new StoryReport(learned, stages, files).page().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(html));
  }

  private String page() throws IOException {
    heading();
    models();
    pretraining();
    pictures();
    answers();
    stages();
    return page.end();
  }

  private void heading() {
    page.element("h1", "", "A story model, from raw text to aligned");
    List<StepMetrics> steps = learned.pretraining().steps();
    long tokens = steps.isEmpty() ? 0 : steps.get(steps.size() - 1).tokens();
    page.element(
        "p",
        "quiet",
        String.format(
            Locale.ROOT,
            "%,d parameters, learnt from %,d tokens of stories",
            learned.pretraining().parts().get(0).parameters(),
            tokens));
    page.open("ul", "verdicts");
    for (Learned.Verdict verdict :
        List.of(
            learned.verdict(Learned.PRETRAINED, Learned.SFT),
            learned.verdict(Learned.SFT, Learned.DPO))) {
      page.element("li", verdict.improved() ? "good" : "bad", verdict.text());
    }
    page.close("ul");
  }

  private void models() {
    page.element("h2", "", "On questions that no model has seen");
    List<String> columns = new ArrayList<>(List.of(""));
    List<String> names = new ArrayList<>(learned.figures().keySet());
    names.forEach(name -> columns.add("#" + name));
    columns.add("");
    page.table(columns);
    for (Figure figure : ROWS) {
      page.open("tr", "").cell(figure.label());
      for (String name : names) {
        double value = learned.figure(name, figure);
        page.number(Double.isNaN(value) ? "–" : figure.format(value));
      }
      page.element("td", "quiet", figure.description()).close("tr");
    }
    page.open("tr", "").cell("known sentences");
    for (String name : names) {
      page.number(percent(learned.knownSentences().getOrDefault(name, Double.NaN)));
    }
    page.element(
            "td", "quiet", "sentences of whose neighbouring characters all stand so in the stories")
        .close("tr")
        .open("tr", "")
        .cell("distinct-4 of 20");
    for (String name : names) {
      page.number(percent(learned.distinct(name)));
    }
    page.element("td", "quiet", "different character 4-grams of the first 20 answers")
        .close("tr")
        .endTable();
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private void pretraining() {
    page.element("h2", "", "Learning to tell stories");
    page.table(List.of("#step", "#validation loss", "#bits per byte", "a story of that time"));
    for (Evaluation evaluation : learned.milestones()) {
      page.open("tr", "")
          .number(String.format(Locale.ROOT, "%,d", evaluation.step()))
          .number(String.format(Locale.ROOT, "%.4f", evaluation.loss()))
          .number(
              evaluation.bitsPerByte().isPresent()
                  ? String.format(Locale.ROOT, "%.4f", evaluation.bitsPerByte().getAsDouble())
                  : "–");
      StringBuilder story = new StringBuilder();
      evaluation.samples().stream()
          .findFirst()
          .ifPresent(sample -> story.append(sample.prompt()).append(sample.text()));
      page.element("td", "text", story.toString()).close("tr");
    }
    page.endTable();
  }

  private void pictures() throws IOException {
    for (Path run : List.of(files.pretrained(), files.sft(), files.dpo())) {
      Path picture = run.resolve("loss.png");
      if (Files.exists(picture)) { // on a machine that cannot draw there is none
        String name = String.valueOf(run.getFileName());
        page.element("h3", "", "Loss of the run " + name);
        page.picture(
            Base64.getEncoder().encodeToString(Files.readAllBytes(picture)),
            "loss of the run " + name,
            PICTURE_WIDTH,
            PICTURE_HEIGHT);
      }
    }
  }

  private void answers() {
    page.element("h2", "", "What the models answer");
    for (Learned.Answered answered : learned.answers().stream().limit(QUESTIONS_SHOWN).toList()) {
      page.open("section", "").element("div", "prompt", answered.prompt()).open("div", "answers");
      for (String model : Learned.MODELS) {
        page.open("div", "card")
            .element("b", "", model)
            .element("div", "text", answered.texts().getOrDefault(model, ""))
            .close("div");
      }
      page.close("div").close("section");
    }
  }

  private void stages() {
    page.element("h2", "", "How it came to be");
    page.table(List.of("stage", "#seconds", "what it did", ""));
    stages.forEach(
        (stage, each) -> {
          if (each.finished()) {
            page.open("tr", "")
                .cell(stage.label())
                .number(String.format(Locale.ROOT, "%,.1f", each.seconds()))
                .cell(stage.description())
                .element("td", "quiet", facts(each))
                .close("tr");
          }
        });
    page.endTable();
  }

  /** Returns facts as people read them: {@code stories 19,800, left out 200}. */
  static String facts(StageRecord done) {
    List<String> facts = new ArrayList<>();
    done.facts().forEach((about, fact) -> facts.add(about + " " + fact));
    return String.join(", ", facts);
  }
}
