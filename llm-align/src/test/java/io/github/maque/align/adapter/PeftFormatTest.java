package io.github.maque.align.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.ModelFormatException;
import io.github.maque.model.format.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftFormatTest {
  @TempDir private Path directory;
  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TinyDecoders.create(manager);

  @AfterEach
  void close() {
    manager.close();
  }

  private LoraAdapter save(LoraConfig config) throws IOException {
    LoraAdapter adapter = TinyDecoders.trained(LoraAdapter.create(manager, decoder, config, 3));
    adapter.save(directory);
    return adapter;
  }

  @ParameterizedTest
  @CsvSource({"8, 16, 0, false", "3, 0.7, 0.25, true"})
  void whatIsSavedIsLoaded(int rank, double alpha, double dropout, boolean rsLora)
      throws IOException {
    LoraConfig config = new LoraConfig(rank, alpha, dropout, List.of("q_proj", "up_proj"), rsLora);
    LoraAdapter saved = save(config);
    saved.attach();
    float[] expected = TinyDecoders.logits(decoder);
    saved.detach();
    LoraAdapter loaded = LoraAdapter.load(manager, decoder, directory);
    assertThat(loaded.config()).isEqualTo(config);
    loaded.attach();
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(expected);
  }

  @Test
  void filesAreThoseOfPeft() throws IOException {
    save(LoraConfig.defaults().withTargets("q_proj", "down_proj"));
    JsonObject json = json();
    assertThat(json.get("peft_type").getAsString()).isEqualTo("LORA");
    assertThat(json.get("task_type").getAsString()).isEqualTo("CAUSAL_LM");
    assertThat(json.get("r").getAsString()).isEqualTo("8");
    assertThat(json.get("lora_alpha").getAsString()).isEqualTo("16");
    assertThat(json.get("bias").getAsString()).isEqualTo("none");
    assertThat(json.get("target_modules"))
        .isEqualTo(JsonParser.parseString("[\"q_proj\", \"down_proj\"]"));
    try (SafetensorsFile file =
        SafetensorsFile.open(directory.resolve("adapter_model.safetensors"))) {
      String query = "base_model.model.model.layers.0.self_attn.q_proj.";
      assertThat(file.names())
          .hasSize(8)
          .contains(query + "lora_A.weight", query + "lora_B.weight")
          .contains("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight");
      assertThat(file.shape(query + "lora_A.weight")).containsExactly(8, 16);
      assertThat(file.shape(query + "lora_B.weight")).containsExactly(16, 8);
    }
  }

  /** PEFT holds patterns against more than projections: names are what both understand alike. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".*_proj | q_proj k_proj v_proj o_proj gate_proj up_proj down_proj",
        ".*mlp.* | gate_proj up_proj down_proj",
        ".*0.*[qk]_proj | model.layers.0.self_attn.q_proj model.layers.0.self_attn.k_proj",
        "1.mlp.up_proj | model.layers.1.mlp.up_proj"
      })
  void targetsAreNames(String target, String names) throws IOException {
    LoraAdapter saved = save(LoraConfig.defaults().withTargets(target));
    assertThat(json().getAsJsonArray("target_modules"))
        .extracting(JsonElement::getAsString)
        .containsExactly(names.split(" "));
    assertThat(LoraAdapter.load(manager, decoder, directory).updates().byProjection().keySet())
        .isEqualTo(saved.updates().byProjection().keySet());
  }

  @Test
  void expressionsOfPeftAreOfWholeNames() throws IOException {
    LoraAdapter saved = save(LoraConfig.defaults());
    for (String all :
        List.of("all-linear", "All-Linear", ".*(self_attn|mlp).*", "model\\.layers\\.\\d.*proj")) {
      JsonObject json = json();
      json.addProperty("target_modules", all);
      write(json);
      assertThat(LoraAdapter.load(manager, decoder, directory).updates().byProjection().keySet())
          .isEqualTo(saved.updates().byProjection().keySet());
    }
  }

  @Test
  void theBaseModelIsWrittenIfItIsKnown() throws IOException {
    LoraAdapter adapter = save(LoraConfig.defaults());
    assertThat(json().get("base_model_name_or_path").isJsonNull()).isTrue();
    assertThat(LoraAdapter.load(manager, decoder, directory).baseModel()).isEmpty();
    adapter.baseModel("somebody/model");
    adapter.save(directory);
    assertThat(json().get("base_model_name_or_path").getAsString()).isEqualTo("somebody/model");
    LoraAdapter loaded = LoraAdapter.load(manager, decoder, directory);
    assertThat(loaded.baseModel()).contains("somebody/model");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loaded.baseModel(" "))
        .withMessage("baseModel must be a name or a path, got \" \"");
  }

  /** What a newer PEFT may add is of no concern where it is not made use of. */
  @Test
  void fieldsThatSayNothingAreNoMatter() throws IOException {
    save(LoraConfig.defaults());
    JsonObject json = json();
    json.add("some_config", null);
    json.addProperty("use_something", false);
    json.add("some_pattern", new JsonObject());
    json.add("some_list", new JsonArray());
    json.addProperty("peft_version", "9.9");
    json.addProperty("base_model_name_or_path", "somebody/model");
    json.addProperty("init_lora_weights", "gaussian");
    write(json);
    assertThat(LoraAdapter.load(manager, decoder, directory).config().scale()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bias: 'all'",
        "use_dora: true",
        "rank_pattern: {'q_proj': 4}",
        "alpha_pattern: {'q_proj': 4}",
        "modules_to_save: ['lm_head']",
        "layers_to_transform: [0]",
        "exclude_modules: 'k_proj'",
        "fan_in_fan_out: true",
        "lora_bias: true",
        "trainable_token_indices: [1, 2]",
        "not_yet_thought_of: 1",
        "peft_type: 'IA3'",
        "peft_type: null",
        "task_type: 'SEQ_CLS'",
        "init_lora_weights: 'pissa_niter_4'",
        "init_lora_weights: 'OLoRA'",
        "init_lora_weights: 'lora_ga'",
        "r: 'eight'",
        "r: 1.5",
        "r: 1e12",
        "lora_alpha: null",
        "use_rslora: 'yes'",
        "target_modules: null",
        "target_modules: []",
        "target_modules: [1]",
        "target_modules: ['c_attn']",
        "target_modules: ['.*_proj']",
        "target_modules: 'q_proj'",
        "target_modules: 'layers.0.self_attn.q_proj'"
      })
  void whatMeansSomethingElseIsRefusedByName(String field) throws IOException {
    save(LoraConfig.defaults());
    JsonObject json = json();
    JsonParser.parseString("{" + field + "}").getAsJsonObject().asMap().forEach(json::add);
    write(json);
    assertThatThrownBy(() -> LoraAdapter.load(manager, decoder, directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("adapter_config.json")
        .hasMessageContaining("field " + field.substring(0, field.indexOf(':')));
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    save(LoraConfig.defaults());
    Path config = directory.resolve("adapter_config.json");
    for (String text : List.of("", "[1]", "{\"r\": 8", "nonsense")) {
      Files.writeString(config, text);
      assertThatThrownBy(() -> LoraAdapter.load(manager, decoder, directory))
          .as(text)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("adapter_config.json");
    }
    save(LoraConfig.defaults());
    JsonObject json = json();
    json.addProperty("r", 4);
    write(json);
    assertThatThrownBy(() -> LoraAdapter.load(manager, decoder, directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("q_proj.lora_A.weight: expected the shape [4, 16], found [8, 16]");
    json.addProperty("r", 8);
    json.add("target_modules", JsonParser.parseString("['q_proj']"));
    write(json);
    assertThatThrownBy(() -> LoraAdapter.load(manager, decoder, directory))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("the configuration has no such projection");
  }

  /** As a checkpoint does: copies are written while training goes on, and come back. */
  @Test
  void aCheckpointHoldsTheAdapterAlone() throws IOException {
    LoraAdapter adapter = save(LoraConfig.defaults().withRank(2));
    adapter.attach();
    float[] before = TinyDecoders.logits(decoder);
    Path checkpoint = Files.createDirectory(directory.resolve("checkpoint"));
    try (NDManager copies = manager.newSubManager()) {
      var copy = adapter.arrays().copy(copies);
      TinyDecoders.trained(adapter);
      adapter.write(copy, checkpoint);
    }
    assertThat(TinyDecoders.logits(decoder)).isNotEqualTo(before);
    adapter.load(checkpoint);
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(before);

    LoraAdapter other =
        LoraAdapter.create(manager, decoder, LoraConfig.defaults().withRank(2).withAlpha(1), 1);
    assertThatThrownBy(() -> other.load(checkpoint))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(
            "expected rank 2 and a scale of 0.5, found rank 2 and a scale of 8.0");
    adapter.merge();
    assertThatIllegalStateException().isThrownBy(() -> adapter.load(checkpoint));
  }

  private JsonObject json() throws IOException {
    return JsonParser.parseString(Files.readString(directory.resolve("adapter_config.json")))
        .getAsJsonObject();
  }

  private void write(JsonObject json) throws IOException {
    Files.writeString(directory.resolve("adapter_config.json"), json.toString());
  }
}
