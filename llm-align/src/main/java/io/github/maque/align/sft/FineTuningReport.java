package io.github.maque.align.sft;

import io.github.maque.data.pack.PackingReport;

/**
 * What became of the dialogues. All but {@code dialogues}, {@code unreadable}, {@code dropped},
 * {@code withoutAnswer} and {@code lostTokens} is about those that are used, held out or not.
 *
 * @param dialogues how many were read
 * @param unreadable how many records were no dialogues and were left out
 * @param dropped how many dialogues were left out because they were too long
 * @param withoutAnswer how many dialogues were left out because nothing of an answer that is to be
 *     learnt stands in the first tokens, which are all that a row has room for
 * @param truncated how many dialogues lost their end
 * @param unfinished how many of these end inside of an answer, which so has no end of turn: a model
 *     that sees many of them learns not to stop
 * @param heldOut how many dialogues are used for validation and not for training
 * @param answers how many answers there are, whether they are learnt or not, those cut off included
 * @param tokens how many tokens there are
 * @param learnedTokens how many of them belong to answers that are learnt
 * @param lostTokens how many tokens were cut off or left out
 * @param packing how the dialogues to train on lie in rows
 */
public record FineTuningReport(
    long dialogues,
    long unreadable,
    long dropped,
    long withoutAnswer,
    long truncated,
    long unfinished,
    long heldOut,
    long answers,
    long tokens,
    long learnedTokens,
    long lostTokens,
    PackingReport packing) {

  /** Returns how many dialogues are used, held out or not. */
  public long used() {
    return dialogues - dropped - withoutAnswer;
  }

  /** Returns which share of the tokens is learnt, from 0 to 1. */
  public double learnedShare() {
    return (double) learnedTokens / tokens;
  }
}
