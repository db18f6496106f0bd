package io.github.maque.examples.benchmark;

import java.nio.charset.Charset;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The words of {@link SyntheticChinese}: single characters, real common words, and a long tail of
 * made-up ones, used so often that every character comes out as frequent as in real prose.
 *
 * <p>All of it follows from the constants in this file. Those that are numbers were fitted to
 * statistics of real text; no text went into it.
 */
final class ChineseLexicon {
  /** Characters that are frequent in any modern prose, roughly the most frequent first. */
  private static final String FREQUENT =
      "的一是不了在有人我他这们中大来上个国到说时为地要就出会可也你对生能子那得着下"
          + "自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好"
          + "小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性"
          + "知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产新己制"
          + "身果加西月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真"
          + "论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建"
          + "务做接必场件计管期市直德资命山金指许统区保至队形社便空决治展马科司五基眼书非则听"
          + "白却界达光放强即像难且权思王完设式色路记南品住告类求据程北边死张该交规万取拉格望"
          + "觉术领共确传师观清今切院让识候带导争运笑飞风步改收根干造言联持组每济车亲极林服快"
          + "办议往元英士证近失转夫令准布始怎呢存未远叫台单影具罗字爱击流备兵连调深商算质团集"
          + "百需价花党华城石级整府离况亚请技际约示复病息究线似官火断精满支视消越器容照须九增";

  /** Common words of more than one character, roughly the most frequent first. */
  private static final String WORDS =
      "我们 他们 自己 没有 什么 一个 这个 可以 知道 因为 就是 时候 你们 这样 所以 如果 但是 已经 现在 起来"
          + " 这些 那个 出来 不是 问题 大家 怎么 生活 不能 一样 工作 开始 觉得 还是 孩子 看到 于是 地方 东西 今天"
          + " 后来 时间 妈妈 第一 许多 这里 可是 她们 朋友 然后 虽然 那些 一定 只是 先生 国家 非常 而且 老师 最后"
          + " 喜欢 不会 世界 有人 回来 告诉 学生 为了 社会 不知 一起 有些 中国 发现 终于 一直 那里 经过 甚至 人们"
          + " 当时 那么 一天 眼睛 看见 声音 父亲 母亲 突然 应该 身上 心里 成为 需要 希望 如此 忽然 事情 很多 以后"
          + " 认为 为什么 不过 就像 其实 一切 以前 明白 高兴 许久 发生 作为 过去 出去 不同 之后 之间 其中 根据 进行"
          + " 发展 经济 政府 公司 研究 技术 方面 关系 情况 方法 重要 影响 作用 条件 能力 部分 系统 要求 活动 变化"
          + " 办法 机会 结果 原因 历史 文化 教育 科学 人民 生产 管理 组织 政治 思想 精神 内容 形式 过程 水平 环境"
          + " 学习 学校 同学 故事 小说 城市 农村 市场 企业 产品 价格 增长 提高 建设 服务 计划 目标 任务 会议 代表"
          + " 主要 基本 一般 特别 完全 直接 必须 能够 不断 逐渐 立刻 马上 刚刚 永远 几乎 似乎 仍然 依然 果然 居然"
          + " 天空 太阳 月亮 星星 大海 河水 山坡 树林 花园 小鸟 小狗 小猫 兔子 大象 森林 春天 夏天 秋天 冬天 早晨"
          + " 晚上 中午 昨天 明天 去年 今年 明年 星期 上午 下午 房间 门口 窗户 桌子 椅子 手机 电脑 电话 照片 汽车"
          + " 飞机 火车 医院 医生 病人 身体 健康 吃饭 睡觉 走路 说话 唱歌 跳舞 画画 读书 写字 游戏 快乐 难过 生气"
          + " 害怕 担心 勇敢 善良 聪明 美丽 漂亮 可爱 温暖 安静 干净 热闹 简单 容易 困难 清楚 奇怪 有趣 危险 安全"
          + " 奶奶 爷爷 爸爸 哥哥 姐姐 弟弟 妹妹 男孩 女孩 小朋友 老人家 年轻人 有一天 一会儿 越来越 怎么样 没关系"
          + " 不由得 这时候 实际上 总而言之 与此同时 从此以后 不知不觉 自言自语 小心翼翼 高高兴兴 兴高采烈 五颜六色";

  /**
   * How often the n-th most frequent character occurs in a million Han characters of modern prose,
   * measured on 25 million characters; straight lines in between on logarithmic scales.
   */
  private static final double[][] FREQUENCY_BY_RANK = {
    {1, 25600},
    {2, 10800},
    {3, 10700},
    {5, 9030},
    {10, 7240},
    {20, 4910},
    {30, 4260},
    {50, 2970},
    {70, 2290},
    {100, 1920},
    {150, 1410},
    {200, 1140},
    {300, 749},
    {400, 556},
    {500, 434},
    {700, 290},
    {1000, 171},
    {1500, 82.5},
    {2000, 40.7},
    {2500, 22.5},
    {3000, 12.8},
    {4000, 4.0},
    {5000, 1.3},
    {6000, 0.4},
    {7000, 0.1}
  };

  /**
   * Clauses end with short words more often than words are short, and short words are made of
   * frequent characters; flattening the frequencies by this power makes up for it.
   */
  private static final double FLATTENING = 0.98;

  /** How many words there are of more than one character. */
  private static final int LONG_WORDS = 50_000;

  /** The n-th of them occurs in proportion to (n + offset) to the power of minus this. */
  private static final double ZIPF_EXPONENT = 0.95;

  private static final double ZIPF_OFFSET = 20;

  /** Which part of them has two characters, and which three; the others have four. */
  private static final double TWO_CHARACTERS = 0.72;

  private static final double THREE_CHARACTERS = 0.195;

  private final char[] characters;
  private final double[] frequencies;
  private final long[] words;
  private final double[] weights;

  ChineseLexicon(long seed) {
    SplitMix random = new SplitMix(seed);
    characters = rankedCharacters(random);
    frequencies = frequencies(characters.length);
    words = new long[characters.length + LONG_WORDS];
    weights = new double[words.length];
    double[] budget = new double[characters.length];
    for (int rank = 0; rank < characters.length; rank++) {
      words[rank] = characters[rank];
      weights[rank] = frequencies[rank] * shareAlone(rank);
      budget[rank] = frequencies[rank] - weights[rank];
    }
    addLongWords(new WordMaker(characters, budget, random), random);
  }

  private void addLongWords(WordMaker maker, SplitMix random) {
    String[] known = WORDS.split(" ");
    int[] lengths = new int[LONG_WORDS];
    double[] zipf = new double[LONG_WORDS];
    double charactersUsed = 0;
    for (int i = 0; i < LONG_WORDS; i++) {
      lengths[i] = i < known.length ? known[i].length() : randomLength(random);
      zipf[i] = StrictMath.pow(i + ZIPF_OFFSET, -ZIPF_EXPONENT);
      charactersUsed += zipf[i] * lengths[i];
    }
    double scale = maker.budget() / charactersUsed;
    for (int i = 0; i < LONG_WORDS; i++) {
      double weight = zipf[i] * scale;
      weights[characters.length + i] = weight;
      words[characters.length + i] =
          i < known.length ? maker.use(known[i], weight) : maker.make(lengths[i], weight);
    }
  }

  private static int randomLength(SplitMix random) {
    double part = random.nextDouble();
    return part < TWO_CHARACTERS ? 2 : part < TWO_CHARACTERS + THREE_CHARACTERS ? 3 : 4;
  }

  /** Which part of a character's occurrences are words of their own. */
  private static double shareAlone(int rank) {
    return rank < 60 ? 0.24 : rank < 300 ? 0.25 : rank < 2500 ? 0.008 : 0.03;
  }

  /** Returns how many words there are. */
  int size() {
    return words.length;
  }

  /**
   * Returns word {@code index}: four characters, the first one in the lowest 16 bits; a shorter
   * word ends with zeros. The words of one character come first, one for each character.
   */
  long word(int index) {
    return words[index];
  }

  /** Returns how many characters a word has. */
  static int length(long word) {
    return 79 - Long.numberOfLeadingZeros(word) >>> 4;
  }

  /** Returns how often each word is used, relative to the others. */
  double[] weights() {
    return weights.clone();
  }

  /** Returns how many characters there are, the most frequent first. */
  int characters() {
    return characters.length;
  }

  /** Returns the character with this rank, the most frequent being 0. */
  char character(int rank) {
    return characters[rank];
  }

  /** Returns which part of all characters each one is to be. */
  double[] frequencies() {
    return frequencies.clone();
  }

  private static char[] rankedCharacters(SplitMix random) {
    Set<Character> ranked = new LinkedHashSet<>();
    FREQUENT.chars().forEach(c -> ranked.add((char) c));
    // GB 2312 tells common characters (rows 16 to 55) from rare ones (rows 56 to 87), no more.
    addRows(16, 55, ranked, random);
    addRows(56, 87, ranked, random);
    char[] characters = new char[ranked.size()];
    int next = 0;
    for (char c : ranked) {
      characters[next++] = c;
    }
    return characters;
  }

  private static void addRows(int first, int last, Set<Character> ranked, SplitMix random) {
    byte[] codes = new byte[(last - first + 1) * 94 * 2];
    int end = 0;
    for (int row = first; row <= last; row++) {
      for (int cell = 1; cell <= 94; cell++) {
        codes[end++] = (byte) (0xA0 + row);
        codes[end++] = (byte) (0xA0 + cell);
      }
    }
    char[] found = new String(codes, Charset.forName("GB2312")).replace("\uFFFD", "").toCharArray();
    for (int i = found.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      char c = found[i];
      found[i] = found[other];
      found[other] = c;
    }
    for (char c : found) {
      ranked.add(c);
    }
  }

  /** StrictMath here and elsewhere: the last digit, too, must be the same on every machine. */
  private static double[] frequencies(int size) {
    double[] frequencies = new double[size];
    double sum = 0;
    int segment = 0;
    for (int rank = 1; rank <= size; rank++) {
      while (segment < FREQUENCY_BY_RANK.length - 2 && rank > FREQUENCY_BY_RANK[segment + 1][0]) {
        segment++;
      }
      double[] from = FREQUENCY_BY_RANK[segment];
      double[] to = FREQUENCY_BY_RANK[segment + 1];
      double part = StrictMath.log(rank / from[0]) / StrictMath.log(to[0] / from[0]);
      double frequency = from[1] * StrictMath.pow(to[1] / from[1], part);
      frequencies[rank - 1] = StrictMath.pow(frequency, FLATTENING);
      sum += frequencies[rank - 1];
    }
    for (int i = 0; i < size; i++) {
      frequencies[i] /= sum;
    }
    return frequencies;
  }

  /**
   * Makes words, the most frequent first, out of characters that still have to occur: each word
   * spends what its characters have left, so that at the end all of them are as frequent as wanted.
   */
  private static final class WordMaker {
    /** Something always stays, or the last words would all be made of the same few characters. */
    private static final double LEAST_BUDGET = 1e-9;

    private static final int ATTEMPTS = 20;

    private final char[] characters;
    private final double[] budget;

    /**
     * Sums of budgets, as a Fenwick tree: entry i holds those of the lowest set bit of i before it.
     */
    private final double[] sums;

    private final int[] rankOf = new int[1 << 16];
    private final Set<Long> made = new HashSet<>();
    private final SplitMix random;

    WordMaker(char[] characters, double[] budget, SplitMix random) {
      this.characters = characters;
      this.budget = budget;
      this.random = random;
      sums = new double[2 * Integer.highestOneBit(characters.length) + 1];
      for (int rank = 0; rank < characters.length; rank++) {
        rankOf[characters[rank]] = rank;
        addToSums(rank, budget[rank]);
      }
    }

    double budget() {
      double sum = 0;
      for (double part : budget) {
        sum += part;
      }
      return sum;
    }

    /** Takes a word as it is. */
    long use(String word, double weight) {
      long packed = 0;
      for (int i = word.length() - 1; i >= 0; i--) {
        packed = packed << 16 | word.charAt(i);
        spend(rankOf[word.charAt(i)], weight);
      }
      made.add(packed);
      return packed;
    }

    /** Makes a word that there is not yet. */
    long make(int length, double weight) {
      int[] ranks = new int[length];
      long packed;
      do {
        packed = 0;
        for (int i = 0; i < length; i++) {
          ranks[i] = draw(weight);
          packed = packed << 16 | characters[ranks[i]];
        }
      } while (!made.add(packed));
      for (int rank : ranks) {
        spend(rank, weight);
      }
      return packed;
    }

    /** Draws a character in proportion to what it has left, if possible one that can afford it. */
    private int draw(double weight) {
      int rank = 0;
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        rank = find(random.nextDouble() * sums[sums.length - 1]);
        if (budget[rank] >= weight) {
          return rank;
        }
      }
      return rank;
    }

    private void spend(int rank, double weight) {
      double left = Math.max(budget[rank] - weight, LEAST_BUDGET);
      addToSums(rank, left - budget[rank]);
      budget[rank] = left;
    }

    private void addToSums(int index, double amount) {
      for (int i = index + 1; i < sums.length; i += i & -i) {
        sums[i] += amount;
      }
    }

    /** Returns the first index up to which the budgets sum up to more than {@code target}. */
    private int find(double target) {
      double rest = target;
      int index = 0;
      for (int step = sums.length - 1; step > 0; step /= 2) {
        if (index + step < sums.length && sums[index + step] <= rest) {
          index += step;
          rest -= sums[index];
        }
      }
      return Math.min(index, characters.length - 1);
    }
  }
}
