package io.github.maque.examples.starters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.kernel.Precision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraOnCheckpointTest {
  @TempDir private Path directory;

  @Test
  void whatIsSavedAnswersAsTheMergedModelDid() throws IOException {
    Path model = MadeUpData.storyteller(directory, 20);
    Path dialogues = directory.resolve("dialogues.jsonl");
    Files.write(dialogues, LoraOnCheckpoint.DIALOGUES.stream().map(Dialogue::toJson).toList());
    Path adapter = directory.resolve("adapter");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    LoraOnCheckpoint.run(
        model,
        dialogues,
        adapter,
        90,
        "你住在哪里？",
        new PrintStream(printed, true, StandardCharsets.UTF_8));

    List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).first().asString().startsWith("before: ").doesNotContain("老槐树");
    assertThat(lines).contains("after:  我住在老槐树上。");
    assertThat(adapter.resolve("adapter_model.safetensors")).isNotEmptyFile();
    assertThat(adapter.resolve("adapter_config.json")).content().contains("\"peft_type\"", "LORA");

    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        HuggingFaceDirectory files = HuggingFaceDirectory.open(model)) {
      Decoder decoder = files.decoder(manager, Precision.FLOAT32);
      DecoderInput input = DecoderInput.of(manager, new int[][] {{3, 14, 15, 92, 65, 35}});
      LoraAdapter loaded = LoraAdapter.load(manager, decoder, adapter);
      float[] base = decoder.logits(manager, input).toFloatArray();
      loaded.attach();
      assertThat(LoraOnCheckpoint.answer(decoder, files.tokenizer(), "你住在哪里？"))
          .isEqualTo("我住在老槐树上。");
      float[] attached = decoder.logits(manager, input).toFloatArray();
      loaded.merge();
      float[] merged = decoder.logits(manager, input).toFloatArray();
      assertThat(merged).containsExactly(attached, within(1e-4f));
      assertThat(merged[0]).isNotCloseTo(base[0], within(1e-2f));
    }
  }
}
