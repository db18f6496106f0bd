package io.github.maque.examples.starters;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultiTurnChatTest {
  private static final GenerationOptions OPTIONS =
      GenerationOptions.builder().greedy().maxNewTokens(20).build();

  @TempDir private static Path directory;

  private static NDManager manager;
  private static Decoder decoder;
  private static Tokenizer tokenizer;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @BeforeAll
  static void makeModel() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    try (HuggingFaceDirectory files = HuggingFaceDirectory.open(MadeUpData.nameKeeper(directory))) {
      decoder = files.decoder(manager, Precision.FLOAT32);
      tokenizer = files.tokenizer();
    }
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  @Test
  void answersByWhatWasSaidBefore() {
    try (DecodingSession session = DecodingSession.open(decoder, 1)) {
      for (String name : new String[] {"小明", "小红"}) {
        MultiTurnChat chat = new MultiTurnChat(session, tokenizer, OPTIONS, out);
        chat.answer("我叫" + name + "。");
        assertThat(chat.answer("你还记得我叫什么吗？")).isEqualTo("当然，你叫" + name + "。");
        assertThat(chat.history()).hasSize(4).contains(ChatMessage.assistant("你好，" + name + "！"));
      }
    }
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("你好，小明！", "当然，你叫小明。", "你好，小红！", "当然，你叫小红。");
  }

  @Test
  void forgetsTheOldestTurnsWhenTheContextIsFull() {
    try (DecodingSession session = DecodingSession.open(decoder, 1, 60, Precision.FLOAT32)) {
      MultiTurnChat chat = new MultiTurnChat(session, tokenizer, OPTIONS, out);
      for (String name : new String[] {"小明", "小红", "小刚", "小丽"}) {
        chat.answer("我叫" + name + "。");
      }
      assertThat(chat.history())
          .hasSizeLessThan(8)
          .doesNotContain(ChatMessage.user("我叫小明。"))
          .endsWith(ChatMessage.user("我叫小丽。"), chat.history().get(chat.history().size() - 1));
      assertThat(chat.history().get(0).role()).isEqualTo(ChatMessage.Role.USER);
    }
  }
}
