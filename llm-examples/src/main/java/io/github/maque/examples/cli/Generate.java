package io.github.maque.examples.cli;

import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.ModelSource;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.generate.Cancellation;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.model.generate.Generator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.DecodeOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a model write. */
@Command(
    name = "generate",
    description = {
      "Lets a model go on from prompts, or with --chat answer them. A single text is shown as it is"
          + " written; of several, as many at once as there are slots, each when it is complete.",
      "With --json every text is a line with its prompt, ids, reason to finish and tokens per"
          + " second; the last line is about all of them. Ctrl-C ends it with what there is."
    })
final class Generate extends Verb {
  /** Seeds below this are easily typed again. */
  private static final int SEEDS = 1_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "The model's directory.")
  private Path model = Path.of("");

  @Mixin private final GeneratePrompts prompts = new GeneratePrompts();

  @Option(names = "--chat", description = "Answer the prompt, laid out by the chat template.")
  private boolean chat;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "A message that sets the scene, with --chat.")
  private @Nullable String system;

  @Mixin private final BatchedAnswerOptions answering = new BatchedAnswerOptions(8);

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What draws depend on; another one each time if not given.")
  private @Nullable Long seed;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      description = "Texts behind each prompt, with one seed after the other (1).")
  private int samples = 1;

  @Option(
      names = "--log-probabilities",
      description = "With --json, tell the log-probability of every token.")
  private boolean logProbabilities;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|FILE",
      description = "The tokenizer, if it is not in the model's directory.")
  private @Nullable Path tokenizer;

  private @Nullable GenerateInterruption interruption;

  @Override
  protected Summary run() throws IOException {
    check();
    long start = System.nanoTime();
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
      ModelSource source = source(directory);
      List<GenerateOutput.Task> tasks = tasks(source);
      try (OpenedModel loaded = load(new ModelDirectory(model, source, Optional.empty()))) {
        double loading = (System.nanoTime() - start) / 1e9;
        return generate(loaded, tasks).number("load_seconds", loading, "s");
      }
    }
  }

  private void check() {
    if (prompts.areTwo()) {
      throw rejection("--prompt and --prompts exclude each other");
    }
    if (!chat && (system != null || answering.chatTemplate() != null)) {
      throw rejection("--system and --chat-template go with --chat");
    }
    if (answering.chatTemplate() == ChatLayout.NONE) {
      throw rejection("--chat needs a layout, and --chat-template none is none");
    }
    requirePositive("--samples", samples);
    answering.slots();
    if (logProbabilities && !isJson()) {
      throw rejection("--log-probabilities go with --json");
    }
  }

  private OpenedModel load(ModelDirectory directory) throws IOException {
    // The bar must be gone before the text begins.
    try (Progress progress = progress()) {
      return directory.open(answering.precision(), progress.loading());
    }
  }

  private ModelSource source(HuggingFaceDirectory directory) throws IOException {
    ModelSource source = ModelSource.of(directory);
    if (tokenizer != null) {
      return source.withTokenizer(TokenizerSource.load(tokenizer), tokenizer);
    }
    if (source.tokenizer().isEmpty()) {
      throw rejection(model + " has no tokenizer; --tokenizer names one");
    }
    return source;
  }

  private List<GenerateOutput.Task> tasks(ModelSource source) throws IOException {
    GenerateRequests requests =
        chat
            ? GenerateRequests.chat(
                source, ChatLayout.chosen(answering.chatTemplate(), source), system)
            : GenerateRequests.text(source);
    GenerationOptions options = options(source);
    long first = seed == null ? ThreadLocalRandom.current().nextInt(SEEDS) : seed;
    List<GenerateOutput.Task> tasks = new ArrayList<>();
    for (String prompt : prompts.read(System.in)) {
      for (int sample = 0; sample < samples; sample++) {
        GenerationRequest request = requests.of(prompt, options.withSeed(first + sample));
        tasks.add(new GenerateOutput.Task(prompt, sample, request));
      }
    }
    return tasks;
  }

  private GenerationOptions options(ModelSource source) {
    return answering.generation(source).toBuilder().logProbabilities(logProbabilities).build();
  }

  private Summary generate(OpenedModel loaded, List<GenerateOutput.Task> tasks) {
    int count = Math.min(tasks.size(), answering.slots());
    Precision precision = loaded.decoder().precision();
    int most = loaded.decoder().config().contextLength();
    Cancellation cancellation = new Cancellation();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    GenerateOutput output = new GenerateOutput(tasks, out, isJson(), !chat);
    try (DecodingSession session =
        DecodingSession.open(loaded.decoder(), count, contextLength(tasks, most), precision)) {
      Generator generator =
          new Generator(session, loaded.tokenizer(), DecodeOptions.SKIP_SPECIAL_TOKENS);
      interruption = new GenerateInterruption(cancellation);
      long start = System.nanoTime();
      generator.generateAll(output.requests(), output, cancellation);
      Summary summary = new Summary();
      output.addTo(summary, start);
      return summary
          .data("first_seed", tasks.get(0).request().options().seed())
          .data("slots_used", count)
          .text("computed_in", PrecisionConverter.toText(precision));
    } catch (Throwable failure) {
      finish();
      throw failure;
    }
  }

  /** Returns how many tokens a slot must hold: memory for more would lie idle. */
  private int contextLength(List<GenerateOutput.Task> tasks, int most) {
    int longest = 0;
    for (GenerateOutput.Task task : tasks) {
      GenerationRequest request = task.request();
      boolean slides = request.options().beyondContext() instanceof BeyondContext.Slide;
      if (!slides && request.prompt().length > most) {
        throw rejection(
            "a prompt has "
                + request.prompt().length
                + " tokens, and the model's context "
                + most
                + "; --slide takes longer ones");
      }
      long needed = (long) request.prompt().length + request.options().maxNewTokens();
      if (request.options().beyondContext() instanceof BeyondContext.Slide slide) {
        // A generator wants room behind what is kept, even if the text never gets there.
        needed = Math.max(needed, slide.keptTokens() + 2L);
      }
      longest = (int) Math.max(longest, Math.min(most, needed));
    }
    return longest;
  }

  private void finish() {
    if (interruption != null) {
      interruption.finish();
    }
  }

  @Override
  protected int exitCode() {
    finish();
    return 0;
  }
}
