package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Initialization;
import io.github.maque.model.Positions;
import io.github.maque.model.RotaryScaling;
import io.github.maque.model.RotaryTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceConfigTest {
  private static final TokenIds NO_IDS = new TokenIds(List.of(), List.of(), List.of());

  /** As Transformers 4 wrote it for Llama 3.2 1B. */
  private static final String LLAMA =
      """
      {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
       "bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009], "head_dim": 64,
       "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02,
       "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false,
       "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 16,
       "num_key_value_heads": 8, "pretraining_tp": 1, "rms_norm_eps": 1e-05,
       "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
         "original_max_position_embeddings": 8192, "rope_type": "llama3"},
       "rope_theta": 500000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
       "transformers_version": "4.45.0.dev0", "use_cache": true, "vocab_size": 128256}
      """;

  /** As Transformers 4 wrote it for Qwen3 0.6B. */
  private static final String QWEN3 =
      """
      {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
       "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu",
       "hidden_size": 1024, "initializer_range": 0.02, "intermediate_size": 3072,
       "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
       "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8,
       "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000,
       "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
       "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false,
       "vocab_size": 151936}
      """;

  /** The least that says what a Mistral is. */
  private static final String MISTRAL =
      """
      {"model_type": "mistral", "vocab_size": 99, "hidden_size": 60, "intermediate_size": 64,
       "max_position_embeddings": 8192, "num_hidden_layers": 2, "num_attention_heads": 8,
       "head_dim": 6}
      """;

  @TempDir private Path directory;

  @Test
  void readsLlama() throws IOException {
    assertThat(read(LLAMA))
        .isEqualTo(
            DecoderConfig.builder()
                .vocabularySize(128_256)
                .vocabularyMultiple(1)
                .contextLength(131_072)
                .layers(16)
                .width(2048)
                .heads(32)
                .headSize(64)
                .keyValueHeads(8)
                .feedForwardWidth(8192)
                .normEpsilon(1e-5)
                .positions(
                    new Positions.Rotary(500_000, 1, new RotaryScaling.Llama3(32, 1, 4, 8192)))
                .tiedEmbeddings(true)
                .build());
  }

  @Test
  void readsQwen3() throws IOException {
    assertThat(read(QWEN3))
        .isEqualTo(
            DecoderConfig.builder()
                .vocabularySize(151_936)
                .vocabularyMultiple(1)
                .contextLength(40_960)
                .layers(28)
                .width(1024)
                .heads(16)
                .headSize(128)
                .keyValueHeads(8)
                .feedForwardWidth(3072)
                .normEpsilon(1e-6)
                .positions(new Positions.Rotary(1e6))
                .queryKeyNorm(true)
                .tiedEmbeddings(true)
                .build());
  }

  @Test
  void whatIsMissingIsAsTransformersHasIt() throws IOException {
    DecoderConfig mistral = read(MISTRAL);
    assertThat(mistral.keyValueHeads()).isEqualTo(8);
    assertThat(mistral.slidingWindow()).isEqualTo(4096);
    assertThat(mistral.normEpsilon()).isEqualTo(1e-6);
    assertThat(mistral.positions()).isEqualTo(new Positions.Rotary(10_000));
    assertThat(mistral.tiedEmbeddings()).isFalse();
    assertThat(readWith(MISTRAL, "\"sliding_window\": null").slidingWindow()).isZero();
    assertThat(readWith(MISTRAL, "\"sliding_window\": 77").slidingWindow()).isEqualTo(77);

    DecoderConfig llama = read(without(LLAMA, "head_dim", "num_key_value_heads"));
    assertThat(llama.headSize()).isEqualTo(64);
    assertThat(llama.keyValueHeads()).isEqualTo(32);
    DecoderConfig qwen3 = read(without(QWEN3, "head_dim", "tie_word_embeddings"));
    assertThat(qwen3.headSize()).isEqualTo(128);
    assertThat(qwen3.tiedEmbeddings()).isFalse();
  }

  @Test
  void biasesComeTogether() throws IOException {
    DecoderConfig llama = readWith(LLAMA, "\"attention_bias\": true, \"mlp_bias\": true");
    assertThat(llama.attentionBias()).isTrue();
    assertThat(llama.attentionOutputBias()).isTrue();
    assertThat(llama.feedForwardBias()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"use_sliding_window\": true                                                    |  0",
        "\"use_sliding_window\": true, \"sliding_window\": 64                            |  0",
        "\"use_sliding_window\": true, \"sliding_window\": 64, \"max_window_layers\": 0  | 64",
        "\"use_sliding_window\": false, \"sliding_window\": 64, \"max_window_layers\": 0 |  0",
        "\"num_hidden_layers\": 2, \"use_sliding_window\": true, \"sliding_window\": 64,"
            + "\"layer_types\": [\"sliding_attention\", \"sliding_attention\"]           | 64",
        "\"num_hidden_layers\": 2, \"use_sliding_window\": true, \"sliding_window\": 64,"
            + "\"layer_types\": [\"full_attention\", \"full_attention\"]                 |  0",
      })
  void windowsOfQwen3(String fields, int window) throws IOException {
    assertThat(readWith(QWEN3, fields).slidingWindow()).isEqualTo(window);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"type\": \"linear\", \"factor\": 4                   | Linear[factor=4.0]",
        "\"rope_type\": \"linear\", \"factor\": 4.0            | Linear[factor=4.0]",
        "\"rope_type\": \"default\"                            | None[]",
        "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 4096 |"
            + " Yarn[factor=4.0, originalContextLength=4096, betaFast=32.0, betaSlow=1.0,"
            + " attentionFactor=1.138629436111989]",
        "\"rope_type\": \"yarn\", \"factor\": 4.0, \"attention_factor\": 0.5, \"beta_fast\": 8,"
            + "\"beta_slow\": 2 | Yarn[factor=4.0, originalContextLength=40960, betaFast=8.0,"
            + " betaSlow=2.0, attentionFactor=0.5]",
        "\"rope_type\": \"yarn\", \"factor\": 4.0, \"mscale\": 2.0, \"mscale_all_dim\": 2.0 |"
            + " Yarn[factor=4.0, originalContextLength=40960, betaFast=32.0, betaSlow=1.0,"
            + " attentionFactor=1.0]",
      })
  void scalingsInOldAndNewSpelling(String fields, String expected) throws IOException {
    String old = "\"rope_theta\": 3.5, \"rope_scaling\": {" + fields + "}";
    String now = "\"rope_parameters\": {\"rope_theta\": 3.5, " + fields + "}";
    for (String spelling : List.of(old, now)) {
      JsonObject json = JsonParser.parseString(QWEN3).getAsJsonObject();
      json.remove("rope_theta");
      json.remove("rope_scaling");
      DecoderConfig config = readWith(json.toString(), spelling);
      Positions.Rotary rotary = (Positions.Rotary) config.positions();
      assertThat(rotary.base()).isEqualTo(3.5);
      assertThat(rotary.scaling()).hasToString(expected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"model_type\": \"gemma3\"                             | field model_type: expected llama,",
        "\"model_type\": 3                                      | field model_type: expected a string",
        "\"architectures\": [\"Qwen3ForSequenceClassification\"] | field architectures: expected Qwen3",
        "\"hidden_act\": \"gelu\"                               | field hidden_act: expected silu",
        "\"quantization_config\": {\"bits\": 4}                 | field quantization_config: this variant",
        "\"auto_map\": {\"AutoModel\": \"x.Y\"}                 | field auto_map: this variant",
        "\"hidden_size\": null                                  | field hidden_size: expected a whole",
        "\"hidden_size\": 1024.0                                | field hidden_size: expected a whole",
        "\"hidden_size\": -1                                    | field hidden_size: expected a whole",
        "\"hidden_size\": 1099511627776                         | field hidden_size: expected a whole",
        "\"hidden_size\": 0                                     | configuration: width",
        "\"num_attention_heads\": 15                            | configuration: ",
        "\"head_dim\": 127                                      | configuration: ",
        "\"rms_norm_eps\": \"small\"                            | field rms_norm_eps: expected a number",
        "\"rms_norm_eps\": 1e999                                | number",
        "\"tie_word_embeddings\": 1                             | field tie_word_embeddings: expected true",
        "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2} | field rope_scaling.type: expected default",
        "\"rope_scaling\": {\"rope_type\": \"longrope\"}        | longrope is not supported",
        "\"rope_scaling\": {\"rope_type\": \"linear\"}          | field rope_scaling.factor: expected a number",
        "\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 0.5} | factor",
        "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 2, \"truncate\": false} | rope_scaling.truncate",
        "\"rope_parameters\": {\"full_attention\": {}}          | field rope_parameters.full_attention: positions",
        "\"partial_rotary_factor\": 0.5                         | field partial_rotary_factor",
        "\"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 3 | windows in some layers",
        "\"layer_types\": [\"full_attention\", \"sliding_attention\"] | field layer_types: expected full",
        "\"layer_types\": \"full_attention\"                    | field layer_types: expected an array",
        "\"maque\": {\"version\": 2}                            | field maque.version: expected 1, found 2",
        "\"maque\": {\"version\": 1}                            | field maque.vocabulary_size: expected",
      })
  void namesWhatItCannotRead(String fields, String problem) {
    assertThatThrownBy(() -> readWith(QWEN3, fields))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(directory.resolve("config.json") + ": ")
        .hasMessageContaining(problem);
  }

  @Test
  void filesThatAreNoConfiguration() {
    for (String text :
        List.of("", "[]", "7", "{", "{\"a\":1,\"a\":1}", "{\"a\":[[[[", "{\"a\":NaN}", "\u0000")) {
      assertThatThrownBy(() -> read(text))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith(directory.resolve("config.json") + ": ");
    }
    String deep = "{\"a\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}";
    assertThatThrownBy(() -> read(deep)).isInstanceOf(ModelFormatException.class);
  }

  @Test
  void everyConfigurationComesBackAsItWas() throws IOException {
    RandomConfigs configs = new RandomConfigs(21);
    for (int i = 0; i < 500; i++) {
      DecoderConfig config = i % 2 == 0 ? configs.exportable() : configs.any();
      JsonObject json = write(config);
      assertThat(read(json.toString())).isEqualTo(config);
    }
    for (String name : DecoderConfig.presetNames()) {
      DecoderConfig preset = DecoderConfig.preset(name);
      assertThat(read(write(preset).toString())).isEqualTo(preset);
    }
  }

  @Test
  void withoutOurFieldsItComputesTheSame() throws IOException {
    RandomConfigs configs = new RandomConfigs(22);
    for (int i = 0; i < 500; i++) {
      DecoderConfig config = configs.exportable();
      DecoderConfig same = read(without(write(config).toString(), "maque"));
      // Scaling in the manner of NTK is another base; a window as long as the context is none.
      RotaryTable table = RotaryTable.of((Positions.Rotary) config.positions(), config.headSize());
      RotaryTable sameTable =
          RotaryTable.of((Positions.Rotary) same.positions(), config.headSize());
      assertThat(sameTable.frequencies()).isEqualTo(table.frequencies());
      assertThat(sameTable.attentionFactor()).isEqualTo(table.attentionFactor());
      assertThat(Math.min(window(same), same.contextLength()))
          .isEqualTo(Math.min(window(config), config.contextLength()));
      assertThat(same)
          .isEqualTo(
              config.toBuilder()
                  .vocabularyMultiple(1)
                  .positions(same.positions())
                  .slidingWindow(same.slidingWindow())
                  .dropout(0)
                  .initialization(
                      new Initialization(0, config.initialization().standardDeviation(), true))
                  .build());
    }
  }

  @Test
  void whatAnotherProgramChangedCounts() throws IOException {
    DecoderConfig config =
        DecoderConfig.preset("llama-15m").toBuilder().dropout(0.25).vocabularyMultiple(64).build();
    JsonObject json = write(config);
    json.remove("rope_scaling");
    json.remove("rope_theta");
    json.addProperty("transformers_version", "5.18.0");
    assertThat(read(json.toString())).isEqualTo(config);

    json.addProperty("vocab_size", 32_001);
    DecoderConfig resized = read(json.toString());
    assertThat(resized.vocabularySize()).isEqualTo(32_001);
    assertThat(resized.paddedVocabularySize()).isEqualTo(32_001);
    assertThat(resized.dropout()).isZero();
  }

  @Test
  void ourOwnFieldsAreCheckedToo() {
    DecoderConfig config = DecoderConfig.preset("gpt2-124m");
    JsonObject json = write(config);
    assertThat(json.get("model_type").getAsString()).isEqualTo("maque");
    assertThat(json.get("architectures")).hasToString("[\"MaqueForCausalLM\"]");
    JsonObject own = json.getAsJsonObject("maque");
    for (String field : own.keySet()) {
      JsonObject changed = json.deepCopy();
      changed.getAsJsonObject("maque").add(field, JsonNull.INSTANCE);
      assertThatThrownBy(() -> read(changed.toString()))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("field maque." + field + ": expected");
    }
    own.addProperty("moon_phase", 3);
    assertThatThrownBy(() -> read(json.toString()))
        .hasMessageContaining("field maque.moon_phase: the field is unknown");
    own.remove("moon_phase");
    own.getAsJsonObject("positions").addProperty("kind", "astral");
    assertThatThrownBy(() -> read(json.toString()))
        .hasMessageContaining("field maque.positions.kind: expected rotary, learned or none");
    own.addProperty("norm", "RMS_NORM");
    assertThatThrownBy(() -> read(json.toString())).hasMessageContaining("field maque.norm");
  }

  private static JsonObject write(DecoderConfig config) {
    return HuggingFaceConfig.write(config, WeightType.FLOAT32, NO_IDS);
  }

  private static int window(DecoderConfig config) {
    return config.slidingWindow() == 0 ? Integer.MAX_VALUE : config.slidingWindow();
  }

  /** Reads a configuration in which the given fields take the place of its own. */
  private DecoderConfig readWith(String json, String fields) throws IOException {
    String text = json.strip();
    JsonObject names =
        JsonParser.parseString("{" + fields.replace("1e999", "1") + "}").getAsJsonObject();
    String rest = without(text, names.keySet().toArray(new String[0]));
    return read("{" + fields + "," + rest.substring(1));
  }

  private static String without(String json, String... names) {
    JsonObject object = JsonParser.parseString(json).getAsJsonObject();
    for (String name : names) {
      object.remove(name);
    }
    return object.toString();
  }

  private DecoderConfig read(String json) throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), json);
    return HuggingFaceConfig.read(Json.read(file, 1 << 20));
  }
}
