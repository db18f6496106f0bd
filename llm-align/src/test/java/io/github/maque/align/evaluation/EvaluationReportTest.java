package io.github.maque.align.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import io.github.maque.data.dialogue.StoryInstruction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class EvaluationReportTest {
  private static final String HOSTILE = "<script>alert('&amp;')</script> \"x\" \u0007 ]]>";

  private static final EvaluationReport REPORT =
      new EvaluationReport(
          "GenerationOptions[seed=" + HOSTILE + "]",
          List.of(
              EvaluationExample.of(
                  new StoryInstruction(
                      List.of(new StoryConstraint(StoryField.WORDS, List.of("麻雀"))), "小麻雀。")),
              EvaluationExample.of(Dialogue.of("讲 " + HOSTILE, "从前"))),
          17,
          Map.of("转折", 3),
          List.of(
              result("data", 0, 0.9, Double.NaN),
              result("前", 10, 0.25, 2.5),
              result("after " + HOSTILE, 10, 0.5, Double.POSITIVE_INFINITY)));

  private static ModelResult result(String name, long parameters, double words, double loss) {
    Map<Figure, Double> figures =
        Map.of(Figure.WORDS, words, Figure.LOSS, loss, Figure.CHARACTERS, 3.25);
    return new ModelResult(
        name,
        parameters,
        Map.of(ModelResult.ALL, figures, "words", Map.of(Figure.WORDS, words)),
        List.of("answer of " + name, "麻雀\r\n飞了"),
        List.of(Map.of(Figure.WORDS, words), Map.of()),
        1,
        parameters == 0 ? Double.NaN : 1234.5);
  }

  @Test
  void jsonSaysAllThereIs() {
    JsonObject json = JsonParser.parseString(REPORT.toJson()).getAsJsonObject();
    assertThat(json.get("generation").getAsString()).isEqualTo(REPORT.generation());
    assertThat(json.get("held_out").getAsInt()).isEqualTo(17);
    assertThat(json.getAsJsonObject("not_checkable").get("转折").getAsInt()).isEqualTo(3);
    assertThat(json.getAsJsonArray("models")).hasSize(3);
    JsonObject after = json.getAsJsonArray("models").get(2).getAsJsonObject();
    assertThat(after.get("name").getAsString()).isEqualTo("after " + HOSTILE);
    assertThat(after.get("held_out_left_out").getAsInt()).isEqualTo(1);
    assertThat(after.get("tokens_per_second").getAsDouble()).isEqualTo(1234.5);
    JsonObject figures = after.getAsJsonObject("figures").getAsJsonObject("all");
    assertThat(figures.get("words").getAsDouble()).isEqualTo(0.5);
    assertThat(figures.get("loss").getAsString()).isEqualTo("Infinity");
    JsonObject sample = json.getAsJsonArray("samples").get(1).getAsJsonObject();
    assertThat(sample.get("combination").getAsString()).isEqualTo("no fields");
    assertThat(sample.get("data").getAsString()).isEqualTo("从前");
    JsonObject message = sample.getAsJsonArray("prompt").get(0).getAsJsonObject();
    assertThat(message.get("role").getAsString()).isEqualTo("user");
    assertThat(message.get("content").getAsString()).isEqualTo("讲 " + HOSTILE);
    assertThat(sample.getAsJsonObject("answers").getAsJsonObject("前").get("text").getAsString())
        .isEqualTo("麻雀\r\n飞了");
  }

  @Test
  void textHasATableForEachCombination() {
    EvaluationReport plain =
        new EvaluationReport(
            "",
            REPORT.prompts(),
            17,
            Map.of("转折", 3),
            List.of(result("data", 0, 0.9, Double.NaN), result("前", 10, 0.25, 2.5)));
    assertThat(plain.toText())
        .isEqualTo(
            """
            all (2 prompts)
                            data      前
              loss           NaN  2.5000
              words       90.0 %  25.0 %
              characters     3.3     3.3

            words (1 prompt)
                       data      前
              words  90.0 %  25.0 %

            Not checkable by a program: 转折 ×3
            data: answers longer than its context, not in its loss: 1
            前: answers longer than its context, not in its loss: 1
            """);
  }

  @Test
  void oneCombinationIsNotShownTwice() throws Exception {
    Map<Figure, Double> figures = Map.of(Figure.WORDS, 0.5);
    EvaluationExample example = REPORT.prompts().get(0);
    ModelResult model =
        new ModelResult(
            "a",
            1,
            Map.of(ModelResult.ALL, figures, "words", figures),
            List.of("麻雀"),
            List.of(figures),
            0,
            1);
    EvaluationReport one = new EvaluationReport("", List.of(example), 0, Map.of(), List.of(model));
    assertThat(one.toText())
        .isEqualTo(
            """
            all (1 prompt)
                          a
              words  50.0 %

            """);
    assertThat(texts(parse(one.toHtml(0)), "summary", "")).isEmpty();
    assertThat(JsonParser.parseString(one.toJson()).toString()).contains("\"words\":{\"words\"");
  }

  @Test
  void pageIsWellFormedAndShowsTextAsText() throws Exception {
    Document page = parse(REPORT.toHtml(20));
    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    String shown = HOSTILE.replace('\u0007', '\uFFFD');
    assertThat(texts(page, "div", "text"))
        .contains("讲 " + shown, "answer of after " + shown, "麻雀\r\n飞了", "answer of data");
    assertThat(texts(page, "th", "number")).contains("data", "前", "after " + shown);
    assertThat(texts(page, "pre", "")).containsExactly("GenerationOptions[seed=" + shown + "]");
    assertThat(texts(page, "summary", "")).containsExactly("words (1 prompt)");
  }

  @Test
  void bestOfTheModelsIsMarkedButNeverTheData() throws Exception {
    assertThat(texts(parse(REPORT.toHtml(0)), "td", "number best"))
        .containsExactly("50.0 %", "50.0 %");
  }

  @Test
  void bitsPerByteRankModelsOnTheSameExamplesAlone() throws Exception {
    assertThat(bestBitsPerByte(3, 3)).containsExactly("1.0000");
    assertThat(bestBitsPerByte(0, 3)).isEmpty();
  }

  private static List<String> bestBitsPerByte(int leftOutOfFirst, int leftOutOfSecond)
      throws Exception {
    return texts(
        parse(
            new EvaluationReport(
                    "",
                    List.of(),
                    5,
                    Map.of(),
                    List.of(loss("a", 1, leftOutOfFirst), loss("b", 2, leftOutOfSecond)))
                .toHtml(0)),
        "td",
        "number best");
  }

  /** Returns a result with the figures that are lower in one model than in another. */
  private static ModelResult loss(String name, double value, int leftOut) {
    Map<Figure, Double> figures =
        Map.of(
            Figure.LOSS, value,
            Figure.BITS_PER_BYTE, value,
            Figure.DISTINCT_2, value,
            Figure.DISTINCT_4, value,
            Figure.LONGEST_COPY, value,
            Figure.LONGEST_COPY_OF_ALL, value);
    return new ModelResult(
        name, 1, Map.of(ModelResult.ALL, figures), List.of(), List.of(), leftOut, 1);
  }

  @Test
  void samplesAreSpreadOverAllPrompts() throws Exception {
    assertThat(texts(parse(REPORT.toHtml(1)), "h3", "")).containsExactly("Prompt 1");
    assertThat(texts(parse(REPORT.toHtml(9)), "h3", "")).containsExactly("Prompt 1", "Prompt 2");
    assertThat(texts(parse(REPORT.toHtml(0)), "h3", "")).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> REPORT.toHtml(-1))
        .withMessage("samples must be 0 or more, got -1");
  }

  private static Document parse(String html) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    DocumentBuilder builder = factory.newDocumentBuilder();
    return builder.parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> texts(Document page, String name, String classes) {
    List<String> texts = new ArrayList<>();
    NodeList elements = page.getElementsByTagName(name);
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      if (element.getAttribute("class").equals(classes)) {
        texts.add(element.getTextContent());
      }
    }
    return texts;
  }

  @Test
  void threeFilesAreWrittenAsAWhole(@TempDir Path directory) throws IOException {
    Path reports = directory.resolve("new/reports");
    REPORT.write(reports);
    assertThat(reports.resolve("evaluation.json")).hasContent(REPORT.toJson());
    assertThat(reports.resolve("evaluation.txt")).hasContent(REPORT.toText());
    assertThat(reports.resolve("evaluation.html")).hasContent(REPORT.toHtml(20));
    try (var files = Files.list(reports)) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void resultsThatDoNotGoTogetherAreRefused() {
    ModelResult model = result("a", 1, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EvaluationReport("", REPORT.prompts(), 0, Map.of(), List.of()))
        .withMessage("models must be at least one, got none");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new EvaluationReport("", REPORT.prompts(), 0, Map.of(), List.of(model, model)))
        .withMessage("models must have different names, got \"a\" twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EvaluationReport("", List.of(), 0, Map.of(), List.of(model)))
        .withMessageContaining("models must have an answer to each of 0 prompts, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> result(" ", 1, 1, 1))
        .withMessage("name must not be blank, got \" \"");
  }
}
