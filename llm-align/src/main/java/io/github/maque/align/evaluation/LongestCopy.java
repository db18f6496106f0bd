package io.github.maque.align.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds for each of some answers the longest stretch that stands in texts the model was trained on,
 * whose texts are shown one after the other and not kept. Exact, character by character.
 *
 * <pre>{@code
 * LongestCopy copies = new LongestCopy(answers);
 * RecordSource.of(stories, file).forEach(document -> copies.accept(document.text()));
 * String learntByHeart = copies.longest(0);
 * }</pre>
 *
 * <p>The answers are held in a suffix automaton (Blumer et al., "The smallest automaton recognizing
 * the subwords of a text", 1985) that the training texts are run through: the time is in proportion
 * to all texts, the memory, 100 to 130 bytes a character, to the answers alone. Used by one thread.
 */
public final class LongestCopy implements Consumer<String> {
  /** How many characters the answers may have together. */
  public static final int MOST_CHARACTERS = 1 << 24;

  private final List<String> answers;
  private final SuffixAutomaton automaton;

  /** For every character of the answers, and for what separates them, the state behind it. */
  private final int[] stateBehind;

  /** For every state the longest stretch of a training text that led to it. */
  private final int[] reached;

  /**
   * Creates one that has seen no training text.
   *
   * @param answers of at most {@link #MOST_CHARACTERS} chars together
   */
  public LongestCopy(List<String> answers) {
    this.answers = List.copyOf(answers);
    long characters = answers.stream().mapToLong(answer -> answer.length() + 1L).sum();
    if (characters > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "answers must have at most "
              + MOST_CHARACTERS
              + " characters together, got "
              + characters);
    }
    automaton = new SuffixAutomaton((int) characters);
    stateBehind = new int[(int) characters];
    int at = 0;
    for (String answer : answers) {
      for (int character : answer.codePoints().toArray()) {
        stateBehind[at++] = automaton.append(character);
      }
      // No text has it, so that no stretch goes from one answer into the next.
      stateBehind[at++] = automaton.append(SuffixAutomaton.SEPARATOR);
    }
    reached = new int[automaton.states()];
  }

  /** Looks for the answers in one more training text. */
  @Override
  public void accept(String trainingText) {
    int state = SuffixAutomaton.START;
    int length = 0;
    for (int at = 0; at < trainingText.length(); ) {
      int character = trainingText.codePointAt(at);
      at += Character.charCount(character);
      int next = automaton.next(state, character);
      while (next < 0 && state != SuffixAutomaton.START) {
        state = automaton.shorter(state);
        length = automaton.length(state);
        next = automaton.next(state, character);
      }
      if (next >= 0) {
        state = next;
        length++;
        reached[state] = Math.max(reached[state], length);
      }
    }
  }

  /**
   * Returns for each answer the longest stretch of it that was in a training text, the first one of
   * equally long ones; empty if not one character was.
   */
  public List<String> longest() {
    int[] found = foundBehindStates();
    String[] longest = new String[answers.size()];
    int at = 0;
    for (int answer = 0; answer < longest.length; answer++) {
      int[] characters = answers.get(answer).codePoints().toArray();
      int most = 0;
      int end = 0;
      for (int i = 0; i < characters.length; i++) {
        int length = found[stateBehind[at + i]];
        if (length > most) {
          most = length;
          end = i + 1;
        }
      }
      longest[answer] = new String(characters, end - most, most);
      at += characters.length + 1;
    }
    return Arrays.asList(longest);
  }

  /**
   * Returns for every state the longest of its strings, or of their ends, that was found. What led
   * to a state is longer than all strings of the states it is {@linkplain SuffixAutomaton#shorter
   * linked} to, which end in it: those are found as a whole.
   */
  private int[] foundBehindStates() {
    int[] found = reached.clone();
    int[] byLength = automaton.shortestFirst();
    for (int i = byLength.length - 1; i > 0; i--) {
      int state = byLength[i];
      int shorter = automaton.shorter(state);
      if (found[state] > 0) {
        found[shorter] = automaton.length(shorter);
      }
    }
    for (int state : byLength) {
      if (found[state] == 0 && state != SuffixAutomaton.START) {
        found[state] = found[automaton.shorter(state)];
      }
    }
    return found;
  }
}
