package io.github.maque.examples.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * English-looking text: real words in Zipf's proportions, function words and content words in turn,
 * with names, numbers, quotes and some lines of code. It means nothing, but its words and spaces
 * are those a tokenizer meets.
 */
public final class SyntheticEnglish implements SyntheticCorpus {
  /** The words that hold sentences together, roughly the most frequent first. */
  private static final String FUNCTION_WORDS =
      "the of and to a in that is was he for it with as his on be at by I this had not are but from"
          + " or have an they which one you were her all she there would their we him been has when"
          + " who will more no if out so said what up its about into than them can only other new"
          + " some could time these two may then do first any my now such like our over me even"
          + " most made after also did many before must through back years where much your way well"
          + " down should because each just those people how too little state good very make world"
          + " still own see men work long get here between both life being under never day same"
          + " another know while last might us great old year off come since against go came right"
          + " used take three it's don't didn't I'm he's can't that's wasn't we're you'll I've"
          + " couldn't there's";

  /** Words with a meaning; forms of them are made by {@link #ENDINGS}. */
  private static final String NOUNS =
      "house hand place part child eye woman week case point government company number group"
          + " problem fact room water money story month lot right study book word business issue"
          + " side kind head friend father power hour game line end member law car city name"
          + " president team minute idea body information parent face level office door health"
          + " person art war history party result change morning reason research girl guy moment"
          + " air teacher force education food system program question night mother area country"
          + " school family student community table letter market price window river mountain"
          + " forest garden village road train letter paper machine engine computer network model"
          + " language sentence token letter value function variable method record field column"
          + " index server client message request response error memory thread process buffer"
          + " string character number sequence temperature pressure energy surface material method"
          + " theory experiment measurement island harbour captain soldier doctor lawyer painter"
          + " writer musician farmer merchant animal horse dog cat bird fish tree flower grass"
          + " stone metal glass cloth bread butter summer winter autumn spring evening century"
          + " decade kingdom empire church temple tower bridge street corner kitchen bedroom"
          + " ceiling floor wall roof chair bottle basket candle";

  private static final String VERBS =
      "say want look use find give tell ask seem feel try leave call need become put mean keep let"
          + " begin help talk turn start show hear play run move live believe bring happen write"
          + " provide sit stand lose pay meet include continue set learn lead understand watch"
          + " follow stop create speak read allow add spend grow open walk win offer remember love"
          + " consider appear buy wait serve die send expect build stay fall cut reach kill remain"
          + " suggest raise pass sell require report decide pull return explain hope develop carry"
          + " break receive agree support hit produce eat cover catch draw choose cause point"
          + " listen realize place close involve increase answer laugh whisper gather wonder travel"
          + " arrive measure compute store load parse merge split encode decode compare replace"
          + " insert";

  private static final String ADJECTIVES =
      "small large young different important public bad able big high national local social early"
          + " free real best better sure clear certain whole human hard possible full special"
          + " strong simple recent common poor natural significant similar hot dead central happy"
          + " serious ready easy quiet dark bright warm cold sudden gentle careful beautiful"
          + " ancient modern narrow broad heavy light empty final general particular physical"
          + " political economic technical practical curious patient honest foolish clever brave"
          + " silent distant familiar";

  private static final String NAMES =
      "London Paris Berlin Mary John James Elizabeth Thomas Anna Peter William Sarah David Robert"
          + " Alice Henry George Emma Charles Margaret America England Germany China Japan India"
          + " Europe Monday Tuesday Friday Sunday January March June September December Christmas"
          + " Smith Johnson Brown Wilson Taylor Anderson Cambridge Oxford Chicago Boston Texas";

  private static final String[] ENDINGS = {"s", "ed", "ing", "er", "ly", "ness", "ment", "able"};

  private static final double[] WORDS_IN_SENTENCE = {
    0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1,
    1
  };

  private final long seed;
  private final String[] functionWords = FUNCTION_WORDS.split(" ");
  private final String[] contentWords;
  private final String[] names = NAMES.split(" ");
  private final AliasTable functionWord = zipf(functionWords.length, 1.0, 1.5);
  private final AliasTable contentWord;
  private final AliasTable sentenceLength = new AliasTable(WORDS_IN_SENTENCE);

  /** Creates a corpus; another seed gives another one of the same kind. */
  public SyntheticEnglish(long seed) {
    this.seed = seed;
    contentWords = contentWords(new SplitMix(seed));
    contentWord = zipf(contentWords.length, 0.9, 20);
  }

  private static AliasTable zipf(int size, double exponent, double offset) {
    double[] weights = new double[size];
    for (int rank = 0; rank < size; rank++) {
      weights[rank] = StrictMath.pow(rank + offset, -exponent);
    }
    return new AliasTable(weights);
  }

  private static String[] contentWords(SplitMix random) {
    Set<String> words = new LinkedHashSet<>();
    List<String> plain = new ArrayList<>();
    for (String list : List.of(NOUNS, VERBS, ADJECTIVES)) {
      plain.addAll(List.of(list.split(" ")));
    }
    shuffle(plain, random);
    List<String> formed = new ArrayList<>();
    for (String noun : NOUNS.split(" ")) {
      formed.add(withEnding(noun, "s"));
    }
    for (String verb : VERBS.split(" ")) {
      for (String ending : List.of("s", "ed", "ing", "er")) {
        formed.add(withEnding(verb, ending));
      }
    }
    for (String adjective : ADJECTIVES.split(" ")) {
      formed.add(withEnding(adjective, "ly"));
    }
    shuffle(formed, random);
    words.addAll(plain);
    words.addAll(formed);
    // The long tail: rare forms, and words nobody has heard of.
    for (String word : plain) {
      words.add(withEnding(word, ENDINGS[random.nextInt(ENDINGS.length)]));
    }
    while (words.size() < 2500) {
      words.add(unheardOf(random));
    }
    return words.toArray(new String[0]);
  }

  private static void shuffle(List<String> words, SplitMix random) {
    for (int i = words.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      words.set(i, words.set(other, words.get(i)));
    }
  }

  private static String withEnding(String word, String ending) {
    boolean vowel = "aeiou".indexOf(ending.charAt(0)) >= 0;
    String stem = vowel && word.endsWith("e") ? word.substring(0, word.length() - 1) : word;
    boolean hisses = word.endsWith("s") || word.endsWith("x") || word.endsWith("ch");
    return stem + (ending.equals("s") && hisses ? "es" : ending);
  }

  private static String unheardOf(SplitMix random) {
    String onsets = "b br c ch cl d dr f fl g gr h j k l m n p pl qu r s st t tr v w";
    String rimes = "a an ar e el en er i in is o on or u um us y ia ent ism";
    StringBuilder word = new StringBuilder();
    for (int syllables = 2 + random.nextInt(3); syllables > 0; syllables--) {
      word.append(oneOf(onsets.split(" "), random)).append(oneOf(rimes.split(" "), random));
    }
    return word.toString();
  }

  private static String oneOf(String[] choices, SplitMix random) {
    return choices[random.nextInt(choices.length)];
  }

  @Override
  public String document(long index) {
    SplitMix random = new SplitMix(0);
    random.reset(seed, index);
    StringBuilder out = new StringBuilder(16_384);
    for (int paragraphs = 5 + random.nextInt(20); paragraphs > 0; paragraphs--) {
      if (random.chance(0.06)) {
        appendCode(random, out);
      } else {
        appendParagraph(random, out);
      }
      out.append("\n\n");
    }
    return out.toString();
  }

  private void appendParagraph(SplitMix random, StringBuilder out) {
    int sentences = 2 + random.nextInt(6);
    for (int i = 0; i < sentences; i++) {
      boolean quoted = random.chance(0.12);
      out.append(i > 0 ? " " : "").append(quoted ? "\"" : "");
      appendSentence(random, out);
      out.append(quoted ? "\"" : "");
    }
  }

  private void appendSentence(SplitMix random, StringBuilder out) {
    int words = sentenceLength.draw(random);
    int start = out.length();
    boolean function = random.chance(0.6);
    for (int i = 0; i < words; i++) {
      if (i > 0) {
        out.append(random.chance(0.07) ? ", " : " ");
      }
      if (random.chance(0.03)) {
        out.append(oneOf(names, random));
      } else if (random.chance(0.015)) {
        out.append(random.chance(0.3) ? 1900 + random.nextInt(130) : random.nextInt(500));
      } else if (function) {
        out.append(functionWords[functionWord.draw(random)]);
      } else {
        out.append(contentWords[contentWord.draw(random)]);
      }
      function = random.chance(function ? 0.38 : 0.66);
    }
    out.setCharAt(start, Character.toUpperCase(out.charAt(start)));
    out.append(random.chance(0.08) ? '?' : random.chance(0.04) ? '!' : '.');
  }

  private void appendCode(SplitMix random, StringBuilder out) {
    String type = capitalized(word(random)) + capitalized(word(random));
    String field = word(random) + capitalized(word(random));
    String index = random.chance(0.5) ? "i" : word(random) + "_index";
    out.append("public static int ").append(field).append('(').append(type).append(" input) {\n");
    out.append("    int ").append(index).append(" = ").append(random.nextInt(64)).append(";\n");
    out.append("    while (")
        .append(index)
        .append(" < input.")
        .append(word(random))
        .append("()) {\n");
    out.append("        // ")
        .append(word(random))
        .append(" the ")
        .append(word(random))
        .append('\n');
    out.append("        this.").append(word(random)).append('[').append(index).append("++] += 0x");
    out.append(Integer.toHexString(random.nextInt(65_536)).toUpperCase(Locale.ROOT)).append(";\n");
    out.append("    }\n    return ").append(index).append(";\n}");
  }

  private String word(SplitMix random) {
    return contentWords[contentWord.draw(random)];
  }

  private static String capitalized(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}
