package io.github.maque.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Compares templates with what transformers makes of their Jinja. The fixtures in {@code
 * resources/chat} come from {@code src/test/python/render_chats.py}, which says how.
 */
class ChatTemplateRenderingTest {

  @Test
  void theJinjaIsTheOneThatWasRendered() throws IOException {
    for (Map.Entry<String, ChatTemplate> template : NamedTemplates.all().entrySet()) {
      assertThat(template.getValue().jinja())
          .as(template.getKey())
          .isEqualTo(read(template.getKey() + ".jinja"));
    }
  }

  @Test
  void rendersAndRefusesAsTransformersDoes() throws IOException {
    Map<String, ChatTemplate> templates = NamedTemplates.all();
    int compared = 0;
    JsonObject fixtures = JsonParser.parseString(read("rendered.json")).getAsJsonObject();
    for (JsonElement element : fixtures.getAsJsonArray("rows")) {
      JsonObject row = element.getAsJsonObject();
      List<ChatMessage> messages = messages(row);
      for (Map.Entry<String, ChatTemplate> named : templates.entrySet()) {
        ChatTemplate template = named.getValue();
        JsonObject chat = row.getAsJsonObject("chat").getAsJsonObject(named.getKey());
        JsonObject prompt = row.getAsJsonObject("prompt").getAsJsonObject(named.getKey());
        String which = named.getKey() + " " + messages;
        assertThat(outcome(() -> template.render(messages).text())).as(which).isEqualTo(chat);
        assertThat(outcome(() -> template.renderPrompt(messages).text()))
            .as("prompt of " + which)
            .isEqualTo(prompt);
        compared += 2;
      }
    }
    assertThat(compared).isGreaterThan(1_000);
  }

  private static List<ChatMessage> messages(JsonObject row) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonElement element : row.getAsJsonArray("messages")) {
      JsonObject message = element.getAsJsonObject();
      messages.add(
          new ChatMessage(
              Role.of(message.get("role").getAsString()), message.get("content").getAsString()));
    }
    return messages;
  }

  private static JsonObject outcome(Supplier<String> rendering) {
    JsonObject outcome = new JsonObject();
    try {
      outcome.addProperty("text", rendering.get());
    } catch (IllegalArgumentException e) {
      outcome.addProperty("error", e.getMessage());
    }
    return outcome;
  }

  private static String read(String name) throws IOException {
    try (InputStream in = ChatTemplateRenderingTest.class.getResourceAsStream("/chat/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
