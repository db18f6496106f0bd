package io.github.maque.data.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.data.source.ErrorTally;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to records, with the places of the bad ones. */
class DialogueSourceTest {
  @TempDir Path directory;

  private final List<Object> read = new ArrayList<>();

  private ErrorTally read(RecordFormat<?> format, Path file) throws IOException {
    return RecordSource.of(format, file).maxErrorRate(1).forEach(read::add);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text.replace('\'', '"'));
  }

  @Test
  void readsLinesOfMixedShapes() throws IOException {
    Path file =
        file(
            "mixed.jsonl",
            """
            {'instruction': 'a', 'input': '', 'output': 'b'}
            {'messages': [{'role': 'user', 'content': 'c'}]}

            {'conversations': [{'from': 'human', 'value': 'c'}, {'from': 'gpt', 'value': 'd'}]}
            {'text': 'e'}
            {'prompt': 'e', 'completion': 'f'}
            """);

    ErrorTally tally = read(DialogueFormats.dialogues(), file);

    assertThat(read)
        .containsExactly(Dialogue.of("a", "b"), Dialogue.of("c", "d"), Dialogue.of("e", "f"));
    assertThat(tally.shown()).hasSize(2);
    assertThat(tally.shown().get(0))
        .endsWith("mixed.jsonl: line 2: messages[0]: the last role must be assistant, got user");
    assertThat(tally.shown().get(1))
        .contains("mixed.jsonl: line 5: the record has the fields [text], expected messages");
  }

  @Test
  void readsArrays() throws IOException {
    Path file =
        file(
            "alpaca.json",
            """
            [
              {
                'instruction': 'a',
                'output': 'b'
              },
              {
                'instruction': 'a',
                'output': ''
              }
            ]
            """);

    ErrorTally tally = read(DialogueFormats.dialogues(), file);

    assertThat(read).containsExactly(Dialogue.of("a", "b"));
    assertThat(tally.shown().toString()).contains("line 6: output must not be blank");
  }

  @Test
  void readsWhatDialoguesAndPreferencesWrite() throws IOException {
    Dialogue dialogue = Dialogue.of("问\n“一”\u2028", "答 \t🐦");
    Preference preference = Preference.of("问", "好", "");

    read(DialogueFormats.dialogues(), Files.writeString(directory.resolve("d"), dialogue.toJson()));
    read(
        DialogueFormats.preferences(),
        Files.writeString(directory.resolve("p"), preference.toJson() + "\n"));

    assertThat(read).containsExactly(dialogue, preference);
  }

  @Test
  void readsStoryBlocks() throws IOException {
    Path file =
        file(
            "stories.txt",
            """
            Words: 船, 慢慢
            Story:

            从前。
            <|endoftext|>
            Title: 船
            Story: 从前。
            <|endoftext|>
            故事：完。
            """
                .replace("\n", "\r\n"));

    ErrorTally tally = read(DialogueFormats.storyBlocks(), file);

    assertThat(read)
        .containsExactly(
            new StoryInstruction(
                List.of(new StoryConstraint(StoryField.WORDS, List.of("船", "慢慢"))), "从前。"),
            new StoryInstruction(List.of(), "完。"));
    assertThat(tally.shown().toString())
        .contains("stories.txt: line 6: there is no field \"Title\"");
  }

  @Test
  void readsStoryRecords() throws IOException {
    Path file = directory.resolve("stories.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          "{\"instruction\":\"写\",\"input\":\"单词：船\",\"output\":\"从前。\"}\n"
              .getBytes(StandardCharsets.UTF_8));
    }

    read(DialogueFormats.storyRecords(), file);

    assertThat(read)
        .containsExactly(
            new StoryInstruction(
                List.of(new StoryConstraint(StoryField.WORDS, List.of("船"))), "从前。"));
  }

  @Test
  void encodesWhileItReads() throws IOException {
    Tokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(300)
            .specialTokens("<|endoftext|>")
            .threads(1)
            .train(TextSource.of(List.of("从前有一只麻雀。")))
            .tokenizer();
    DialogueEncoder encoder = new DialogueEncoder(ChatTemplate.story("<|endoftext|>"), tokenizer);
    Path dialogues = file("d.jsonl", "{'prompt': '飞', 'completion': '飞。'}\n");
    Path preferences =
        file(
            "p.jsonl",
            """
            {'prompt': '飞', 'chosen': '飞。', 'rejected': '落。'}
            {'prompt': '飞', 'chosen': '飞。', 'rejected': '飞。 '}
            """);

    read(encoder.dialogues(Loss.LAST_ANSWER), dialogues);
    ErrorTally tally = read(encoder.preferences(), preferences);

    assertThat(read)
        .containsExactly(
            encoder.encode(Dialogue.of("飞", "飞。"), Loss.LAST_ANSWER),
            encoder.encode(Preference.of("飞", "飞。", "落。")));
    assertThat(tally.shown().toString())
        .contains("p.jsonl: line 2: chosen and rejected come out as the same ids");
  }
}
