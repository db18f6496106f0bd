package io.github.maque.align.sft;

import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Conversations in files, and a small byte-level tokenizer for them. */
final class TestDialogues {
  static final String EOS = "<|endoftext|>";

  /** EOS is also what pads. */
  static final Tokenizer TOKENIZER = tokenizer();

  private TestDialogues() {}

  private static Tokenizer tokenizer() {
    try {
      return BpeTrainer.byteLevel()
          .vocabularySize(280)
          .specialTokens("<|im_start|>", "<|im_end|>", EOS)
          .eos(EOS)
          .pad(EOS)
          .threads(1)
          .train(TextSource.of(List.of("从前有一只麻雀。麻雀会飞。", "the sparrow sings the song")))
          .tokenizer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a dialogue of questions and answers in turn. */
  static Dialogue of(String... turns) {
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < turns.length; i++) {
      messages.add(i % 2 == 0 ? ChatMessage.user(turns[i]) : ChatMessage.assistant(turns[i]));
    }
    return new Dialogue(messages);
  }

  /** Returns dialogues of one to three turns and various lengths, no question twice. */
  static List<Dialogue> random(int count, long seed) {
    Random random = new Random(seed);
    List<Dialogue> dialogues = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String[] turns = new String[2 * (1 + random.nextInt(3))];
      for (int t = 0; t < turns.length; t++) {
        turns[t] = "雀".repeat(random.nextInt(3)) + "a".repeat(1 + random.nextInt(9)) + seed;
      }
      turns[0] += " " + i;
      dialogues.add(of(turns));
    }
    return dialogues;
  }

  static RecordSource<Dialogue> source(Path... files) throws IOException {
    return RecordSource.of(DialogueFormats.dialogues(), files);
  }

  static Path write(Path file, List<Dialogue> dialogues) throws IOException {
    return Files.writeString(
        file, dialogues.stream().map(Dialogue::toJson).collect(Collectors.joining("\n")));
  }
}
