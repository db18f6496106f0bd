package io.github.maque.model.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One prompt gone on from alone, reading everything anew for every token. */
final class NaiveGeneration {
  private NaiveGeneration() {}

  static Generation run(GenerationRequest request, int context, Function<int[], float[]> model) {
    GenerationOptions options = request.options();
    List<Integer> all = new ArrayList<>();
    for (int id : request.prompt()) {
      all.add(id);
    }
    int promptLength = all.size();
    List<Integer> seen = all.size() > context ? slid(all, promptLength, context, options) : all;
    seen = new ArrayList<>(seen);
    List<Double> logProbabilities = new ArrayList<>();
    FinishReason reason = null;
    while (reason == null) {
      float[] raw = model.apply(array(seen));
      float[] logits = NaiveSampling.processed(raw, options, array(all), promptLength);
      int id;
      if (options.temperature() == 0) {
        id = NaiveSampling.greedy(logits);
      } else {
        Map<Integer, Double> left = NaiveSampling.distribution(logits, options);
        int step = all.size() - promptLength;
        id = NaiveSampling.draw(left, RandomDraw.uniform(options.seed(), step));
      }
      logProbabilities.add(NaiveSampling.logProbability(raw, id));
      all.add(id);
      if (options.stopIds().contains(id)) {
        reason = FinishReason.STOP_ID;
      } else if (all.size() - promptLength == options.maxNewTokens()) {
        reason = FinishReason.LENGTH;
      } else if (seen.size() < context) {
        seen.add(id);
      } else if (options.beyondContext() instanceof BeyondContext.Stop) {
        reason = FinishReason.CONTEXT;
      } else {
        seen = slid(all, promptLength, context, options);
      }
    }
    double[] wanted =
        logProbabilities.stream()
            .limit(options.logProbabilities() ? all.size() : 0)
            .mapToDouble(p -> p)
            .toArray();
    return new Generation(array(all.subList(promptLength, all.size())), "", reason, wanted);
  }

  private static List<Integer> slid(
      List<Integer> all, int promptLength, int context, GenerationOptions options) {
    int kept = Math.min(promptLength, ((BeyondContext.Slide) options.beyondContext()).keptTokens());
    List<Integer> left = new ArrayList<>(all.subList(0, kept));
    left.addAll(all.subList(all.size() - (context - kept) / 2, all.size()));
    return left;
  }

  private static int[] array(List<Integer> ids) {
    return ids.stream().mapToInt(id -> id).toArray();
  }
}
