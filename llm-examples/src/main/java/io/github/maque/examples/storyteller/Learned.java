package io.github.maque.examples.storyteller;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.maque.align.evaluation.Figure;
import io.github.maque.align.evaluation.ModelResult;
import io.github.maque.align.evaluation.Ngrams;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.RunDirectory;
import io.github.maque.train.metric.RunHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the models have learnt, read from what the stages left.
 *
 * @param pretraining what happened while the model learnt to tell stories
 * @param fineTuning what happened while it learnt to tell them to order
 * @param preferences what happened while it learnt from preferences
 * @param figures of each model, and of the data's own answers, by the names in the evaluation
 * @param answers to the questions of the evaluation, in their order
 * @param knownSentences the share of sentences in each model's answers that are made of pairs of
 *     characters which the stories have
 */
public record Learned(
    RunHistory pretraining,
    RunHistory fineTuning,
    RunHistory preferences,
    Map<String, Map<Figure, Double>> figures,
    List<Answered> answers,
    Map<String, Double> knownSentences) {
  /** What the evaluation calls the model that tells stories. */
  public static final String PRETRAINED = "pre-trained";

  /** What the evaluation calls the model that tells them to order. */
  public static final String SFT = "SFT";

  /** What the evaluation calls the model that learnt from preferences. */
  public static final String DPO = "DPO";

  /** The models, in the order in which they came to be. */
  public static final List<String> MODELS = List.of(PRETRAINED, SFT, DPO);

  /** So many answers are looked at for variety, which falls with the amount of text. */
  private static final int FEW = 20;

  /** More texts would only make more pairs known. */
  private static final int MOST_TEXTS = 100_000;

  /**
   * A question and what the models answered.
   *
   * @param prompt the question
   * @param texts the answers by model
   * @param allWords by model whether all words asked for are in its answer, 0 or 1; empty if none
   *     was asked for
   */
  public record Answered(String prompt, Map<String, String> texts, Map<String, Double> allWords) {}

  /**
   * Reads what the stages left.
   *
   * @param trainingTexts what the models were trained on
   * @throws IOException if a file is missing or damaged
   */
  static Learned read(StoryFiles files, Iterable<String> trainingTexts) throws IOException {
    Path file = files.evaluation().resolve("evaluation.json");
    Map<String, Map<Figure, Double>> figures = new LinkedHashMap<>();
    List<Answered> answers = new ArrayList<>();
    try {
      JsonObject read =
          JsonParser.parseString(Files.readString(file, StandardCharsets.UTF_8)).getAsJsonObject();
      for (JsonElement model : read.getAsJsonArray("models")) {
        JsonObject fields = model.getAsJsonObject();
        figures.put(
            fields.get("name").getAsString(),
            figures(fields.getAsJsonObject("figures").getAsJsonObject(ModelResult.ALL)));
      }
      for (JsonElement sample : read.getAsJsonArray("samples")) {
        answers.add(answered(sample.getAsJsonObject()));
      }
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IOException(file + ": is damaged; --from evaluate makes it again", e);
    }
    KnownPairs known = new KnownPairs();
    int texts = 0;
    for (String text : trainingTexts) {
      known.add(text);
      if (++texts == MOST_TEXTS) {
        break;
      }
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    for (String model : MODELS) {
      shares.put(model, known.share(texts(answers, model)));
    }
    return new Learned(
        history(files.pretrained()),
        history(files.sft()),
        history(files.dpo()),
        figures,
        answers,
        shares);
  }

  private static RunHistory history(Path run) throws IOException {
    return MetricsFile.read(new RunDirectory(run).metrics());
  }

  private static Map<Figure, Double> figures(JsonObject fields) {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    for (Figure figure : Figure.values()) {
      if (fields.has(figure.key())) {
        figures.put(figure, fields.get(figure.key()).getAsDouble());
      }
    }
    return figures;
  }

  private static Answered answered(JsonObject sample) {
    StringBuilder prompt = new StringBuilder();
    for (JsonElement message : sample.getAsJsonArray("prompt")) {
      prompt.append(message.getAsJsonObject().get("content").getAsString()).append('\n');
    }
    Map<String, String> texts = new LinkedHashMap<>();
    Map<String, Double> allWords = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : sample.getAsJsonObject("answers").entrySet()) {
      JsonObject answer = entry.getValue().getAsJsonObject();
      texts.put(entry.getKey(), answer.get("text").getAsString());
      JsonElement all = answer.getAsJsonObject("figures").get(Figure.ALL_WORDS.key());
      if (all != null) {
        allWords.put(entry.getKey(), all.getAsDouble());
      }
    }
    return new Answered(prompt.toString().strip(), texts, allWords);
  }

  private static List<String> texts(List<Answered> answers, String model) {
    return answers.stream().map(each -> each.texts().getOrDefault(model, "")).toList();
  }

  /** Returns a figure of a model, or NaN if there is none. */
  public double figure(String model, Figure figure) {
    return figures.getOrDefault(model, Map.of()).getOrDefault(figure, Double.NaN);
  }

  /** Returns the share of different 4-grams in the first 20 answers of a model. */
  public double distinct(String model) {
    Ngrams ngrams = new Ngrams(4);
    texts(answers, model).stream().limit(FEW).forEach(ngrams::add);
    return ngrams.distinct();
  }

  /** Returns evaluations from the beginning, the middle and the end of learning to tell stories. */
  public List<Evaluation> milestones() {
    List<Evaluation> all = pretraining.evaluations();
    return all.size() <= 3
        ? all
        : List.of(all.get(0), all.get(all.size() / 2), all.get(all.size() - 1));
  }

  /**
   * Says of two models, one of which was made of the other, whether it keeps more often to what it
   * is asked for.
   */
  public Verdict verdict(String before, String after) {
    List<Answered> asked =
        answers.stream()
            .filter(each -> each.allWords().keySet().containsAll(List.of(before, after)))
            .toList();
    if (asked.size() < 2) {
      return new Verdict(
          false,
          after + " CANNOT BE COMPARED WITH " + before + ": hardly a question asks for words");
    }
    PairedDifference difference =
        PairedDifference.of(allWords(asked, before), allWords(asked, after));
    String judgement = "DOES NOT CLEARLY IMPROVE ON";
    if (difference.isBetter()) {
      judgement = "improves on";
    } else if (difference.isWorse()) {
      judgement = "IS WORSE THAN";
    }
    return new Verdict(
        difference.isBetter(),
        String.format(
            Locale.ROOT,
            "%s %s %s: all words asked for are in %.1f %% of the answers, after %.1f %%:"
                + " %+.1f ± %.1f points",
            after,
            judgement,
            before,
            100 * figure(after, Figure.ALL_WORDS),
            100 * figure(before, Figure.ALL_WORDS),
            100 * difference.mean(),
            100 * difference.standardError()));
  }

  private static double[] allWords(List<Answered> asked, String model) {
    return asked.stream().mapToDouble(each -> each.allWords().get(model)).toArray();
  }

  /**
   * Whether a stage helped.
   *
   * @param improved whether it did, by more than chance explains
   * @param text says so, with its figures and the standard error of the difference
   */
  public record Verdict(boolean improved, String text) {}
}
