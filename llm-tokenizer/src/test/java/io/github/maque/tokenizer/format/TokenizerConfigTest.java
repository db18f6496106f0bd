package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TokenizerConfigTest {
  @TempDir Path directory;

  @Test
  void readsTokensAsTextsAndAsObjects() throws Exception {
    config(
        """
        {"bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": false},
         "eos_token": "</s>", "pad_token": null, "add_bos_token": true, "add_eos_token": null,
         "model_max_length": 4096, "clean_up_tokenization_spaces": true,
         "added_tokens_decoder": {"0": {"content": "<unk>"}}, "chat_template": "{{ messages }}"}
        """);
    TokenizerConfig config = TokenizerConfig.read(directory);

    assertThat(config)
        .isEqualTo(
            TokenizerConfig.builder()
                .bosToken("<s>")
                .eosToken("</s>")
                .addBosToken(true)
                .maxLength(4096)
                .chatTemplate("{{ messages }}")
                .build());
  }

  @Test
  void readsSeveralChatTemplates() throws Exception {
    config(
        """
        {"chat_template": [{"name": "default", "template": "A"}, {"name": "tool_use", "template": "B"}]}
        """);
    assertThat(TokenizerConfig.read(directory).chatTemplates())
        .isEqualTo(Map.of("default", "A", "tool_use", "B"));
    assertThat(TokenizerConfig.read(directory).chatTemplate()).hasValue("A");
  }

  @Test
  void theOtherFilesFillInWhatIsMissing() throws Exception {
    config("{\"eos_token\": \"</s>\"}");
    Files.writeString(
        directory.resolve("special_tokens_map.json"),
        """
        {"bos_token": {"content": "<s>"}, "eos_token": "<other>", "additional_special_tokens": ["x"]}
        """);
    Files.writeString(directory.resolve("chat_template.jinja"), "{{ 麻雀 }}");
    TokenizerConfig config = TokenizerConfig.read(directory);

    assertThat(config.bosToken()).hasValue("<s>");
    assertThat(config.eosToken()).hasValue("</s>");
    assertThat(config.chatTemplate()).hasValue("{{ 麻雀 }}");
  }

  @Test
  void nothingThereIsTheDefault() throws Exception {
    assertThat(TokenizerConfig.read(directory)).isEqualTo(TokenizerConfig.DEFAULT);
  }

  @Test
  void lengthsBeyondAllBoundsAreUnknown() throws Exception {
    config("{\"model_max_length\": 1000000000000000019884624838656}");
    assertThat(TokenizerConfig.read(directory).maxLength()).isEmpty();
  }

  @Test
  void aTokenThatIsAddedHasToBeThere() throws Exception {
    config("{\"add_bos_token\": true}");
    assertThat(TokenizerConfig.read(directory).addBosToken()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerConfig.builder().addEosToken(true).build())
        .withMessageContaining("eosToken");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerConfig.builder().maxLength(0).build())
        .withMessage("maxLength must be at least 1, got 0");
  }

  static Stream<Arguments> damaged() {
    return Stream.of(
        Arguments.of("{\"bos_token\": 1}", "$.bos_token (line 1 column "),
        Arguments.of("{\"bos_token\": {}}", "\"content\" is missing"),
        Arguments.of("{\"add_bos_token\": \"yes\"}", "expected true or false"),
        Arguments.of("{\"model_max_length\": -1}", "at least 1"),
        Arguments.of("{\"model_max_length\": 1e999999}", "out of any range"),
        Arguments.of("{\"chat_template\": [{\"name\": \"a\"}]}", "\"template\" is missing"),
        Arguments.of(
            "{\"chat_template\":"
                + " [{\"name\":\"a\",\"template\":\"\"},{\"name\":\"a\",\"template\":\"\"}]}",
            "two chat templates called \"a\""),
        Arguments.of("{\"eos_token\": \"a\", \"eos_token\": \"b\"}", "there twice"),
        Arguments.of("{\"x\": " + "[".repeat(1000), "Nesting limit"),
        Arguments.of("", "ends inside"));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void damageIsNamed(String json, String problem) throws Exception {
    config(json);
    assertThatThrownBy(() -> TokenizerConfig.read(directory))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith(directory.resolve("tokenizer_config.json") + ": $")
        .hasMessageContaining(problem);
  }

  /** The names that transformers' {@code PreTrainedTokenizerFast} looks for. */
  @Test
  void writesWhatTransformersReads() {
    TokenizerConfig config =
        TokenizerConfig.builder()
            .bosToken("<s>")
            .eosToken("\"</s>\"\n")
            .addBosToken(true)
            .maxLength(512)
            .chatTemplate("line\nline \u0001 麻雀")
            .build();
    JsonObject json =
        JsonParser.parseString(TokenizerConfigWriter.config(config)).getAsJsonObject();

    assertThat(json.get("tokenizer_class").getAsString()).isEqualTo("PreTrainedTokenizerFast");
    assertThat(json.get("clean_up_tokenization_spaces").getAsBoolean()).isFalse();
    assertThat(json.get("bos_token").getAsString()).isEqualTo("<s>");
    assertThat(json.get("eos_token").getAsString()).isEqualTo("\"</s>\"\n");
    assertThat(json.get("pad_token").isJsonNull()).isTrue();
    assertThat(json.get("add_bos_token").getAsBoolean()).isTrue();
    assertThat(json.get("model_max_length").getAsInt()).isEqualTo(512);
    assertThat(json.get("chat_template").getAsString()).isEqualTo("line\nline \u0001 麻雀");
  }

  @Test
  void everythingComesBack() throws Exception {
    TokenizerConfig config =
        TokenizerConfig.builder()
            .bosToken("<s>")
            .eosToken("</s>")
            .padToken("<pad>")
            .unkToken("<unk>")
            .addEosToken(true)
            .maxLength(2048)
            .chatTemplate("A")
            .chatTemplate("tool_use", "B")
            .build();
    config(TokenizerConfigWriter.config(config));

    assertThat(TokenizerConfig.read(directory)).isEqualTo(config);
    assertThat(config.toBuilder().build()).isEqualTo(config);
  }

  private void config(String json) throws Exception {
    Files.writeString(directory.resolve("tokenizer_config.json"), json);
  }
}
