package io.github.maque.data.dialogue;

import io.github.maque.data.source.RecordFormat;

/**
 * The shapes in which instructions, conversations and preferences are published. All but the blocks
 * of {@link #storyBlocks} are JSON objects, one per line or in an array, and files may mix the
 * shapes: each record is looked at by itself. Fields that are not named here are ignored, and a
 * field that is {@code null} counts as absent. A record that fits no shape, or fits one badly, is
 * an error that says which field or message is at fault.
 *
 * <pre>{@code
 * RecordSource<Dialogue> source =
 *     RecordSource.of(DialogueFormats.dialogues(), Path.of("alpaca_data_zh.json"));
 * source.forEach(dialogue -> System.out.println(dialogue.toJson()));
 * }</pre>
 */
public final class DialogueFormats {
  private DialogueFormats() {}

  /**
   * Returns the format of dialogues. The first of these that fits is taken:
   *
   * <ul>
   *   <li>{@code messages} or {@code conversations}: a list of {@code {"role", "content"}} (OpenAI)
   *       or {@code {"from", "value"}} (ShareGPT). A content may be a list of text parts, which are
   *       joined. A field {@code system} stands for a first message. Calls of tools, images and a
   *       {@code weight} other than 1 are refused.
   *   <li>{@code instruction} and {@code output}, with {@code input}, {@code system} and {@code
   *       history}, a list of pairs of question and answer (Alpaca and LLaMA-Factory)
   *   <li>{@code prompt} and {@code completion} or {@code response}: strings or lists of messages
   *   <li>{@code question} and {@code answer}
   * </ul>
   *
   * <p>An answer marked as a bad one ({@code label} or {@code kto_tag} is {@code false}) is
   * refused.
   */
  public static RecordFormat<Dialogue> dialogues() {
    return RecordFormat.jsonValues("dialogues", (value, location) -> DialogueReader.read(value));
  }

  /**
   * Returns the format of preferences. The first of these that fits is taken:
   *
   * <ul>
   *   <li>{@code chosen} and {@code rejected} as whole conversations: what they share is the prompt
   *       (TRL's implicit prompt)
   *   <li>{@code chosen} and {@code rejected} as strings, messages or lists of messages, with the
   *       prompt in {@code prompt}, {@code conversations} or {@code messages} (strings or lists of
   *       messages), in {@code question}, or in {@code instruction}, {@code input} and {@code
   *       history}; each with {@code system}
   *   <li>{@code instruction} and {@code output}, a list of the chosen and the rejected answer
   *   <li>{@code input.messages}, {@code preferred_output} and {@code non_preferred_output}
   *       (OpenAI)
   * </ul>
   */
  public static RecordFormat<Preference> preferences() {
    return RecordFormat.jsonValues(
        "preferences", (value, location) -> PreferenceReader.read(value));
  }

  /**
   * Returns the format of TinyStories-Instruct: blocks of text separated by {@code <|endoftext|>},
   * each with some of {@code Words:}, {@code Features:}, {@code Summary:} and {@code Random
   * sentence:}, or their Chinese names ({@link StoryField}), in any order, and then {@code Story:}.
   */
  public static RecordFormat<StoryInstruction> storyBlocks() {
    return RecordFormat.separatedBy(
        "<|endoftext|>", "story-blocks", (text, location) -> StoryBlock.readStory(text));
  }

  /**
   * Returns the format of the same in JSON:
   *
   * <ul>
   *   <li>{@code instruction}, {@code input} and {@code output}: the input has the lines that a
   *       block has in front of its story, the output is the story
   *   <li>an object with a story in {@code story_zh} or {@code story}, and fields named as {@link
   *       StoryField} says, beside it or in an object {@code instruction}, whose values are strings
   *       or lists of strings. Beside a {@code story_zh}, which is translated, what is not written
   *       in Chinese is left out: in the TinyStoriesChinese data set words and summary are those of
   *       the English story.
   * </ul>
   */
  public static RecordFormat<StoryInstruction> storyRecords() {
    return RecordFormat.jsonValues(
        "story-records", (value, location) -> StoryRecordReader.read(value));
  }
}
