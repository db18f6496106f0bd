package io.github.maque.data.dialogue;

import static io.github.maque.tokenizer.ChatMessage.assistant;
import static io.github.maque.tokenizer.ChatMessage.system;
import static io.github.maque.tokenizer.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.tokenizer.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DialogueShapesTest {

  private static List<ChatMessage> messages(String record) {
    return Records.dialogue(record).messages();
  }

  @Test
  void readsAlpaca() {
    assertThat(messages("{'instruction': '翻译。', 'input': 'sparrow', 'output': '麻雀'}"))
        .containsExactly(user("翻译。\nsparrow"), assistant("麻雀"));
    assertThat(messages("{'instruction': '你好', 'input': '', 'output': '好', 'text': 1}"))
        .containsExactly(user("你好"), assistant("好"));
    assertThat(messages("{'instruction': '', 'input': '你好', 'output': '好'}"))
        .containsExactly(user("你好"), assistant("好"));
  }

  @Test
  void readsAlpacaWithHistoryAndSystem() {
    assertThat(
            messages(
                "{'instruction': 'c', 'input': null, 'output': 'd', 'system': 's',"
                    + " 'history': [['a', 'b'], ['e', 'f']]}"))
        .containsExactly(
            system("s"),
            user("a"),
            assistant("b"),
            user("e"),
            assistant("f"),
            user("c"),
            assistant("d"));
    assertThat(messages("{'instruction': 'c', 'output': 'd', 'system': ' ', 'history': []}"))
        .containsExactly(user("c"), assistant("d"));
  }

  @Test
  void readsShareGpt() {
    assertThat(
            messages(
                "{'id': 7, 'conversations': [{'from': 'system', 'value': 's'},"
                    + "{'from': 'human', 'value': 'a'}, {'from': 'gpt', 'value': 'b'},"
                    + "{'from': 'human', 'value': 'c'}, {'from': 'gpt', 'value': 'd'}]}"))
        .containsExactly(system("s"), user("a"), assistant("b"), user("c"), assistant("d"));
    assertThat(
            messages(
                "{'system': 's', 'tools': '', 'conversations':"
                    + " [{'role': 'user', 'content': 'a'}, {'from': 'gpt', 'value': 'b'}]}"))
        .containsExactly(system("s"), user("a"), assistant("b"));
  }

  @ParameterizedTest
  @CsvSource({
    "human, gpt",
    "user, assistant",
    "User, ChatGPT",
    "human, bing",
    "human, bard",
    "user, model"
  })
  void knowsTheNamesOfTheRoles(String user, String assistant) {
    assertThat(
            messages(
                "{'conversations': [{'from': '%s', 'value': 'a'}, {'from': '%s', 'value': 'b'}]}"
                    .formatted(user, assistant)))
        .containsExactly(user("a"), assistant("b"));
  }

  @Test
  void readsOpenAi() {
    assertThat(
            messages(
                "{'messages': [{'role': 'developer', 'content': 's'},"
                    + " {'role': 'user', 'name': 'Li', 'content':"
                    + " [{'type': 'text', 'text': 'a'}, {'type': 'text', 'text': 'b'}]},"
                    + " {'role': 'assistant', 'content': 'c', 'weight': 1, 'tool_calls': [],"
                    + " 'function_call': null}],"
                    + " 'prompt': 'ab', 'prompt_id': '1f'}"))
        .containsExactly(system("s"), user("ab"), assistant("c"));
  }

  @Test
  void readsPromptAndCompletion() {
    assertThat(messages("{'prompt': 'a', 'completion': ' b'}"))
        .containsExactly(user("a"), assistant(" b"));
    assertThat(messages("{'prompt': 'a', 'response': 'b', 'system': 's'}"))
        .containsExactly(system("s"), user("a"), assistant("b"));
    assertThat(
            messages(
                "{'prompt': [{'role': 'system', 'content': 's'}, {'role': 'user', 'content': 'a'}],"
                    + "'completion': [{'role': 'assistant', 'content': 'b'}]}"))
        .containsExactly(system("s"), user("a"), assistant("b"));
    assertThat(messages("{'question': 'a', 'answer': 'b', 'label': true}"))
        .containsExactly(user("a"), assistant("b"));
  }

  /** Tables written as JSON have every column in every row. */
  @Test
  void takesNullForAbsent() {
    assertThat(
            messages(
                "{'messages': null, 'conversations': null, 'instruction': 'a', 'input': null,"
                    + " 'output': 'b', 'history': null, 'system': null}"))
        .containsExactly(user("a"), assistant("b"));
  }

  private static void refuses(String record, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Records.dialogue(record))
        .withMessage(message);
  }

  @Test
  void saysWhichFieldsARecordOfNoShapeHas() {
    String shapes =
        "messages, or conversations, or instruction and output (with input, system, history),"
            + " or prompt and completion or response, or question and answer";
    refuses(
        "{'text': 'a', 'output': null}",
        "the record has the fields [text, output (null)], expected " + shapes);
    refuses(
        "{'prompt': 'a', 'chosen': 'b', 'rejected': 'c'}",
        "the record has the fields [prompt, chosen, rejected], expected "
            + shapes
            + "; chosen and rejected make a preference, not a dialogue");
    refuses("{}", "the record has the fields [], expected " + shapes);
    refuses("['a']", "the record must be an object, got an array");
    refuses("'a'", "the record must be an object, got \"a\"");
    refuses("null", "the record must be an object, got null");
  }

  @Test
  void keepsErrorsShort() {
    StringBuilder record = new StringBuilder("{");
    for (int i = 0; i < 1000; i++) {
      record.append(i == 0 ? "'" : ", '").append("🐦".repeat(1000)).append(i).append("': 1");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Records.dialogue(record + "}"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000).contains("🐦…, …]"));
  }

  @Test
  void saysWhichMessageIsAtFault() {
    refuses("{'messages': []}", "messages must not be empty");
    refuses("{'messages': 'a'}", "messages must be an array, got \"a\"");
    refuses("{'messages': [5]}", "messages[0] must be an object, got 5");
    refuses(
        "{'messages': [{'role': 'user', 'content': 'a'}]}",
        "messages[0]: the last role must be assistant, got user");
    refuses(
        "{'messages': [{'role': 'system', 'content': 'a'}]}",
        "messages[0]: a user message must follow the system message");
    refuses(
        "{'conversations': [{'from': 'gpt', 'value': 'a'}]}",
        "conversations[0]: role must be user, got assistant");
    refuses(
        "{'system': 's', 'conversations':"
            + " [{'from': 'human', 'value': 'a'}, {'from': 'human', 'value': 'b'}]}",
        "conversations[1]: role must be assistant, got user");
    refuses(
        "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'system', 'content': 'b'}]}",
        "messages[1]: role must be assistant, got system");
    refuses(
        "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': ' '}]}",
        "messages[1]: what the assistant says must not be blank");
    refuses(
        "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'tool', 'content': 'b'}]}",
        "messages[1].role must be system, user (human) or assistant (gpt, chatgpt, bing, bard,"
            + " model), got \"tool\"");
    refuses(
        "{'messages': [{'content': 'a'}]}",
        "messages[0] has the fields [content], expected role and content, or from and value");
    refuses(
        "{'messages': [{'role': 'user', 'content': null}]}",
        "messages[0] has the fields [role, content (null)], expected role and content, or from and"
            + " value");
    refuses(
        "{'messages': [{'role': 1, 'content': 'a'}]}", "messages[0].role must be a string, got 1");
    refuses(
        "{'messages': [{'role': 'user', 'content': {}}]}",
        "messages[0].content must be a string or an array of text parts, got an object");
    refuses(
        "{'messages': [{'role': 'user', 'content': [{'type': 'image_url'}]}]}",
        "messages[0].content[0].type must be \"text\", got \"image_url\"");
  }

  @Test
  void refusesWhatItCannotExpress() {
    refuses(
        "{'messages': [{'role': 'user', 'content': 'a'},"
            + " {'role': 'assistant', 'content': null, 'tool_calls': [{'id': 'x'}]}]}",
        "messages[1].tool_calls: calls of tools are not supported");
    refuses(
        "{'messages': [{'role': 'user', 'content': 'a'},"
            + " {'role': 'assistant', 'content': 'b', 'weight': 0}]}",
        "messages[1].weight must be 1, got 0: answers cannot be weighted one by one");
    refuses(
        "{'prompt': 'a', 'completion': 'b', 'label': false}",
        "label is false: the answer is an example of a bad one");
    refuses(
        "{'instruction': 'a', 'output': 'b', 'kto_tag': false}",
        "kto_tag is false: the answer is an example of a bad one");
    refuses(
        "{'system': 's', 'messages': [{'role': 'system', 'content': 't'},"
            + " {'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}]}",
        "the record must not have both a field system and a message of the system");
  }

  @Test
  void saysWhatIsWrongWithAlpaca() {
    refuses("{'instruction': 'a', 'output': ''}", "output must not be blank");
    refuses("{'instruction': 'a', 'output': 3}", "output must be a string, got 3");
    refuses("{'instruction': 'a', 'output': ['b', 'c']}", "output[0] must be an object, got \"b\"");
    refuses("{'instruction': {}, 'output': 'b'}", "instruction must be a string, got an object");
    refuses(
        "{'instruction': '', 'input': ' ', 'output': 'b'}",
        "instruction and input must not both be blank");
    refuses(
        "{'instruction': 'a', 'input': [], 'output': 'b'}", "input must be a string, got an array");
    refuses(
        "{'instruction': 'a', 'output': 'b', 'history': [['c', 'd'], ['e']]}",
        "history[1] must be a question and its answer, got 1 elements");
    refuses(
        "{'instruction': 'a', 'output': 'b', 'history': [['c', null]]}",
        "history[0][1] must be a string, got null");
    refuses(
        "{'instruction': 'a', 'output': 'b', 'history': [['', 'c']]}",
        "history[0][0] must not be blank");
    refuses("{'prompt': ' ', 'completion': 'b'}", "prompt must not be blank");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prompt", "question"})
  void refusesPromptsThatEndWithAnAnswer(String field) {
    refuses(
        ("{'%s': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}],"
                + " 'completion': 'c', 'answer': 'c'}")
            .formatted(field),
        field + "[1]: the last role must be user, got assistant");
  }
}
