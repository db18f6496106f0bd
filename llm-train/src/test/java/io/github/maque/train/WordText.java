package io.github.maque.train;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Text of words that follow each other at random, one token a letter: a word is known from its
 * first letter, so that all there is to guess is one of the words, once a word.
 */
final class WordText implements Sequences {
  private static final List<String> WORDS =
      List.of("sparrow", "is", "yet", "every", "organ", "tiny", "has", "whole", "bird", "mouse");

  private static final int SPACE = 26;

  private final int length;
  private final long size;

  WordText(int length, long size) {
    this.length = length;
    this.size = size;
  }

  /** Returns the loss of a letter for somebody who knows the words, in nats. */
  double entropy() {
    double letters = WORDS.stream().mapToInt(word -> word.length() + 1).average().orElseThrow();
    return Math.log(WORDS.size()) / letters;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void read(long index, Row row) {
    SplittableRandom random = new SplittableRandom(index);
    StringBuilder text = new StringBuilder(" ");
    while (text.length() <= length) {
      text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
    }
    for (int place = 0; place < length; place++) {
      row.ids[place] = token(text.charAt(place));
      row.targets[place] = token(text.charAt(place + 1));
      row.lossWeights[place] = 1;
    }
    row.segment(0, 0, length);
  }

  private static int token(char letter) {
    return letter == ' ' ? SPACE : letter - 'a';
  }
}
