package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.generate.GenerationOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConvertTest {
  private static final String TENSOR = "model.layers.0.self_attn.v_proj.weight";

  @TempDir private Path directory;

  @Test
  void roundsNumbersToAnotherType() throws IOException {
    DecoderConfig config = ModelFixture.ownConfig();
    Path model = ModelFixture.write(directory.resolve("model"), config);
    Path out = directory.resolve("out");
    JsonObject figures = convert(model, out, "--type", "bf16", "--json").json();
    assertThat(figures.get("type_before").getAsString()).isEqualTo("f32");
    try (HuggingFaceDirectory converted = HuggingFaceDirectory.open(out)) {
      assertThat(converted.config()).isEqualTo(config);
      float[] exact = ModelFixture.initial(config, TENSOR);
      FloatBuffer numbers = FloatBuffer.allocate(exact.length);
      converted.weights().read(TENSOR, 0, numbers);
      for (int i = 0; i < exact.length; i++) {
        assertThat(numbers.get(i)).isEqualTo(nearestBfloat16(exact[i]));
      }
    }
  }

  /** Of the two neighbours in the upper 16 bits the nearer one, of two as near the even one. */
  private static float nearestBfloat16(float number) {
    int bits = Float.floatToRawIntBits(number);
    float below = Float.intBitsToFloat(bits & 0xFFFF0000);
    float above = Float.intBitsToFloat((bits & 0xFFFF0000) + 0x10000);
    double down = Math.abs((double) number - below);
    double up = Math.abs((double) number - above);
    boolean even = (bits & 0x10000) == 0;
    return down < up || (down == up && even) ? below : above;
  }

  @Test
  void keepsAllThatBelongsToTheModel() throws IOException {
    GenerationOptions options =
        GenerationOptions.builder().temperature(0.7).topK(9).stopIds(7).maxNewTokens(33).build();
    Path tokenizer = ModelFixture.tokenizer(directory);
    Path model =
        ModelFixture.write(directory.resolve("model"), ModelFixture.config(), tokenizer, options);
    Path half = directory.resolve("half");
    Path again = directory.resolve("again");
    convert(model, half, "--type", "f16").succeeds();
    JsonObject figures = convert(half, again, "--max-shard-size", "20k", "--json").json();
    assertThat(figures.get("type").getAsString()).isEqualTo("f16");
    assertThat(figures.getAsJsonObject("files").keySet())
        .contains("model-00001-of-00003.safetensors", "tokenizer.json");
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      assertThat(again.resolve(name)).hasSameTextualContentAs(model.resolve(name));
    }
    try (HuggingFaceDirectory first = HuggingFaceDirectory.open(model);
        HuggingFaceDirectory last = HuggingFaceDirectory.open(again)) {
      assertThat(last.generationOptions()).isEqualTo(first.generationOptions());
      assertThat(last.generationOptions().stopIds()).contains(7);
    }
  }

  @Test
  void inventsNoSettingsForGeneration() throws IOException {
    Path model = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("out");
    convert(model, out).succeeds();
    assertThat(out.resolve("generation_config.json"))
        .hasSameTextualContentAs(model.resolve("generation_config.json"));
  }

  @Test
  void makesAModelOfHuggingFacesOneOfOurs() throws IOException {
    Path foreign = ModelFixture.write(directory.resolve("foreign"), ModelFixture.config());
    Path file = foreign.resolve("config.json");
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    json.remove("maque");
    Files.writeString(file, json.toString());
    Path out = directory.resolve("out");
    convert(foreign, out).succeeds();
    JsonObject ours =
        JsonParser.parseString(Files.readString(out.resolve("config.json"))).getAsJsonObject();
    assertThat(ours.getAsJsonObject("maque").get("key_value_heads").getAsInt()).isEqualTo(2);
    assertThat(out.resolve("model.safetensors"))
        .hasSameBinaryContentAs(foreign.resolve("model.safetensors"));
  }

  @Test
  void writesTheTensorsOfOneFileToAnother() throws IOException {
    Path model = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("half.safetensors");
    convert(model.resolve("model.safetensors"), out, "--type", "f16").succeeds();
    try (SafetensorsFile file = SafetensorsFile.open(out)) {
      assertThat(file.type(TENSOR)).isEqualTo("F16");
      assertThat(file.shape(TENSOR)).containsExactly(16, 32);
    }
    convert(out, directory.resolve("model2")).rejects("half.safetensors", "directory");
    convert(out, out, "--force").rejects("is the source");
  }

  @Test
  void writesGgufIfThatCanHoldTheModel() throws IOException {
    Path model = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    JsonObject figures = convert(model, directory.resolve("a.gguf"), "--json").json();
    assertThat(figures.get("type").getAsString()).isEqualTo("f32");
    Path own = ModelFixture.write(directory.resolve("own"), ModelFixture.ownConfig());
    convert(own, directory.resolve("b.gguf")).rejects("GGUF", "SQUARED_RELU");
    assertThat(ModelFixture.names(directory)).containsExactly("a.gguf", "model", "own");
  }

  @Test
  void rejectsWhatIsNotThere() throws IOException {
    convert(directory.resolve("no"), directory.resolve("out")).rejects("no: no such file");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    convert(empty, directory.resolve("out")).rejects("neither model.safetensors nor");
  }

  private static Invocation convert(Object in, Object out, Object... options) {
    Stream<Object> words = Stream.of("model", "convert", in, out);
    return Invocation.of(Stream.concat(words, Stream.of(options)).toArray());
  }
}
