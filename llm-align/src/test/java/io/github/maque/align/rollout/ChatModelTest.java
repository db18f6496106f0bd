package io.github.maque.align.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LowRankUpdates;
import io.github.maque.tokenizer.ChatTemplate;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatModelTest {
  private NDManager manager;
  private Decoder decoder;

  @BeforeEach
  void createDecoder() {
    manager = NDManager.newBaseManager("PyTorch");
    decoder = TinyChat.decoder(manager, 1);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static String fingerprint(Decoder decoder) {
    return new ChatModel(decoder, TinyChat.TOKENIZER, TinyChat.TEMPLATE).fingerprint();
  }

  @Test
  void fingerprintIsThatOfWhatDecidesAnswers() {
    String first = fingerprint(decoder);
    assertThat(first).matches("[0-9a-f]{64}");
    assertThat(fingerprint(TinyChat.decoder(manager, 1))).isEqualTo(first);
    Set<String> others = new HashSet<>(Set.of(first));
    assertThat(others.add(fingerprint(TinyChat.decoder(manager, 2)))).isTrue();
    ChatTemplate template = ChatTemplate.instruction(TinyChat.END);
    assertThat(others.add(new ChatModel(decoder, TinyChat.TOKENIZER, template).fingerprint()))
        .isTrue();
    Decoder rounded = Decoder.create(manager, decoder.config(), Precision.BFLOAT16_MIXED);
    assertThat(others.add(fingerprint(rounded))).isTrue();
    NDArray weights = decoder.parametersByName().get("model.norm.weight").getArray();
    weights.muli(1.5f);
    assertThat(others.add(fingerprint(decoder))).isTrue();
    weights.divi(1.5f);
    assertThat(fingerprint(decoder)).isEqualTo(first);
  }

  @Test
  void fingerprintTellsLowRankUpdates() {
    String first = fingerprint(decoder);
    String projection = decoder.projections().names().get(0);
    LowRankUpdates.Factors factors = decoder.projections().newFactors(manager, projection, 2, 1);
    Set<String> all = new HashSet<>(Set.of(first));
    decoder.projections().use(LowRankUpdates.of(manager, 2, 0, Map.of(projection, factors)));
    assertThat(all.add(fingerprint(decoder))).isTrue();
    decoder.projections().use(LowRankUpdates.of(manager, 3, 0, Map.of(projection, factors)));
    assertThat(all.add(fingerprint(decoder))).isTrue();
    decoder.projections().use(LowRankUpdates.none());
    assertThat(fingerprint(decoder)).isEqualTo(first);
  }

  @Test
  void partsThatDoNotGoTogetherAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChatModel(decoder, TinyChat.TOKENIZER, ChatTemplate.chatMl()))
        .withMessageContaining("<|im_end|>");
    DecoderConfig config = decoder.config().toBuilder().vocabularySize(100).build();
    Decoder small = Decoder.create(manager, config, Precision.FLOAT32);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChatModel(small, TinyChat.TOKENIZER, TinyChat.TEMPLATE))
        .withMessage(
            "tokenizer must have at most the decoder's 100 ids, got "
                + TinyChat.TOKENIZER.vocabularySize());
  }
}
