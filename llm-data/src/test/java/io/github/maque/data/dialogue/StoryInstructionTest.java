package io.github.maque.data.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoryInstructionTest {

  private static StoryConstraint constraint(StoryField field, String... values) {
    return new StoryConstraint(field, List.of(values));
  }

  @Test
  void readsBlocks() {
    String block =
        """
        Features: Dialogue, Twist
        Words: 秋千, 跳, 高兴
        Summary: 小兔子学会了等朋友一起荡秋千。
        Story:

        小兔子白白最喜欢公园里的秋千。
        “白白，我也想玩。”小熊说：
        Words: 这是故事。

        完。
        """;

    assertThat(StoryBlock.readStory(block))
        .isEqualTo(
            new StoryInstruction(
                List.of(
                    constraint(StoryField.FEATURES, "对话", "转折"),
                    constraint(StoryField.WORDS, "秋千", "跳", "高兴"),
                    constraint(StoryField.SUMMARY, "小兔子学会了等朋友一起荡秋千。")),
                "小兔子白白最喜欢公园里的秋千。\n“白白，我也想玩。”小熊说：\nWords: 这是故事。\n\n完。"));
    assertThat(StoryBlock.readStory(block.replace("\n", "\r\n")))
        .isEqualTo(StoryBlock.readStory(block));
    assertThat(StoryBlock.readStory(block.replace(": ", "：").replace(", ", "、")).constraints())
        .isEqualTo(StoryBlock.readStory(block).constraints());
  }

  @Test
  void readsValuesOverSeveralLines() {
    StoryInstruction instruction =
        StoryBlock.readStory(
            """
            Words: swing,
              jump、
            高兴，

            Summary: Ben waits
            for Lily.
            随机句子：天上的云
            像一只大鱼。
            故事： 从前。""");

    assertThat(instruction)
        .isEqualTo(
            new StoryInstruction(
                List.of(
                    constraint(StoryField.WORDS, "swing", "jump", "高兴"),
                    constraint(StoryField.SUMMARY, "Ben waits for Lily."),
                    constraint(StoryField.SENTENCE, "天上的云像一只大鱼。")),
                "从前。"));
  }

  @ParameterizedTest
  @CsvSource({
    "词汇, WORDS",
    "关键词, WORDS",
    "单词, WORDS",
    "词语, WORDS",
    "Words, WORDS",
    "words, WORDS",
    "Keywords, WORDS",
    "特征, FEATURES",
    "特点, FEATURES",
    "故事特点, FEATURES",
    "故事特征, FEATURES",
    "主题, FEATURES",
    "Features, FEATURES",
    "FEATURES, FEATURES",
    "摘要, SUMMARY",
    "概要, SUMMARY",
    "故事概要, SUMMARY",
    "故事摘要, SUMMARY",
    "总结, SUMMARY",
    "故事总结, SUMMARY",
    "Summary, SUMMARY",
    "随机句子, SENTENCE",
    "随机句, SENTENCE",
    "Random sentence, SENTENCE",
    "Random Sentence, SENTENCE",
    "random_sentence, SENTENCE"
  })
  void normalisesTheNamesOfFields(String name, StoryField field) {
    for (String line : List.of("%s: 麻雀", "%s：麻雀", "  %s ：麻雀")) {
      StoryInstruction instruction = StoryBlock.readStory(line.formatted(name) + "\nStory: 从前。");

      assertThat(instruction.constraints()).containsExactly(constraint(field, "麻雀"));
      assertThat(instruction.constraints().get(0).line()).isEqualTo(field.label() + "：麻雀");
    }
    assertThat(Records.story("{'story': '从前。', '" + name + "': '麻雀'}").fields())
        .containsExactly(field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Story:", "story：", "故事:", "故事： ", "STORY :", "故事内容:\n\n"})
  void normalisesTheNameOfTheStory(String name) {
    assertThat(StoryBlock.readStory(name + "从前。"))
        .isEqualTo(new StoryInstruction(List.of(), "从前。"));
  }

  @ParameterizedTest
  @CsvSource({
    "Dialogue, 对话",
    "Twist, 转折",
    "BadEnding, 悲伤的结局",
    "Bad ending, 悲伤的结局",
    "MoralValue, 寓意",
    "Foreshadowing, 伏笔",
    "Conflict, 冲突",
    "幽默, 幽默",
    "Humour, Humour"
  })
  void givesTheFeaturesOfTinyStoriesChineseNames(String feature, String chinese) {
    assertThat(StoryBlock.readStory("Features: " + feature + "\nStory: 从前。").constraints())
        .containsExactly(constraint(StoryField.FEATURES, chinese));
  }

  @Test
  void leavesOutEmptyFields() {
    assertThat(StoryBlock.readStory("Words: ,、 \nSummary:\n\n特征：\nStory: 从前。"))
        .isEqualTo(new StoryInstruction(List.of(), "从前。"));
  }

  private static void refuses(String block, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoryBlock.readStory(block))
        .withMessage(message);
  }

  @Test
  void saysWhatIsWrongWithABlock() {
    String expected =
        ", expected Words, Features, Summary, Random sentence or Story" + " (词汇, 特征, 摘要, 随机句子, 故事)";
    refuses("Title: A\nStory: 从前。", "there is no field \"Title\"" + expected);
    refuses("Words: a\n标题：b\nStory: 从前。", "there is no field \"标题\"" + expected);
    refuses("Words: a\n1. b: c\nStory: 从前。", "there is no field \"1. b\"" + expected);
    refuses("从前。", "expected a line with a name and a colon such as Words:, got \"从前。\"");
    refuses("Words: a", "the block has no story, expected a line with Story:");
    refuses("", "the block has no story, expected a line with Story:");
    refuses("Words: a\nStory:\n \n", "story must not be blank");
    refuses("Words: a\n关键词: b\nStory: c", "词汇 is given twice");
  }

  @Test
  void readsRecordsOfTheChineseDataSet() {
    assertThat(
            Records.story(
                "{'story': 'English.', 'instruction': {'prompt:': 'Write', 'words': ['hang', '脚'],"
                    + " 'features': ['Dialogue', 'BadEnding']}, 'summary': 'Lily falls.',"
                    + " 'source': 'GPT-4', 'story_zh': '\\n莉莉和本。\\r\\n完。 '}"))
        .isEqualTo(
            new StoryInstruction(
                List.of(
                    constraint(StoryField.WORDS, "脚"),
                    constraint(StoryField.FEATURES, "对话", "悲伤的结局")),
                "莉莉和本。\n完。"));
  }

  @Test
  void readsRecordsOfInstructionInputAndOutput() {
    assertThat(
            Records.story(
                "{'instruction': '写故事', 'input': '关键词：秋千，跳\\n故事概要：小兔子。'," + " 'output': '从前。'}"))
        .isEqualTo(
            new StoryInstruction(
                List.of(
                    constraint(StoryField.WORDS, "秋千", "跳"),
                    constraint(StoryField.SUMMARY, "小兔子。")),
                "从前。"));
    assertThat(Records.story("{'instruction': '写故事', 'input': '', 'output': '从前。'}"))
        .isEqualTo(new StoryInstruction(List.of(), "从前。"));
  }

  @Test
  void saysWhatIsWrongWithARecord() {
    refusesRecord(
        "{'text': 'a'}",
        "the record has the fields [text], expected story_zh or story, or instruction, input and"
            + " output");
    refusesRecord("{'story': ' '}", "story must not be blank");
    refusesRecord("{'story_zh': 5}", "story_zh must be a string, got 5");
    refusesRecord(
        "{'story': 'a', 'instruction': {'words': ['b', 5]}}",
        "instruction.words[1] must be a string, got 5");
    refusesRecord("{'story': 'a', 'words': {}}", "words must be a string, got an object");
    refusesRecord(
        "{'story': 'a', 'words': ['b'], 'instruction': {'words': ['b']}}", "词汇 is given twice");
    refusesRecord(
        "{'instruction': 'a', 'input': '词汇：b\\n故事：c', 'output': 'd'}",
        "the story must not stand among the constraints");
  }

  private static void refusesRecord(String record, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Records.story(record))
        .withMessage(message);
  }

  private static final StoryInstruction FULL =
      new StoryInstruction(
          List.of(
              constraint(StoryField.SENTENCE, "天上的云像一只大鱼。"),
              constraint(StoryField.WORDS, "船", "慢慢"),
              constraint(StoryField.FEATURES, "对话"),
              constraint(StoryField.SUMMARY, "船回来了。")),
          "乐乐和爷爷坐在湖边。\n船回来了。");

  @Test
  void asksForTheStoryInADialogue() {
    assertThat(FULL.toDialogue())
        .isEqualTo(
            Dialogue.of("请按下面的要求写一个故事。\n随机句子：天上的云像一只大鱼。\n词汇：船，慢慢\n特征：对话\n摘要：船回来了。", FULL.story()));
    assertThat(new StoryInstruction(List.of(), "从前。").toDialogue("讲个故事。"))
        .isEqualTo(Dialogue.of("讲个故事。", "从前。"));
    assertThat(
            ChatTemplate.story("<|endoftext|>")
                .render(
                    new StoryInstruction(List.of(constraint(StoryField.WORDS, "船")), "从前。")
                        .toDialogue()
                        .messages())
                .text())
        .isEqualTo("请按下面的要求写一个故事。\n词汇：船\n\n故事：\n从前。<|endoftext|>");
  }

  /** The counts of permutations are those of the factorials; the lines are compared as sets. */
  @Test
  void ordersTheConstraintsInEveryWay() {
    int[] factorials = {1, 1, 2, 6, 24};
    for (int n = 0; n <= 4; n++) {
      StoryInstruction instruction =
          new StoryInstruction(FULL.constraints().subList(0, n), FULL.story());
      List<StoryInstruction> orders = instruction.orders();

      assertThat(orders).hasSize(factorials[n]).doesNotHaveDuplicates();
      assertThat(orders.get(0)).isEqualTo(instruction);
      Set<String> lines = lines(instruction);
      assertThat(orders)
          .allSatisfy(
              order -> {
                assertThat(order.story()).isEqualTo(FULL.story());
                assertThat(lines(order)).isEqualTo(lines);
                assertThat(order.toDialogue().messages().get(1))
                    .isEqualTo(ChatMessage.assistant(FULL.story()));
              });
      assertThat(
              orders.stream().map(order -> order.toDialogue().toJson()).collect(Collectors.toSet()))
          .hasSize(factorials[n]);
    }
  }

  private static Set<String> lines(StoryInstruction instruction) {
    return new HashSet<>(instruction.toDialogue().messages().get(0).content().lines().toList());
  }

  @Test
  void readsTheLinesItWrites() {
    String lines = FULL.toDialogue().messages().get(0).content().split("\n", 2)[1];

    assertThat(StoryBlock.readConstraints(lines)).isEqualTo(FULL.constraints());
  }

  @Test
  void findsConstraintsByField() {
    assertThat(FULL.fields()).containsExactlyInAnyOrder(StoryField.values());
    assertThat(FULL.constraint(StoryField.WORDS))
        .hasValueSatisfying(words -> assertThat(words.values()).containsExactly("船", "慢慢"));
    assertThat(new StoryInstruction(List.of(), "a").constraint(StoryField.WORDS)).isEmpty();
  }

  @Test
  void checksConstraints() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint(StoryField.WORDS))
        .withMessage("词汇 must have at least one value, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint(StoryField.SUMMARY, "a", "b"))
        .withMessage("摘要 must have one value, got 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> constraint(StoryField.SENTENCE, "a\nb"))
        .withMessage("随机句子 must have values of one line each, got \"a\nb\"");
    assertThatIllegalArgumentException().isThrownBy(() -> constraint(StoryField.WORDS, "a", " "));
  }
}
