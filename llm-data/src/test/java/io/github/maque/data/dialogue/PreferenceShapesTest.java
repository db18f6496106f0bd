package io.github.maque.data.dialogue;

import static io.github.maque.tokenizer.ChatMessage.assistant;
import static io.github.maque.tokenizer.ChatMessage.system;
import static io.github.maque.tokenizer.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceShapesTest {
  private static final Preference SIMPLE = Preference.of("a", "b", "c");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'prompt': 'a', 'chosen': 'b', 'rejected': 'c'}",
        "{'question': 'a', 'system': '', 'chosen': 'b', 'rejected': 'c'}",
        "{'instruction': 'a', 'input': '', 'chosen': 'b', 'rejected': 'c', 'output': null}",
        "{'instruction': 'a', 'output': ['b', 'c']}",
        "{'prompt': [{'role': 'user', 'content': 'a'}], 'chosen': [{'role': 'assistant',"
            + " 'content': 'b'}], 'rejected': [{'role': 'assistant', 'content': 'c'}]}",
        "{'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}],"
            + " 'rejected': [{'role': 'user', 'content': 'a'}, {'role': 'assistant',"
            + " 'content': 'c'}]}",
        "{'prompt': 'a', 'messages': [], 'score_chosen': 8.5, 'chosen': [{'content': 'a',"
            + " 'role': 'user'}, {'content': 'b', 'role': 'assistant'}],"
            + " 'rejected': [{'content': 'a', 'role': 'user'}, {'content': 'c',"
            + " 'role': 'assistant'}]}",
        "{'conversations': [{'from': 'human', 'value': 'a'}], 'chosen': {'from': 'gpt',"
            + " 'value': 'b'}, 'rejected': {'from': 'gpt', 'value': 'c'}}",
        "{'messages': [{'role': 'user', 'content': 'a'}], 'chosen': 'b', 'rejected': 'c'}",
        "{'input': {'messages': [{'role': 'user', 'content': 'a'}], 'tools': []},"
            + " 'preferred_output': [{'role': 'assistant', 'content': 'b'}],"
            + " 'non_preferred_output': [{'role': 'assistant', 'content': 'c'}]}"
      })
  void readsEveryShape(String record) {
    assertThat(Records.preference(record)).isEqualTo(SIMPLE);
  }

  @Test
  void readsSystemAndHistory() {
    assertThat(
            Records.preference(
                "{'instruction': 'a', 'input': 'x', 'system': 's', 'history': [['h', 'i']],"
                    + " 'chosen': 'b', 'rejected': ''}"))
        .isEqualTo(
            new Preference(
                List.of(system("s"), user("h"), assistant("i"), user("a\nx")),
                List.of(assistant("b")),
                List.of(assistant(""))));
    assertThat(
            Records.preference("{'question': 'a', 'system': 's', 'chosen': 'b', 'rejected': 'c'}"))
        .isEqualTo(
            new Preference(List.of(system("s"), user("a")), SIMPLE.chosen(), SIMPLE.rejected()));
  }

  @Test
  void takesWhatConversationsShareForThePrompt() {
    assertThat(
            Records.preference(
                "{'chosen': [{'role': 'user', 'content': 'a'},"
                    + " {'role': 'assistant', 'content': 'b'}, {'role': 'user', 'content': 'c'},"
                    + " {'role': 'assistant', 'content': 'd'}],"
                    + " 'rejected': [{'role': 'user', 'content': 'a'},"
                    + " {'role': 'assistant', 'content': 'b'}, {'role': 'user', 'content': 'c'},"
                    + " {'role': 'assistant', 'content': 'e'}]}"))
        .isEqualTo(
            new Preference(
                List.of(user("a"), assistant("b"), user("c")),
                List.of(assistant("d")),
                List.of(assistant("e"))));
  }

  /** Answers begin behind a user's message, even if the conversations part at a later one. */
  @Test
  void letsAnswersBeginTogether() {
    Preference preference =
        Records.preference(
            "{'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}],"
                + " 'rejected': [{'role': 'user', 'content': 'a'},"
                + " {'role': 'assistant', 'content': 'b'}, {'role': 'user', 'content': 'x'},"
                + " {'role': 'assistant', 'content': 'y'}]}");

    assertThat(preference)
        .isEqualTo(
            new Preference(
                List.of(user("a")),
                List.of(assistant("b")),
                List.of(assistant("b"), user("x"), assistant("y"))));
  }

  private static void refuses(String record, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Records.preference(record))
        .withMessage(message);
  }

  @Test
  void saysWhatIsWrong() {
    refuses(
        "{'instruction': 'a', 'output': 'b'}",
        "the record has the fields [instruction, output], expected chosen and rejected with prompt,"
            + " instruction (with input, system, history), question, conversations or messages"
            + " or as whole conversations, or instruction and output of two strings,"
            + " or input, preferred_output and non_preferred_output");
    refuses(
        "{'chosen': 'a b', 'rejected': 'a c'}",
        "the record has the fields [chosen, rejected], expected prompt, instruction (with input,"
            + " system, history), question, conversations or messages beside chosen and rejected");
    refuses(
        "{'prompt': 'a', 'chosen': 'b', 'rejected': 'b'}",
        "chosen and rejected must differ, they are the same");
    refuses(
        "{'prompt': 'a', 'chosen': ' ', 'rejected': 'b'}",
        "chosen[0]: what the assistant says must not be blank");
    refuses("{'prompt': '', 'chosen': 'b', 'rejected': 'c'}", "prompt must not be blank");
    refuses("{'prompt': 'a', 'chosen': 1, 'rejected': 'c'}", "chosen must be an array, got 1");
    refuses("{'prompt': 'a', 'chosen': [], 'rejected': 'c'}", "chosen must not be empty");
    refuses(
        "{'prompt': 'a', 'chosen': 'b', 'rejected': {'role': 'user', 'content': 'c'}}",
        "rejected[0]: role must be assistant, got user");
    refuses(
        "{'prompt': 'a', 'chosen': 'b', 'rejected': {'content': 'c'}}",
        "rejected has the fields [content], expected role and content, or from and value");
    refuses(
        "{'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}],"
            + " 'rejected': [{'role': 'user', 'content': 'x'}, {'role': 'assistant',"
            + " 'content': 'b'}]}",
        "chosen and rejected are conversations that must begin with the same prompt");
    refuses(
        "{'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}],"
            + " 'rejected': [{'role': 'user', 'content': 'a'}, {'role': 'assistant',"
            + " 'content': 'b'}]}",
        "chosen and rejected must differ, they are the same");
    refuses(
        "{'instruction': 'a', 'output': ['b']}",
        "output must be a chosen and a rejected answer, got 1 elements");
    refuses("{'instruction': 'a', 'output': ['b', 1]}", "output[1] must be a string, got 1");
    refuses(
        "{'input': {}, 'preferred_output': [], 'non_preferred_output': []}",
        "input.messages must be an array, got null");
  }
}
