package io.github.maque.examples.benchmark;

import java.util.Arrays;

/** draft */
public final class SyntheticChinese implements SyntheticCorpus {
  private static final double[] CLAUSE_LENGTHS = {
    0, .015, .0554, .0522, .1205, .0869, .1232, .1037, .099, .0809, .0659, .0513, .0393, .0294,
    .0218, .0159, .0115, .0082, .0058, .0042, .0029, .002, .0014, .001, .0007, .0005, .0003, .0002,
    .0002, .0001, .0001
  };

  static double d(String n, String v) {
    return Double.parseDouble(System.getProperty(n, v));
  }

  static final double SUCC = d("succ", "0.3");
  static final double DOC = d("doc", "0.1");
  static final double NAMES = d("names", "0.02");
  static final double SZ = d("sz", "0.8");
  static final double SO = d("so", "5");
  static final int SN = Integer.getInteger("sn", 4000);
  static final int DOCW = Integer.getInteger("docw", 256);
  static final double BW = d("bw", "0.12");
  static final double BFLAT = d("bflat", "0.6");
  static final int BN = Integer.getInteger("bn", 2000);
  static final double BZ = d("bz", "0.8");
  static final double NFLAT = d("nflat", "0.7");
  static final int BOOK = Integer.getInteger("book", 100);
  static final int NB = Integer.getInteger("nb", 500);
  static final double NZ = d("nz", "0.8");
  static final double SUCZ = d("sucz", "1");
  static final int S = Integer.getInteger("successors", 8);
  static final double[] STOCK = {
    0,
    0,
    d("s2", ".4"),
    d("s3", ".4"),
    d("s4", ".35"),
    d("s5", ".17"),
    d("s6", ".08"),
    d("s7", ".04"),
    d("s8", ".02")
  };

  final ChineseLexicon lexicon;
  final AliasTable words;
  final AliasTable[] upTo = new AliasTable[5];
  final int[] successors;
  final AliasTable successorRank;
  final AliasTable lengths = new AliasTable(CLAUSE_LENGTHS);
  final AliasTable stockRank;
  final AliasTable nameRank;
  final AliasTable nameChar;
  final AliasTable bookRank;
  final AliasTable bookWord;
  final char[][][] stock = new char[STOCK.length][SN][];
  final long seed;

  public SyntheticChinese(long seed) {
    this.seed = seed;
    lexicon = new ChineseLexicon(seed);
    words = new AliasTable(lexicon.weights);
    for (int l = 1; l < 4; l++) {
      double[] w = new double[lexicon.weights.length];
      for (int i = 0; i < w.length; i++)
        w[i] = ChineseLexicon.length(lexicon.words[i]) <= l ? lexicon.weights[i] : 0;
      upTo[l] = new AliasTable(w);
    }
    SplitMix random = new SplitMix(seed + 1);
    successors = new int[lexicon.words.length * S];
    for (int i = 0; i < successors.length; i++) successors[i] = words.draw(random);
    double[] w = new double[S];
    for (int i = 0; i < S; i++) w[i] = Math.pow(i + 1, -SUCZ);
    successorRank = new AliasTable(w);
    w = new double[SN];
    for (int i = 0; i < SN; i++) w[i] = Math.pow(i + SO, -SZ);
    stockRank = new AliasTable(w);
    w = new double[NB];
    for (int i = 0; i < NB; i++) w[i] = Math.pow(i + 3, -NZ);
    nameRank = new AliasTable(w);
    double[] f = ChineseLexicon.frequencies(lexicon.characters.length);
    for (int i = 0; i < f.length; i++) f[i] = Math.pow(f[i], NFLAT);
    nameChar = new AliasTable(f);
    w = new double[BN];
    for (int i = 0; i < BN; i++) w[i] = Math.pow(i + 5, -BZ);
    bookRank = new AliasTable(w);
    w = new double[lexicon.words.length];
    for (int i = lexicon.characters.length; i < w.length; i++)
      w[i] = Math.pow(lexicon.weights[i], BFLAT);
    bookWord = new AliasTable(w);
    Writer writer = new Writer(0);
    for (int l = 2; l < STOCK.length; l++)
      for (int i = 0; i < SN; i++) {
        writer.end = 0;
        writer.words(l, true);
        stock[l][i] = Arrays.copyOf(writer.text, writer.end);
      }
  }

  @Override
  public String document(long index) {
    Writer w = new Writer(index);
    int clauses = 100 + w.random.nextInt(400);
    for (int i = 0; i < clauses; i++) {
      w.clause();
      if (w.random.chance(.3)) {
        w.add('。');
        w.add('\n');
      } else w.add('，');
    }
    w.add('\n');
    return new String(w.text, 0, w.end);
  }

  final class Writer {
    final SplitMix random = new SplitMix(0);
    char[] text = new char[8192];
    int end;
    final long book;
    final SplitMix namer = new SplitMix(0);
    final int[] doc = new int[DOCW];

    Writer(long index) {
      random.reset(seed, index);
      book = index / BOOK;
      for (int i = 0; i < DOCW; i++) doc[i] = words.draw(random);
    }

    void add(char c) {
      text[end++] = c;
    }

    void add(long word) {
      text[end] = (char) word;
      text[end + 1] = (char) (word >>> 16);
      text[end + 2] = (char) (word >>> 32);
      text[end + 3] = (char) (word >>> 48);
      end += ChineseLexicon.length(word);
    }

    void clause() {
      if (end + 100 > text.length) text = Arrays.copyOf(text, 2 * text.length);
      int length = lengths.draw(random);
      if (length < STOCK.length && random.chance(STOCK[length])) {
        char[] s = stock[length][stockRank.draw(random)];
        System.arraycopy(s, 0, text, end, length);
        end += length;
        return;
      }
      words(length, false);
    }

    void words(int length, boolean isStock) {
      int left = length;
      int previous = -1;
      while (left > 0) {
        double u = random.nextDouble();
        if (left > 1 && !isStock && u < NAMES) {
          namer.reset(seed + 12345 + book, nameRank.draw(random));
          long n =
              (long) lexicon.characters[nameChar.draw(namer)]
                  | (long) lexicon.characters[nameChar.draw(namer)] << 16;
          if (left > 2 && namer.chance(.5))
            n |= (long) lexicon.characters[nameChar.draw(namer)] << 32;
          add(n);
          left -= ChineseLexicon.length(n);
          previous = -1;
          continue;
        }
        int word;
        u -= NAMES;
        if (!isStock && u < BW) {
          namer.reset(seed + 77777 + book, bookRank.draw(random));
          word = bookWord.draw(namer);
        } else if (!isStock && u < BW + DOC) word = doc[random.nextInt(DOCW)];
        else if (previous >= 0 && u < BW + SUCC + DOC)
          word = successors[previous * S + successorRank.draw(random)];
        else word = words.draw(random);
        long w = lexicon.words[word];
        int l = ChineseLexicon.length(w);
        if (l > left) {
          word = upTo[left].draw(random);
          w = lexicon.words[word];
          l = ChineseLexicon.length(w);
        }
        add(w);
        left -= l;
        previous = word;
      }
    }
  }
}
