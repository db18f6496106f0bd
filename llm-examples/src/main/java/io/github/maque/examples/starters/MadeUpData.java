package io.github.maque.examples.starters;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.sft.FineTuning;
import io.github.maque.align.sft.FineTuningData;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.pack.Sequences;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.tinystories.StoryCorpus;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.train.HuggingFaceFormat;
import io.github.maque.train.Trainer;
import io.github.maque.train.optimizer.Muon;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What the examples run on when they are given nothing. Whoever copies one of them puts texts,
 * files or models of their own in the place of what is called here.
 */
final class MadeUpData {
  private MadeUpData() {}

  /** Returns stories to learn from. */
  static List<String> stories(int count) {
    return stories(0, count);
  }

  /** Returns stories of which none is among those to learn from. */
  static List<String> heldOutStories(int count) {
    return stories(StoryCorpus.FIRST_HELD_OUT, count);
  }

  private static List<String> stories(long from, int count) {
    StoryCorpus corpus = StoryCorpus.of(42);
    return LongStream.range(from, from + count).mapToObj(i -> corpus.story(i).text()).toList();
  }

  /** Returns a tokenizer learnt from texts, with the tokens of ChatML. */
  static Tokenizer tokenizer(List<String> texts, int vocabularySize) throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(vocabularySize)
        .preTokenizer(PreTokenPattern.CHINESE)
        .specialTokens("<|im_start|>", "<|im_end|>")
        .eos("<|endoftext|>")
        .train(TextSource.of(texts))
        .tokenizer();
  }

  /**
   * Makes a model that has seen stories for so many steps and no dialogue, and returns its
   * directory.
   */
  static Path storyteller(Path directory, int steps) throws IOException {
    List<String> stories = stories(300);
    Tokenizer tokenizer = tokenizer(stories, 1000);
    Sequences rows = PretrainInTwentyLines.inMemory(stories, tokenizer, 128);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      DecoderConfig shape = DecoderConfig.scaled(1, tokenizer.vocabularySize());
      return Trainer.on(Decoder.create(manager, shape, Precision.AUTO))
          .data(rows)
          .tokenizer(tokenizer)
          .duration(Amount.ofSteps(steps))
          .tokensPerStep(8L * rows.length())
          .rowsPerMicroBatch(8)
          .optimizer(Muon.defaults().withLearningRate(0.02))
          .directory(directory.resolve("run"))
          .build()
          .train()
          .lastCheckpoint()
          .orElseThrow();
    }
  }

  /**
   * Makes a model that has learnt to remember a name, and nothing else, and returns its directory.
   */
  static Path nameKeeper(Path directory) throws IOException {
    List<String> dialogues =
        Stream.of("小明", "小红", "小刚", "小丽").map(name -> introduction(name).toJson()).toList();
    Path file = Files.write(directory.resolve("dialogues.jsonl"), dialogues);
    Tokenizer tokenizer = tokenizer(dialogues, 400);
    ChatTemplate template = ChatTemplate.chatMl();
    FineTuningData data =
        FineTuningData.builder(template, tokenizer)
            .dialogues(RecordSource.of(DialogueFormats.dialogues(), file))
            .length(128)
            .read();
    long tokensPerStep = 128 * data.sequences().size();
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      DecoderConfig shape = DecoderConfig.scaled(1, tokenizer.vocabularySize());
      Decoder decoder = Decoder.create(manager, shape, Precision.AUTO);
      return Trainer.on(decoder)
          .options(FineTuning.options())
          .optimizer(Muon.defaults().withLearningRate(0.02))
          .tokensPerStep(tokensPerStep)
          .rowsPerMicroBatch((int) data.sequences().size())
          .duration(data.passes(60, tokensPerStep))
          .data(data.mixture())
          .modelFormat(
              HuggingFaceFormat.of(decoder).withTokenizer(tokenizer).withChatTemplate(template))
          .directory(directory.resolve("run"))
          .build()
          .train()
          .lastCheckpoint()
          .orElseThrow();
    }
  }

  private static Dialogue introduction(String name) {
    return new Dialogue(
        List.of(
            ChatMessage.user("我叫" + name + "。"),
            ChatMessage.assistant("你好，" + name + "！"),
            ChatMessage.user("你还记得我叫什么吗？"),
            ChatMessage.assistant("当然，你叫" + name + "。")));
  }
}
