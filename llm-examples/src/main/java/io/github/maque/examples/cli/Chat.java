package io.github.maque.examples.cli;

import io.github.maque.model.generate.Cancellation;
import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** Lets a person talk to models. */
@Command(
    name = "chat",
    description = {
      "Talks to models: each line of standard input is a message, or goes on in the next line if it"
          + " ends with \\. The answer is shown as it is written, and the model is told what was"
          + " said before. A model without a chat template goes on from each line by itself.",
      "/reset forgets what was said, /model N or N alone lets the Nth model answer, /quit ends."
          + " Ctrl-C ends an answer; a second one, or one between answers, ends the program."
    })
final class Chat extends Verb {
  /** Seeds below this are easily typed again. */
  private static final int SEEDS = 1_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      arity = "1..*",
      description = "The models' directories; the first one answers to begin with.")
  private List<Path> paths = List.of();

  @Option(names = "--system", paramLabel = "TEXT", description = "A message that sets the scene.")
  private @Nullable String system;

  @Mixin private final AnswerOptions answering = new AnswerOptions();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "What draws depend on in the first answer, one more in each further one; another one each"
              + " time if not given.")
  private @Nullable Long seed;

  private final List<ChatSession> models = new ArrayList<>();
  private int current;
  private long nextSeed;
  private long answers;
  private long tokens;

  @Override
  protected Summary run() throws IOException {
    nextSeed = seed == null ? ThreadLocalRandom.current().nextInt(SEEDS) : seed;
    long firstSeed = nextSeed;
    try {
      load();
      talk(new ChatConversation(system));
    } finally {
      models.forEach(ChatSession::close);
    }
    return new Summary()
        .count("answers", answers)
        .count("tokens", tokens)
        .data("first_seed", firstSeed);
  }

  private void load() throws IOException {
    // The bar must be gone before the talk begins.
    try (Progress progress = progress()) {
      for (Path path : paths) {
        models.add(ChatSession.open(path, answering, progress.loading()));
      }
    }
    for (ChatSession model : models) {
      if (system != null && !model.chats()) {
        throw rejection("--system needs a chat template, and " + model.name() + " has none");
      }
    }
  }

  private void talk(ChatConversation conversation) throws IOException {
    boolean person = Terminal.takesInput() && !isJson();
    introduce();
    try (BufferedReader input = Terminal.input()) {
      while (true) {
        if (person) {
          print(System.lineSeparator() + (models.size() > 1 ? current + 1 + "> " : "> "));
        }
        String line = readMessage(input);
        if (line == null || line.equals("/quit")) {
          return;
        }
        if (!obey(line, conversation)) {
          answer(line, conversation);
        }
      }
    } catch (CharacterCodingException e) {
      throw new IOException(
          "standard input: is no text in the charset of the terminal, or UTF-8", e);
    }
  }

  /** Reads a line, and those that it says follow. */
  private static @Nullable String readMessage(BufferedReader input) throws IOException {
    StringBuilder message = new StringBuilder();
    String line = input.readLine();
    if (line == null) {
      return null;
    }
    while (line != null && line.endsWith("\\")) {
      message.append(line, 0, line.length() - 1).append('\n');
      line = input.readLine();
    }
    return message.append(line == null ? "" : line).toString().strip();
  }

  /** Does what a line says, if that is no message, and returns whether it was none. */
  private boolean obey(String line, ChatConversation conversation) {
    if (line.isEmpty()) {
      return true;
    }
    Optional<Integer> number = modelNumber(line);
    if (number.isPresent()) {
      choose(number.get());
    } else if (line.equals("/model")) {
      introduce();
    } else if (line.equals("/reset")) {
      conversation.reset();
      tell("what was said is forgotten");
    } else if (line.startsWith("/")) {
      tell("there are /reset, /model N with N from 1 to " + models.size() + ", and /quit");
    }
    return number.isPresent() || line.startsWith("/");
  }

  /** A number alone chooses a model only where there are several, and that many. */
  private Optional<Integer> modelNumber(String line) {
    String digits = line.startsWith("/model ") ? line.substring("/model ".length()).strip() : line;
    boolean number = digits.matches("[1-9][0-9]{0,3}");
    boolean exists = number && Integer.parseInt(digits) <= models.size();
    boolean alone = digits.equals(line);
    return exists && (!alone || models.size() > 1)
        ? Optional.of(Integer.parseInt(digits))
        : Optional.empty();
  }

  private void choose(int number) {
    current = number - 1;
    introduce();
  }

  private void introduce() {
    ChatSession model = models.get(current);
    tell(
        (models.size() > 1 ? "model " + (current + 1) + " of " + models.size() + ": " : "")
            + model.name()
            + (model.chats() ? "" : ", which has no chat template and goes on from each line"));
  }

  private void answer(String message, ChatConversation conversation) {
    ChatSession model = models.get(current);
    Optional<ChatConversation.Prompt> prompt = conversation.prompt(model, message, nextSeed);
    if (prompt.isEmpty()) {
      tell("the message fills the model's context of " + model.contextLength() + " tokens");
      return;
    }
    if (prompt.get().forgotten() > 0) {
      int count = prompt.get().forgotten();
      tell(
          (count == 1 ? "the oldest turn is" : "the oldest " + count + " turns are")
              + " forgotten to make room");
    }
    nextSeed++;
    long start = System.nanoTime();
    Generation generation = generate(model, prompt.get());
    answers++;
    tokens += generation.ids().length;
    if (isJson()) {
      printJson(model, message, prompt.get(), generation, (System.nanoTime() - start) / 1e9);
    } else {
      print(System.lineSeparator());
    }
    // Nobody answers with nothing, and a model is not to learn it from its own words.
    if (!generation.text().isBlank()) {
      conversation.add(message, generation.text());
    }
  }

  private Generation generate(ChatSession model, ChatConversation.Prompt prompt) {
    Cancellation cancellation = new Cancellation();
    TrainingInterruption interruption =
        new TrainingInterruption(List.of("INT"), cancellation::cancelAll);
    try {
      return model.answer(
          prompt.request(),
          new GenerationListener() {
            @Override
            public void text(int request, String text) {
              if (!isJson()) {
                print(text);
              }
            }
          },
          cancellation);
    } finally {
      interruption.close();
    }
  }

  private void printJson(
      ChatSession model,
      String message,
      ChatConversation.Prompt prompt,
      Generation generation,
      double seconds) {
    Summary line =
        new Summary()
            .data("model", model.name())
            .data("message", message)
            .data("answer", generation.text())
            .data("finish_reason", generation.finishReason().name().toLowerCase(Locale.ROOT))
            .data("seed", prompt.request().options().seed())
            .data("forgotten_turns", prompt.forgotten())
            .data("prompt_tokens", prompt.request().prompt().length)
            .data("tokens", generation.ids().length)
            .data("seconds", seconds);
    print(line.toJson() + System.lineSeparator());
  }

  /** Tells the person something that no model says. */
  private void tell(String text) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("(" + text + ")");
    err.flush();
  }

  private void print(String text) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(text);
    out.flush();
  }
}
