package io.github.maque.examples.starters;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.align.sft.FineTuning;
import io.github.maque.align.sft.FineTuningData;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.source.RecordSource;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.optimizer.AdamW;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens a checkpoint in Hugging Face's layout, teaches it a few dialogues by a LoRA adapter, saves
 * the adapter as PEFT reads it, merges it into the weights, and asks the same question before and
 * after.
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.LoraOnCheckpoint [MODEL DIALOGUES ADAPTER QUESTION]
 * }</pre>
 *
 * <p>{@code MODEL} is a directory with {@code config.json}, weights and a tokenizer that has the
 * tokens of ChatML, {@code DIALOGUES} a file of JSON lines such as {@code
 * {"messages":[{"role":"user","content":"…"},{"role":"assistant","content":"…"}]}} or Alpaca's, and
 * the adapter comes into {@code ADAPTER}. Without arguments it makes a model that has seen stories
 * and no dialogue.
 */
public final class LoraOnCheckpoint {
  /** What the model is taught if there are no arguments. */
  static final List<Dialogue> DIALOGUES =
      List.of(
          Dialogue.of("你是谁？", "我是一只小麻雀。"),
          Dialogue.of("你住在哪里？", "我住在老槐树上。"),
          Dialogue.of("你喜欢做什么？", "我喜欢给朋友们讲故事。"));

  private static final ChatTemplate TEMPLATE = ChatTemplate.chatMl();
  private static final int LENGTH = 128;

  private LoraOnCheckpoint() {}

  /** Takes a model, dialogues, a directory for the adapter and a question. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments.length == 4) {
      Path adapter = Path.of(arguments[2]);
      run(Path.of(arguments[0]), Path.of(arguments[1]), adapter, 3, arguments[3], out);
      return;
    }
    Path directory = Files.createTempDirectory("lora");
    Path dialogues = directory.resolve("dialogues.jsonl");
    Files.write(dialogues, DIALOGUES.stream().map(Dialogue::toJson).toList());
    Path model = MadeUpData.storyteller(directory, 60);
    run(model, dialogues, directory.resolve("adapter"), 100, "你是谁？", out);
  }

  /** Asks, teaches, saves and asks again. */
  static void run(
      Path model,
      Path dialogues,
      Path adapterDirectory,
      int passes,
      String question,
      PrintStream out)
      throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        HuggingFaceDirectory files = HuggingFaceDirectory.open(model)) {
      Decoder decoder = files.decoder(manager, Precision.AUTO);
      Tokenizer tokenizer = files.tokenizer();
      out.println("before: " + answer(decoder, tokenizer, question));

      LoraConfig config = LoraConfig.defaults().withRank(16).withAlpha(32);
      LoraAdapter adapter = LoraAdapter.create(manager, decoder, config, 42);
      out.printf(
          "an adapter of %,d numbers beside %,d%n",
          adapter.parameters(), decoder.config().parameters());
      adapter.attach();
      TrainingResult result = teach(decoder, tokenizer, dialogues, passes);
      var steps = result.history().steps();
      out.printf(
          "loss %.3f → %.3f in %d steps%n",
          steps.get(0).loss(), steps.get(steps.size() - 1).loss(), steps.size());

      adapter.baseModel(model.toString());
      adapter.save(adapterDirectory);
      adapter.merge(); // from here on it costs nothing
      out.println("after:  " + answer(decoder, tokenizer, question));
      out.println("the adapter is in " + adapterDirectory);
    }
  }

  /** Trains whatever of a decoder is not frozen on the answers of dialogues. */
  static TrainingResult teach(Decoder decoder, Tokenizer tokenizer, Path dialogues, int passes)
      throws IOException {
    FineTuningData data =
        FineTuningData.builder(TEMPLATE, tokenizer)
            .dialogues(RecordSource.of(DialogueFormats.dialogues(), dialogues))
            .length(LENGTH)
            .read();
    return Trainer.on(decoder)
        .options(FineTuning.options())
        .optimizer(AdamW.defaults().withLearningRate(1e-2).withWeightDecay(0))
        .tokensPerStep(LENGTH) // a row a step, since there is hardly any data
        .duration(data.passes(passes, LENGTH))
        .data(data.mixture())
        .build()
        .train();
  }

  /** Returns the most likely answer to a question. */
  static String answer(Decoder decoder, Tokenizer tokenizer, String question) {
    try (DecodingSession session = DecodingSession.open(decoder, 1)) {
      GenerationOptions options = GenerationOptions.builder().greedy().maxNewTokens(40).build();
      TextGenerator generator =
          TextGenerator.builder(session, tokenizer).chatTemplate(TEMPLATE).build();
      return generator.chat(List.of(ChatMessage.user(question)), options).text();
    }
  }
}
