package io.github.maque.examples.benchmark;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Text that means nothing, but on which a tokenizer works as hard as on real modern Chinese prose:
 * clauses are as long and repeat as often, characters and pairs and triples of them are as
 * frequent, and vocabularies learned from it spell as many characters per token ({@code maque bench
 * corpus} shows the figures side by side).
 *
 * <p>How: words of a {@link ChineseLexicon} in Zipf's proportions. Which word comes next depends on
 * the one before (collocations), on the document (its subject), and on the book, a run of documents
 * that share names and favourite words; some short clauses are stock phrases.
 */
public final class SyntheticChinese implements SyntheticCorpus {
  /** How many of 10,000 clauses have 0, 1, 2… characters, as measured on real prose. */
  private static final double[] CLAUSE_LENGTHS = {
    0, 150, 554, 522, 1205, 869, 1232, 1037, 990, 809, 659, 513, 393, 294, 218, 159, 115, 82, 58,
    42, 29, 20, 14, 10, 7, 5, 3, 2, 2, 1, 1
  };

  /** How many of 100 sentences have 0, 1, 2… clauses. */
  private static final double[] SENTENCE_LENGTHS = {0, 10, 26, 21, 16, 10, 6, 4, 2, 2, 1, 1, 1};

  /** How likely a clause of 0, 1, 2… characters is a stock phrase. */
  private static final double[] STOCK_SHARES = {0, 0, 0.42, 0.43, 0.25, 0.115, 0.053, 0.055, 0.009};

  private static final int STOCK_PHRASES = 6700;
  private static final int LONGEST_WORD = 4;
  private static final int SUCCESSORS = 10;

  /** What the next word depends on: each is the chance of one way to choose it. */
  private static final double NAME = 0.04;

  private static final double BOOK_WORD = 0.13;
  private static final double DOCUMENT_WORD = 0.03;
  private static final double SUCCESSOR = 0.42;

  private static final int DOCUMENTS_PER_BOOK = 120;
  private static final int NAMES_PER_BOOK = 400;
  private static final int WORDS_PER_BOOK = 3000;
  private static final int WORDS_PER_DOCUMENT = 256;

  /** Numbers and foreign words stand in front of a clause. */
  private static final double NUMBER = 0.012;

  private static final double FOREIGN_WORD = 0.006;
  private static final double TITLE = 0.005;
  private static final double QUOTE = 0.05;

  private static final String[] COUNTERS = {"年", "月", "日", "个", "万", "亿元", "人", "%", "公里"};
  private static final String[] FOREIGN_WORDS = {
    "GDP", "AI", "CEO", "iPhone", "DNA", "Windows", "App", "NBA", "Java", "WTO", "PM2.5", "Google"
  };

  private final long seed;
  private final ChineseLexicon lexicon;
  private final AliasTable anyWord;

  /** Words of at most 0, 1, 2… characters, for the end of a clause. */
  private final AliasTable[] shortWord = new AliasTable[LONGEST_WORD + 1];

  /** For every word, the words that like to follow it. */
  private final int[] successors;

  private final AliasTable successor = zipf(SUCCESSORS, 1, 1);
  private final AliasTable clauseLength = new AliasTable(CLAUSE_LENGTHS);
  private final AliasTable sentenceLength = new AliasTable(SENTENCE_LENGTHS);

  /** Stock phrases by length. */
  private final char[][][] stock = new char[STOCK_SHARES.length][STOCK_PHRASES][];

  private final AliasTable stockPhrase = zipf(STOCK_PHRASES, 1.69, 7);
  private final AliasTable nameInBook = zipf(NAMES_PER_BOOK, 0.64, 3);
  private final AliasTable nameCharacter;
  private final AliasTable wordInBook = zipf(WORDS_PER_BOOK, 0.8, 5);
  private final AliasTable favouriteWord;

  /**
   * Creates a corpus.
   *
   * @param seed another one gives another corpus of the same kind
   */
  public SyntheticChinese(long seed) {
    this.seed = seed;
    lexicon = new ChineseLexicon(seed);
    anyWord = words(length -> true, 1);
    for (int length = 1; length < LONGEST_WORD; length++) {
      int longest = length;
      shortWord[length] = words(l -> l <= longest, 1);
    }
    shortWord[LONGEST_WORD] = anyWord;
    favouriteWord = words(length -> length > 1, 0.82);
    double[] flattened = lexicon.frequencies();
    for (int i = 0; i < flattened.length; i++) {
      flattened[i] = StrictMath.pow(flattened[i], 0.75);
    }
    nameCharacter = new AliasTable(flattened);

    SplitMix random = new SplitMix(seed + 1);
    successors = new int[lexicon.size() * SUCCESSORS];
    Arrays.setAll(successors, i -> anyWord.draw(random));
    Page page = new Page(random);
    for (int length = 2; length < stock.length; length++) {
      for (int i = 0; i < STOCK_PHRASES; i++) {
        page.end = 0;
        page.addWords(length, false);
        stock[length][i] = Arrays.copyOf(page.text, page.end);
      }
    }
  }

  private AliasTable words(IntPredicate lengths, double power) {
    double[] weights = lexicon.weights();
    for (int i = 0; i < weights.length; i++) {
      boolean wanted = lengths.test(ChineseLexicon.length(lexicon.word(i)));
      weights[i] = wanted ? StrictMath.pow(weights[i], power) : 0;
    }
    return new AliasTable(weights);
  }

  private static AliasTable zipf(int size, double exponent, double offset) {
    double[] weights = new double[size];
    Arrays.setAll(weights, rank -> StrictMath.pow(rank + offset, -exponent));
    return new AliasTable(weights);
  }

  @Override
  public String document(long index) {
    SplitMix random = new SplitMix(0);
    random.reset(seed, index);
    Page page = new Page(random, index);
    page.addDocument();
    return new String(page.text, 0, page.end);
  }

  /** The text of a document while it is written. */
  private final class Page {
    private final SplitMix random;
    private final SplitMix fixed = new SplitMix(0);
    private final long bookNames;
    private final long bookWords;
    private final int[] documentWords = new int[WORDS_PER_DOCUMENT];
    private char[] text = new char[8192];
    private int end;

    Page(SplitMix random) {
      this(random, 0);
    }

    Page(SplitMix random, long index) {
      this.random = random;
      long book = index / DOCUMENTS_PER_BOOK;
      bookNames = seed - 2 * book - 1;
      bookWords = seed - 2 * book - 2;
      for (int i = 0; i < WORDS_PER_DOCUMENT; i++) {
        documentWords[i] = anyWord.draw(random);
      }
    }

    void addDocument() {
      for (int paragraphs = 10 + random.nextInt(50); paragraphs > 0; paragraphs--) {
        for (int sentences = 1 + random.nextInt(3); sentences > 0; sentences--) {
          addSentence();
        }
        add('\n');
      }
      add('\n');
    }

    private void addSentence() {
      int clauses = sentenceLength.draw(random);
      boolean quote = clauses > 1 && random.chance(QUOTE);
      for (int i = 0; i < clauses; i++) {
        addClause();
        if (i == clauses - 1) {
          add(random.chance(0.04) ? '？' : random.chance(0.02) ? '！' : '。');
        } else if (i == 0 && quote) {
          add('：');
          add('“');
        } else {
          add(random.chance(0.09) ? '、' : random.chance(0.03) ? '；' : '，');
        }
      }
      if (quote) {
        add('”');
      }
    }

    private void addClause() {
      int length = clauseLength.draw(random);
      if (end + 4 * CLAUSE_LENGTHS.length > text.length) {
        text = Arrays.copyOf(text, 2 * text.length);
      }
      double kind = random.nextDouble();
      if (kind < NUMBER) {
        add(String.valueOf(random.nextInt(random.chance(0.5) ? 100 : 2500)));
        add(COUNTERS[random.nextInt(COUNTERS.length)]);
      } else if (kind < NUMBER + FOREIGN_WORD) {
        add(FOREIGN_WORDS[random.nextInt(FOREIGN_WORDS.length)]);
      } else if (kind < NUMBER + FOREIGN_WORD + TITLE) {
        add('《');
        addWords(2 + random.nextInt(4), true);
        add('》');
      }
      if (length < stock.length && random.chance(STOCK_SHARES[length])) {
        char[] phrase = stock[length][stockPhrase.draw(random)];
        System.arraycopy(phrase, 0, text, end, length);
        end += length;
      } else {
        addWords(length, true);
      }
    }

    /**
     * Adds words of {@code characters} characters in all.
     *
     * @param inBook whether they may be those of the document and its book
     */
    private void addWords(int characters, boolean inBook) {
      int left = characters;
      int previous = -1;
      while (left > 0) {
        double choice = random.nextDouble() - (inBook ? 0 : -NAME - BOOK_WORD - DOCUMENT_WORD);
        long word;
        if (choice < NAME && left > 1) {
          word = name(left);
          previous = -1;
        } else {
          previous = nextWord(choice - NAME, previous);
          word = lexicon.word(previous);
          if (ChineseLexicon.length(word) > left) {
            previous = shortWord[left].draw(random);
            word = lexicon.word(previous);
          }
        }
        left -= add(word);
      }
    }

    private int nextWord(double choice, int previous) {
      double rest = choice;
      if (rest < BOOK_WORD) {
        fixed.reset(bookWords, wordInBook.draw(random));
        return favouriteWord.draw(fixed);
      }
      rest -= BOOK_WORD;
      if (rest < DOCUMENT_WORD) {
        return documentWords[random.nextInt(WORDS_PER_DOCUMENT)];
      }
      rest -= DOCUMENT_WORD;
      if (rest < SUCCESSOR && previous >= 0) {
        return successors[previous * SUCCESSORS + successor.draw(random)];
      }
      return anyWord.draw(random);
    }

    /** One of the book's names; it follows from its number, so that no book need be kept. */
    private long name(int longest) {
      fixed.reset(bookNames, nameInBook.draw(random));
      long name = nameCharacter() | nameCharacter() << 16;
      boolean isLong = fixed.chance(0.5);
      return isLong && longest > 2 ? name | nameCharacter() << 32 : name;
    }

    private long nameCharacter() {
      return lexicon.character(nameCharacter.draw(fixed));
    }

    /** Adds a word and returns its length. There must be room for the longest. */
    private int add(long word) {
      text[end] = (char) word;
      text[end + 1] = (char) (word >>> 16);
      text[end + 2] = (char) (word >>> 32);
      text[end + 3] = (char) (word >>> 48);
      int length = ChineseLexicon.length(word);
      end += length;
      return length;
    }

    private void add(char c) {
      text[end++] = c;
    }

    private void add(String word) {
      word.getChars(0, word.length(), text, end);
      end += word.length();
    }
  }
}
