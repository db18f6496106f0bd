package io.github.maque.examples.tinystories;

import java.util.ArrayList;
import java.util.List;

/**
 * A story and what is true of it.
 *
 * @param plot the title of its plot
 * @param text the story, in one paragraph
 * @param subjects things, animals and places that it is about, each of which occurs in the text
 * @param words other words that occur in the text and not in most stories
 * @param features what it has: 对话 (dialogue), 转折 (a twist), 寓意 (a moral), 冲突 (a conflict), 伏笔
 *     (foreshadowing), 悲伤的结局 (a sad ending)
 * @param summary what happens, in one sentence
 */
public record Story(
    String plot,
    String text,
    List<String> subjects,
    List<String> words,
    List<String> features,
    String summary) {
  /** How many characters a text has at most. */
  public static final int LONGEST = 250;

  /** Copies the lists. */
  public Story {
    subjects = List.copyOf(subjects);
    words = List.copyOf(words);
    features = List.copyOf(features);
  }

  /**
   * Returns the sentences one behind the other: joined they are the text. What somebody says
   * belongs to the sentence that tells who says it.
   */
  public List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (endsSentence(from, i)) {
        sentences.add(text.substring(from, i + 1));
        from = i + 1;
      }
    }
    return sentences;
  }

  /** A quotation ends a sentence if words announced it; otherwise its speaker follows. */
  private boolean endsSentence(int from, int end) {
    int open = text.lastIndexOf('“', end);
    boolean announced = open > from && "：，".indexOf(text.charAt(open - 1)) >= 0;
    if (text.charAt(end) == '”') {
      return announced && "。！？…".indexOf(text.charAt(end - 1)) >= 0;
    }
    boolean quoted = open >= from && text.indexOf('”', open) > end;
    return !quoted && "。！？".indexOf(text.charAt(end)) >= 0;
  }
}
