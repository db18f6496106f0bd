package io.github.maque.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The templates under test by name; as a program it writes their Jinja for the Python script. */
final class NamedTemplates {
  private NamedTemplates() {}

  static Map<String, ChatTemplate> all() {
    Map<String, ChatTemplate> templates = new LinkedHashMap<>();
    templates.put("chatml", ChatTemplate.chatMl());
    templates.put("chatml-default-system", ChatTemplate.chatMl("You are a helpful assistant."));
    templates.put("llama2", ChatTemplate.llama2());
    templates.put("llama3", ChatTemplate.llama3());
    templates.put("instruction", ChatTemplate.instruction("<|endoftext|>"));
    templates.put("story", ChatTemplate.story("<|endoftext|>"));
    templates.put("odd", odd());
    return templates;
  }

  /** What a template of one's own may hold to trip a writer of Jinja. */
  private static ChatTemplate odd() {
    return ChatTemplate.builder()
        .opening("{{ 'opening' }}{% raw %}\n\n")
        .systemInsideUser(" {# system #}\t'\"\\n", "\\\r\n🐦 ")
        .defaultSystem(" it's {{ default }}\n")
        .user("%}<用户>\n", " \n-}}")
        .answerHeader("")
        .answer("\\'<答>", "\u3000")
        .endOfTurn("<'end\\'>")
        .afterTurn("\n\n")
        .trimsContents()
        .specialTokens("<用户>")
        .build();
  }

  /** Writes NAME.jinja into the folder given. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    for (Map.Entry<String, ChatTemplate> template : all().entrySet()) {
      Files.writeString(folder.resolve(template.getKey() + ".jinja"), template.getValue().jinja());
    }
  }
}
