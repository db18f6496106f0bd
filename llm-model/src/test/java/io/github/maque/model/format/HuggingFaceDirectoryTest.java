package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.ParameterShape;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceDirectoryTest {
  private static final DecoderConfig LLAMA =
      DecoderConfig.builder()
          .vocabularySize(300)
          .vocabularyMultiple(64)
          .contextLength(32)
          .layers(2)
          .width(24)
          .heads(4)
          .headSize(10)
          .keyValueHeads(2)
          .feedForwardWidth(40)
          .dropout(0.1)
          .build();

  @TempDir private Path directory;

  @Test
  void everyDecoderComesBackAsItWas() throws IOException {
    RandomConfigs configs = new RandomConfigs(31);
    for (int i = 0; i < 40; i++) {
      DecoderConfig config = i % 2 == 0 ? configs.exportable() : configs.any();
      MemoryTensors weights = weights(config, i);
      Path path = directory.resolve("model-" + i);
      HuggingFaceExport.builder(config, weights)
          .maxShardBytes(i % 3 == 0 ? 10_000 : 1 << 20)
          .build()
          .write(path);
      assertThat(Files.exists(path.resolve("model.safetensors"))).isEqualTo(i % 3 != 0);
      try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
        assertThat(model.config()).isEqualTo(config);
        assertThat(model.weights().names()).containsExactlyElementsOf(weights.names());
        for (String name : weights.names()) {
          assertThat(model.weights().shape(name)).isEqualTo(weights.shape(name));
          assertThat(MemoryTensors.all(model.weights(), name))
              .isEqualTo(withoutPadding(config, name, weights.values(name)));
        }
      }
    }
  }

  @Test
  void partsOfAPaddedEmbeddingCanBeRead() throws IOException {
    MemoryTensors weights = weights(LLAMA, 1);
    Path path = directory.resolve("model");
    HuggingFaceExport.builder(LLAMA, weights).build().write(path);
    String name = "model.embed_tokens.weight";
    float[] expected = withoutPadding(LLAMA, name, weights.values(name));
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
      for (int from : new int[] {0, 299 * 24 + 20, 300 * 24, 319 * 24}) {
        FloatBuffer part = FloatBuffer.allocate(30);
        part.position(2).limit(26);
        model.weights().read(name, from, part);
        assertThat(part.position()).isEqualTo(26);
        assertThat(Arrays.copyOfRange(part.array(), 2, 26))
            .isEqualTo(Arrays.copyOfRange(expected, from, from + 24));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.weights().read(name, 320 * 24 - 1, FloatBuffer.allocate(2)))
          .withMessageContaining(
              "2 numbers from 7679 on are not all within tensor model.embed_tokens");
    }
  }

  @Test
  void tokenizerChatTemplateAndOptionsAreThereToo() throws IOException {
    BpeTokenizer tokenizer = tokenizer("<|im_start|>", "<|im_end|>");
    GenerationOptions options =
        GenerationOptions.builder()
            .temperature(0.75)
            .topK(40)
            .topP(0.9)
            .minP(0.05)
            .repetitionPenalty(1.1)
            .noRepeatNgram(4)
            .maxNewTokens(77)
            .stopStrings(List.of("\n\n"))
            .stopIds(5)
            .build();
    Path path = directory.resolve("model");
    HuggingFaceExport.builder(LLAMA, weights(LLAMA, 2))
        .tokenizer(tokenizer)
        .chatTemplate(ChatTemplate.chatMl())
        .generationOptions(options)
        .build()
        .write(path);

    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
      String text = "从前有一只小麻雀。A sparrow.";
      assertThat(model.tokenizer().encode(text)).isEqualTo(tokenizer.encode(text));
      assertThat(model.tokenizerConfig().chatTemplate()).contains(ChatTemplate.chatMl().jinja());
      assertThat(model.tokenizerConfig().maxLength()).hasValue(32);
      int end = tokenizer.specialTokens().ids().get("<|im_end|>");
      int eos = tokenizer.specialTokens().eos().getAsInt();
      assertThat(model.generationOptions())
          .isEqualTo(options.toBuilder().stopIds(end, eos).build());
      assertThat(
              ChatTemplate.chatMl()
                  .encodePrompt(model.tokenizer(), List.of(ChatMessage.user("讲个故事")))
                  .ids())
          .isNotEmpty();
    }
    JsonObject config = json(path.resolve("config.json"));
    int end = tokenizer.specialTokens().ids().get("<|im_end|>");
    int eos = tokenizer.specialTokens().eos().getAsInt();
    assertThat(config.get("eos_token_id")).hasToString("[5," + end + "," + eos + "]");
    assertThat(config.get("bos_token_id").isJsonNull()).isTrue();
  }

  @Test
  void greedyOptionsAreGreedyAgain() throws IOException {
    GenerationOptions options = GenerationOptions.builder().greedy().maxNewTokens(3).build();
    Path path = directory.resolve("model");
    HuggingFaceExport.builder(LLAMA, weights(LLAMA, 2))
        .generationOptions(options)
        .build()
        .write(path);
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
      assertThat(model.generationOptions()).isEqualTo(options);
    }
  }

  @Test
  void fieldsOfGenerationAreThoseOfTheFile() throws IOException {
    Path path = written();
    assertThat(fields(path)).isEmpty();
    Path file = path.resolve("generation_config.json");
    Files.writeString(file, "{\"max_new_tokens\": 5, \"top_k\": null, \"num_beams\": 1}");
    assertThat(fields(path)).containsExactly("max_new_tokens");
    assertThat(options(path).maxNewTokens()).isEqualTo(5);
    Files.delete(file);
    assertThat(fields(path)).isEmpty();
  }

  @Test
  void onlyTheFieldsOfGenerationThatAreAskedForAreWritten() throws IOException {
    GenerationOptions options =
        GenerationOptions.builder().greedy().maxNewTokens(5).repetitionPenalty(2).build();
    HuggingFaceExport.Builder builder = HuggingFaceExport.builder(LLAMA, weights(LLAMA, 2));
    Path path = directory.resolve("model");
    builder.generationOptions(options, Set.of("max_new_tokens", "top_k")).build().write(path);
    assertThat(json(path.resolve("generation_config.json")).keySet())
        .containsExactlyInAnyOrder(
            "bos_token_id", "eos_token_id", "pad_token_id", "max_new_tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.generationOptions(options, Set.of("beams")).build())
        .withMessageContaining("fields must be among")
        .withMessageContaining("[beams]");
  }

  @Test
  void anExportStaysAsItWasBuilt() throws IOException {
    HuggingFaceExport.Builder builder = HuggingFaceExport.builder(LLAMA, weights(LLAMA, 2));
    HuggingFaceExport export = builder.build();
    builder.type(WeightType.FLOAT16).maxShardBytes(1);
    Path path = directory.resolve("model");
    export.write(path);
    try (SafetensorsFile file = SafetensorsFile.open(path.resolve("model.safetensors"))) {
      assertThat(file.type("model.norm.weight")).isEqualTo("F32");
    }
  }

  @Test
  void theDirectoryMayBeNamedInAnyWay() throws IOException {
    HuggingFaceExport export = HuggingFaceExport.builder(LLAMA, weights(LLAMA, 2)).build();
    Path here = Files.createDirectory(directory.resolve("here"));
    export.write(here.resolve("."));
    export.write(directory.resolve("missing").resolve("..").resolve("there"));
    try (Stream<Path> entries = Files.list(directory)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrder("here", "there");
    }
    assertThat(here.resolve("config.json")).exists();
  }

  @Test
  void tokensThatPlayAPartMustBeThere() throws IOException {
    BpeTokenizer tokenizer = tokenizer();
    for (TokenizerConfig config :
        List.of(
            TokenizerConfig.builder().bosToken("<gone>").build(),
            TokenizerConfig.builder().eosToken("<gone>").build(),
            TokenizerConfig.builder().padToken("<gone>").build())) {
      HuggingFaceExport.Builder builder =
          HuggingFaceExport.builder(LLAMA, weights(LLAMA, 2)).tokenizer(tokenizer, config);
      assertThatIllegalArgumentException()
          .isThrownBy(builder::build)
          .withMessage("tokenizerConfig names the token \"<gone>\", which is not there");
    }
  }

  @Test
  void samplingKeepsTheFiftyMostLikelyTokensUnlessTheFileSaysOtherwise() throws IOException {
    Path path = written();
    Path file = path.resolve("generation_config.json");
    Files.writeString(file, "{\"do_sample\": true, \"eos_token_id\": 9, \"num_beams\": 1}");
    assertThat(options(path).topK()).isEqualTo(50);
    assertThat(options(path).stopIds()).containsExactly(9);
    Files.writeString(file, "{\"do_sample\": true, \"top_k\": 0, \"temperature\": 0.5}");
    assertThat(options(path).topK()).isZero();
    assertThat(options(path).temperature()).isEqualTo(0.5);
    Files.writeString(file, "{\"temperature\": 0.5, \"do_sample\": true, \"top_p\": 0}");
    assertThatThrownBy(() -> options(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("topP must be above 0");
    Files.writeString(file, "{\"eos_token_id\": [1, \"2\"]}");
    assertThatThrownBy(() -> options(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("field eos_token_id: expected a token id or an array of them");
  }

  @Test
  void refusesWhatGoesNowhere() throws IOException {
    MemoryTensors weights = weights(LLAMA, 3);
    HuggingFaceExport.Builder builder = HuggingFaceExport.builder(LLAMA, weights);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.chatTemplate(ChatTemplate.chatMl()).build())
        .withMessage("chatTemplate needs a tokenizer, and there is none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.tokenizer(tokenizer("<x>")).build())
        .withMessageContaining("<|im_start|>");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HuggingFaceExport.builder(LLAMA, weights).maxShardBytes(0).build())
        .withMessage("maxShardBytes must be at least 1, got 0");
    DecoderConfig small = LLAMA.toBuilder().vocabularySize(250).vocabularyMultiple(320).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HuggingFaceExport.builder(small, weights).tokenizer(tokenizer()).build())
        .withMessageMatching("tokenizer has \\d+ ids, and the decoder's vocabularySize is 250");
    GenerationOptions options = GenerationOptions.builder().presencePenalty(1).build();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> HuggingFaceExport.builder(LLAMA, weights).generationOptions(options).build())
        .withMessageContaining("presencePenalty must be left as it is");
    DecoderConfig deeper = LLAMA.toBuilder().layers(3).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HuggingFaceExport.builder(deeper, weights).build())
        .withMessageContaining("weights: model.layers.2.input_layernorm.weight")
        .withMessageContaining("it is missing");
    DecoderConfig shallower = LLAMA.toBuilder().layers(1).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HuggingFaceExport.builder(shallower, weights).build())
        .withMessageContaining("model.layers.1.input_layernorm.weight: the configuration has no");
    DecoderConfig wider = LLAMA.toBuilder().feedForwardWidth(41).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HuggingFaceExport.builder(wider, weights).build())
        .withMessageContaining("needs the shape [41, 24], but it has [40, 24]");
  }

  @Test
  void replacesNothing() throws IOException {
    HuggingFaceExport export = HuggingFaceExport.builder(LLAMA, weights(LLAMA, 4)).build();
    Path full = Files.createDirectory(directory.resolve("full"));
    Path precious = Files.writeString(full.resolve("precious.txt"), "mine");
    assertThatThrownBy(() -> export.write(full))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("the directory is not empty");
    assertThatThrownBy(() -> export.write(precious))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("it is no directory");
    assertThat(precious).hasContent("mine");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    export.write(empty);
    assertThat(empty.resolve("config.json")).exists();
    export.write(directory.resolve("new/deep/model"));
    assertThat(directory.resolve("new/deep/model/model.safetensors")).exists();
  }

  @Test
  void aFailureLeavesNothing() throws IOException {
    MemoryTensors weights = weights(LLAMA, 5);
    weights.values("model.norm.weight")[7] = 1e6f;
    HuggingFaceExport export =
        HuggingFaceExport.builder(LLAMA, weights)
            .type(WeightType.FLOAT16)
            .maxShardBytes(5000)
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> export.write(directory.resolve("model")))
        .withMessageContaining("number 7 of model.norm.weight");
    try (Stream<Path> entries = Files.list(directory)) {
      assertThat(entries).isEmpty();
    }
  }

  @Test
  void tiedHeadsMayBeThereIfTheyAreTheEmbedding() throws IOException {
    Path path = written();
    MemoryTensors weights = cropped(LLAMA, weights(LLAMA, 6));
    float[] head = weights.values("model.embed_tokens.weight").clone();
    weights.put("lm_head.weight", List.of(300L, 24L), head);
    weights.put("model.layers.0.self_attn.rotary_emb.inv_freq", List.of(1L), 1f);
    Path file = path.resolve("model.safetensors");
    SafetensorsFile.write(file, weights, WeightType.FLOAT32);
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
      assertThat(model.weights().names()).doesNotContain("lm_head.weight");
    }
    head[5000] += 1;
    SafetensorsFile.write(file, weights, WeightType.FLOAT32);
    assertThatThrownBy(() -> HuggingFaceDirectory.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("tensor lm_head.weight: the embeddings are tied");
  }

  @Test
  void namesTheTensorThatIsNotAsConfigured() throws IOException {
    Path path = written();
    Path file = path.resolve("model.safetensors");
    MemoryTensors more = cropped(LLAMA, weights(LLAMA, 6)).put("model.extra", List.of(1L), 1f);
    SafetensorsFile.write(file, more, WeightType.FLOAT32);
    assertThatThrownBy(() -> HuggingFaceDirectory.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("tensor model.extra: the configuration has no such parameter");
    SafetensorsFile.write(file, new MemoryTensors(), WeightType.FLOAT32);
    assertThatThrownBy(() -> HuggingFaceDirectory.open(path))
        .hasMessageContaining("tensor model.embed_tokens.weight: the configuration needs it");
    SafetensorsFile.write(file, weights(LLAMA, 6), WeightType.FLOAT32);
    assertThatThrownBy(() -> HuggingFaceDirectory.open(path))
        .hasMessageContaining("needs the shape [300, 24], but it has [320, 24]");
  }

  @Test
  void saysWhichFileIsMissing() throws IOException {
    assertThatThrownBy(() -> HuggingFaceDirectory.open(directory))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("config.json");
    Path path = written();
    Files.move(path.resolve("model.safetensors"), path.resolve("pytorch_model.bin"));
    assertThatThrownBy(() -> HuggingFaceDirectory.open(path))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining("neither model.safetensors nor model.safetensors.index.json")
        .hasMessageContaining("only pickled weights");
  }

  private Path written() throws IOException {
    Path path = directory.resolve("model");
    HuggingFaceExport.builder(LLAMA, weights(LLAMA, 6)).build().write(path);
    return path;
  }

  private static Set<String> fields(Path path) throws IOException {
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
      return model.generationFields();
    }
  }

  private static GenerationOptions options(Path path) throws IOException {
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(path)) {
      return model.generationOptions();
    }
  }

  private static BpeTokenizer tokenizer(String... specialTokens) throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(290)
        .preTokenizer(PreTokenPattern.CHINESE)
        .specialTokens(specialTokens)
        .eos("<|endoftext|>")
        .train(TextSource.of(List.of("从前有一只小麻雀。", "The sparrow sang to the sparrow.")))
        .tokenizer();
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static MemoryTensors weights(DecoderConfig config, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryTensors weights = new MemoryTensors();
    for (ParameterShape parameter : config.parameterShapes()) {
      weights.putRandom(random, parameter.name(), parameter.shape());
    }
    return weights;
  }

  /** What a file holds: no rows that only pad the vocabulary. */
  private static MemoryTensors cropped(DecoderConfig config, MemoryTensors weights) {
    MemoryTensors cropped = new MemoryTensors();
    for (ParameterShape parameter : config.parameterShapes()) {
      long[] shape = parameter.shape();
      float[] values = weights.values(parameter.name());
      if (padded(parameter.name())) {
        shape[0] = config.vocabularySize();
        values = Arrays.copyOf(values, config.vocabularySize() * config.width());
      }
      cropped.put(parameter.name(), Arrays.stream(shape).boxed().toList(), values);
    }
    return cropped;
  }

  private static float[] withoutPadding(DecoderConfig config, String name, float[] values) {
    float[] expected = values.clone();
    if (padded(name)) {
      Arrays.fill(expected, config.vocabularySize() * config.width(), expected.length, 0f);
    }
    return expected;
  }

  private static boolean padded(String name) {
    return name.equals("model.embed_tokens.weight") || name.equals("lm_head.weight");
  }
}
