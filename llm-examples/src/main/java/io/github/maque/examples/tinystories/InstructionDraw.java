package io.github.maque.examples.tinystories;

import static io.github.maque.data.dialogue.StoryField.FEATURES;
import static io.github.maque.data.dialogue.StoryField.SENTENCE;
import static io.github.maque.data.dialogue.StoryField.SUMMARY;
import static io.github.maque.data.dialogue.StoryField.WORDS;

import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import io.github.maque.data.dialogue.StoryInstruction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Chooses what a story could have been asked for. Words alone are asked for most often. */
final class InstructionDraw {
  /** Which fields, each list as likely as the others. */
  private static final List<List<StoryField>> FIELDS =
      List.of(
          List.of(WORDS),
          List.of(WORDS),
          List.of(WORDS),
          List.of(WORDS),
          List.of(WORDS),
          List.of(WORDS),
          List.of(WORDS, FEATURES),
          List.of(WORDS, FEATURES),
          List.of(WORDS, SENTENCE),
          List.of(WORDS, SUMMARY),
          List.of(FEATURES, SUMMARY),
          List.of(SENTENCE));

  /** How many words, each number as likely as the others. */
  private static final List<Integer> WORD_COUNTS = List.of(2, 2, 2, 3, 3);

  private static final int FEWEST_WORDS = 2;

  /** Shorter ones are only sounds. */
  private static final int SHORTEST_SENTENCE = 4;

  private static final int LONGEST_SENTENCE = 32;

  private final Story story;
  private final Random random;

  InstructionDraw(Story story, Random random) {
    this.story = story;
    this.random = random;
  }

  StoryInstruction draw() {
    List<StoryConstraint> constraints = new ArrayList<>();
    for (StoryField field : FIELDS.get(random.nextInt(FIELDS.size()))) {
      List<String> values = values(field);
      if (!values.isEmpty()) {
        constraints.add(new StoryConstraint(field, values));
      }
    }
    if (constraints.isEmpty()) {
      constraints.add(new StoryConstraint(SENTENCE, values(SENTENCE)));
    }
    return new StoryInstruction(constraints, story.text());
  }

  /** Returns what may be asked for, or nothing if the story does not offer it. */
  private List<String> values(StoryField field) {
    return switch (field) {
      case WORDS -> words();
      case FEATURES -> features();
      case SUMMARY -> List.of(story.summary());
      case SENTENCE -> List.of(sentence());
    };
  }

  /**
   * Draws words of which none is part of another: what the story is about, and other words only
   * where that is too little; none if it has not enough.
   */
  List<String> words() {
    int count = WORD_COUNTS.get(random.nextInt(WORD_COUNTS.size()));
    List<String> words = new ArrayList<>();
    add(words, story.subjects(), count);
    add(words, story.words(), FEWEST_WORDS);
    Collections.shuffle(words, random);
    return words.size() < FEWEST_WORDS ? List.of() : words;
  }

  /** Adds words in a drawn order until there are enough. */
  private void add(List<String> words, List<String> source, int enough) {
    List<String> candidates = new ArrayList<>(source);
    Collections.shuffle(candidates, random);
    for (String candidate : candidates) {
      if (words.size() < enough && words.stream().noneMatch(word -> overlap(word, candidate))) {
        words.add(candidate);
      }
    }
  }

  private static boolean overlap(String one, String other) {
    return one.contains(other) || other.contains(one);
  }

  private List<String> features() {
    List<String> features = new ArrayList<>(story.features());
    Collections.shuffle(features, random);
    return features.subList(0, Math.min(features.size(), 1 + random.nextInt(2)));
  }

  private String sentence() {
    List<String> sentences = story.sentences();
    List<String> handy = sentences.stream().filter(InstructionDraw::isHandy).toList();
    List<String> from = handy.isEmpty() ? sentences : handy;
    return from.get(random.nextInt(from.size()));
  }

  private static boolean isHandy(String sentence) {
    return sentence.length() >= SHORTEST_SENTENCE && sentence.length() <= LONGEST_SENTENCE;
  }
}
