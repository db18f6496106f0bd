package io.github.maque.examples.starters;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.Cancellation;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Talks with a model, which is told again what was said before: so it knows what "it" is. The
 * answer is printed as it comes.
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.MultiTurnChat [MODEL [MESSAGE …]]
 * }</pre>
 *
 * <p>{@code MODEL} is a directory as {@code maque sft} leaves it in {@code checkpoints}, or any
 * other in Hugging Face's layout that chats in ChatML. Without messages they are read from standard
 * input, a line each. Without a model one is made in a few seconds that can do nothing but remember
 * a name.
 */
public final class MultiTurnChat {
  /** How the model's conversations are laid out. */
  private static final ChatTemplate TEMPLATE = ChatTemplate.chatMl();

  private final TextGenerator generator;
  private final Tokenizer tokenizer;
  private final GenerationOptions options;
  private final int mostPromptTokens;
  private final PrintStream out;
  private final List<ChatMessage> history = new ArrayList<>();

  MultiTurnChat(
      DecodingSession session, Tokenizer tokenizer, GenerationOptions options, PrintStream out) {
    generator = TextGenerator.builder(session, tokenizer).chatTemplate(TEMPLATE).build();
    this.tokenizer = tokenizer;
    this.options = options;
    mostPromptTokens = session.contextLength() - options.maxNewTokens();
    this.out = out;
  }

  /** Takes the directory of a model and messages. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path model =
        arguments.length > 0
            ? Path.of(arguments[0])
            : MadeUpData.nameKeeper(Files.createTempDirectory("chat"));
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        HuggingFaceDirectory files = HuggingFaceDirectory.open(model);
        DecodingSession session = DecodingSession.open(files.decoder(manager, Precision.AUTO), 1);
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      int room = Math.min(200, session.contextLength() / 2);
      GenerationOptions options = files.generationOptions().toBuilder().maxNewTokens(room).build();
      MultiTurnChat chat = new MultiTurnChat(session, files.tokenizer(), options, out);
      Stream<String> messages =
          arguments.length > 1 ? Arrays.stream(arguments).skip(1) : input.lines();
      messages
          .filter(message -> !message.isBlank())
          .forEach(
              message -> {
                out.println("> " + message);
                chat.answer(message);
              });
    }
  }

  /** Answers a message, prints the answer as it comes, and remembers both. */
  String answer(String message) {
    history.add(ChatMessage.user(message));
    while (history.size() > 1 && tokens() > mostPromptTokens) {
      history.subList(0, 2).clear(); // the oldest question and its answer
    }
    String text = generator.chat(history, options, out::print, new Cancellation()).text();
    out.println();
    history.add(ChatMessage.assistant(text));
    return text;
  }

  /** Returns what is remembered. */
  List<ChatMessage> history() {
    return List.copyOf(history);
  }

  private int tokens() {
    return TEMPLATE.encodePrompt(tokenizer, history).size();
  }
}
