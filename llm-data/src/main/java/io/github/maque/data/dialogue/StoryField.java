package io.github.maque.data.dialogue;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a story is asked to keep to, under the names that files and translators give it. */
public enum StoryField {
  /** Words to use in the story: 词汇, 关键词, 单词, 词语, Words, Keywords. */
  WORDS("词汇", true),
  /** What kind of story: 特征, 特点, 故事特点, 故事特征, 主题, Features. */
  FEATURES("特征", true),
  /** What happens: 摘要, 概要, 总结, 故事摘要, 故事概要, 故事总结, Summary. */
  SUMMARY("摘要", false),
  /** A sentence that stands in the story: 随机句子, 随机句, Random sentence, Sentence. */
  SENTENCE("随机句子", false);

  private static final Pattern INSIGNIFICANT = Pattern.compile("[\\s_]+");

  private final String label;
  private final boolean list;

  StoryField(String label, boolean list) {
    this.label = label;
    this.list = list;
  }

  /** Returns the one name that prompts use, in Chinese. */
  public String label() {
    return label;
  }

  /** Returns whether it has several values rather than one. */
  public boolean isList() {
    return list;
  }

  /**
   * Returns the field called {@code name}, if there is one. Upper case, spaces and underscores make
   * no difference.
   */
  public static Optional<StoryField> of(String name) {
    return switch (plain(name)) {
      case "词汇", "关键词", "单词", "词语", "words", "keywords" -> Optional.of(WORDS);
      case "特征", "特点", "故事特点", "故事特征", "主题", "features" -> Optional.of(FEATURES);
      case "摘要", "概要", "总结", "故事摘要", "故事概要", "故事总结", "summary" -> Optional.of(SUMMARY);
      case "随机句子", "随机句", "randomsentence", "sentence" -> Optional.of(SENTENCE);
      default -> Optional.empty();
    };
  }

  /** Returns a name without what makes no difference. */
  static String plain(String name) {
    return INSIGNIFICANT.matcher(name.strip().toLowerCase(Locale.ROOT)).replaceAll("");
  }
}
