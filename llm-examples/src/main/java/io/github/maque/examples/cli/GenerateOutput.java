package io.github.maque.examples.cli;

import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationListener;
import io.github.maque.model.generate.GenerationRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells what is written: a single text as it comes, several in the order of their prompts as soon
 * as they are complete, or as JSON, a line each.
 */
final class GenerateOutput implements GenerationListener {
  private final List<Task> tasks;
  private final PrintWriter out;
  private final boolean json;
  private final boolean echo;
  private final long[] begins;
  private final @Nullable Ending[] endings;
  private final Map<String, Integer> finishReasons = new TreeMap<>();
  private int told;
  private long tokens;
  private long firstToken;

  /**
   * What is to be written.
   *
   * @param prompt the text to go on from, or the message to answer
   * @param sample which of several texts behind the same prompt, from 0
   */
  record Task(String prompt, int sample, GenerationRequest request) {}

  private record Ending(Generation generation, double seconds) {}

  /**
   * Creates the output.
   *
   * @param echo whether a text begins with its prompt
   */
  GenerateOutput(List<Task> tasks, PrintWriter out, boolean json, boolean echo) {
    this.tasks = tasks;
    this.out = out;
    this.json = json;
    this.echo = echo;
    begins = new long[tasks.size()];
    endings = new Ending[tasks.size()];
  }

  /** Returns the requests, whose time begins when they are taken up. */
  Iterator<GenerationRequest> requests() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < tasks.size();
      }

      @Override
      public GenerationRequest next() {
        begins[next] = System.nanoTime();
        return tasks.get(next++).request();
      }
    };
  }

  @Override
  public void token(int request, int id) {
    if (tokens == 0) {
      firstToken = System.nanoTime();
      if (isStreaming() && echo) {
        print(tasks.get(0).prompt());
      }
    }
    tokens++;
  }

  @Override
  public void text(int request, String text) {
    if (isStreaming()) {
      print(text);
    }
  }

  @Override
  public void finished(int request, Generation generation) {
    endings[request] = new Ending(generation, (System.nanoTime() - begins[request]) / 1e9);
    finishReasons.merge(generation.finishReason().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
    Ending ending;
    while (told < endings.length && (ending = endings[told]) != null) {
      tell(tasks.get(told), ending);
      told++;
    }
  }

  private void tell(Task task, Ending ending) {
    if (json) {
      out.println(figures(task, ending).toJson());
    } else if (isStreaming()) {
      out.println();
      out.println();
    } else {
      out.printf(Locale.ROOT, "--- %d of %d%n", told + 1, tasks.size());
      out.println((echo ? task.prompt() : "") + ending.generation().text());
      out.println();
    }
    out.flush();
  }

  private static Summary figures(Task task, Ending ending) {
    Generation generation = ending.generation();
    int count = generation.ids().length;
    Summary summary =
        new Summary()
            .data("prompt", task.prompt())
            .data("sample", task.sample())
            .data("seed", task.request().options().seed())
            .data("text", generation.text())
            .data("ids", Arrays.stream(generation.ids()).boxed().toList())
            .data("finish_reason", generation.finishReason().name().toLowerCase(Locale.ROOT))
            .data("prompt_tokens", task.request().prompt().length)
            .data("tokens", count)
            .data("seconds", ending.seconds())
            .data("tokens_per_second", count / ending.seconds());
    if (task.request().options().logProbabilities()) {
      List<Double> values = new ArrayList<>();
      Arrays.stream(generation.logProbabilities()).forEach(values::add);
      summary.data("log_probabilities", values);
    }
    return summary;
  }

  /**
   * Adds what was written in all.
   *
   * @param start when generation began, in nanoseconds
   */
  void addTo(Summary summary, long start) {
    double seconds = (System.nanoTime() - start) / 1e9;
    long promptTokens = 0;
    for (int i = 0; i < tasks.size(); i++) {
      promptTokens += begins[i] == 0 ? 0 : tasks.get(i).request().prompt().length;
    }
    summary.data("texts", Arrays.stream(endings).filter(ending -> ending != null).count());
    summary.data("finish_reasons", finishReasons);
    summary.data("prompt_tokens", promptTokens);
    summary.data("tokens", tokens);
    summary.data("generation_seconds", seconds);
    summary.data("tokens_per_second", tokens / seconds);
    summary.data("first_token_seconds", tokens == 0 ? null : (firstToken - start) / 1e9);
    summary.print(
        "generated",
        String.format(
            Locale.ROOT,
            "%,d tokens in %.2f s, %.1f tokens/s; %s",
            tokens,
            seconds,
            tokens / seconds,
            String.join(
                ", ",
                finishReasons.entrySet().stream()
                    .map(reason -> reason.getKey().replace('_', ' ') + " " + reason.getValue())
                    .toList())));
  }

  private boolean isStreaming() {
    return !json && tasks.size() == 1;
  }

  private void print(String text) {
    out.print(text);
    out.flush();
  }
}
