package io.github.maque.data.clean;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Chinese stories of one style: different ones share names, places and turns of phrase. What counts
 * as a shingle is written down here a second time, for tests to compare with.
 */
final class Stories {
  private static final String[] NAMES = {"小明", "莉莉", "汤姆", "安娜", "小兔子", "本", "花花", "老爷爷"};
  private static final String[] PLACES = {"公园里", "森林里", "河边", "学校", "厨房里", "花园里", "山上"};
  private static final String[] THINGS = {"红色的球", "小船", "苹果", "风筝", "帽子", "蛋糕", "玩具车"};
  private static final String[] VERBS = {"找到了", "弄丢了", "看见了", "分享了", "想要", "画了", "藏起了"};
  private static final String[] MOODS = {"很开心", "有点难过", "非常害怕", "十分惊讶", "觉得自豪", "累极了"};
  private static final String SYLLABLES = "天地风云山水花草鸟鱼星月日火木石春夏秋冬金银红绿蓝白";

  private final SplittableRandom random;

  Stories(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns a story of at least so many characters. */
  String next(int length) {
    StringBuilder story = new StringBuilder("从前，");
    while (story.length() < length) {
      story.append(sentence());
    }
    return story.toString();
  }

  String sentence() {
    String name = any(NAMES);
    String thing = word() + any(THINGS);
    String mood = any(MOODS);
    switch (random.nextInt(4)) {
      case 0:
        return name + "在" + any(PLACES) + any(VERBS) + "一个" + thing + "。";
      case 1:
        return "“你喜欢" + thing + "吗？”" + name + "问" + word() + "。";
      case 2:
        return name + mood + "，因为" + word() + any(VERBS) + thing + "！";
      default:
        return "那天" + word() + "和" + name + "一起去了" + any(PLACES) + "，" + mood + "。";
    }
  }

  private String any(String[] words) {
    return words[random.nextInt(words.length)];
  }

  /** A made-up word, without which the stories would soon repeat themselves. */
  private String word() {
    StringBuilder word = new StringBuilder();
    for (int i = 2 + random.nextInt(2); i > 0; i--) {
      word.append(SYLLABLES.charAt(random.nextInt(SYLLABLES.length())));
    }
    return word.toString();
  }

  /** Returns characters of which no two in a text are likely to be equal. */
  String noise(int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) (0x4e00 + random.nextInt(20_000)));
    }
    return text.toString();
  }

  /** Returns {@code text} with some characters replaced. */
  String edit(String text, int edits) {
    StringBuilder edited = new StringBuilder(text);
    for (int i = 0; i < edits; i++) {
      edited.setCharAt(random.nextInt(edited.length()), noise(1).charAt(0));
    }
    return edited.toString();
  }

  static Set<String> shingles(String text, int ngram) {
    int[] letters =
        text.replaceAll("[^\\p{L}\\p{M}\\p{N}]", "")
            .toLowerCase(Locale.ROOT)
            .codePoints()
            .toArray();
    Set<String> shingles = new HashSet<>();
    for (int i = 0; i + ngram <= letters.length; i++) {
      shingles.add(new String(letters, i, ngram));
    }
    return shingles;
  }

  static double jaccard(String a, String b) {
    Set<String> common = shingles(a, 5);
    Set<String> second = shingles(b, 5);
    int sum = common.size() + second.size();
    common.retainAll(second);
    return (double) common.size() / (sum - common.size());
  }
}
