package io.github.maque.model.generate;

import java.util.BitSet;

/** What every session refuses. */
final class SessionRules {
  private SessionRules() {}

  static void requirePrompts(
      DecodingSession session, int[] slots, int[][] prompts, float[][] logits) {
    requireSlots(session, slots, prompts.length, logits);
    for (int[] prompt : prompts) {
      if (prompt.length < 1 || prompt.length > session.contextLength()) {
        throw new IllegalArgumentException(
            "a prompt must have 1 to "
                + session.contextLength()
                + " tokens, but has "
                + prompt.length);
      }
      for (int id : prompt) {
        requireToken(session, id);
      }
    }
  }

  static void requireTokens(DecodingSession session, int[] slots, int[] tokens, float[][] logits) {
    requireSlots(session, slots, tokens.length, logits);
    for (int i = 0; i < slots.length; i++) {
      int length = session.length(slots[i]);
      if (length < 1 || length >= session.contextLength()) {
        throw new IllegalArgumentException(
            "slot "
                + slots[i]
                + (length < 1
                    ? " has no prompt"
                    : " is full: it holds the " + length + " tokens of the context"));
      }
      requireToken(session, tokens[i]);
    }
  }

  static void requireSlot(DecodingSession session, int slot) {
    if (slot < 0 || slot >= session.slots()) {
      throw new IllegalArgumentException(
          "a slot must be from 0 to " + (session.slots() - 1) + ", got " + slot);
    }
  }

  private static void requireSlots(
      DecodingSession session, int[] slots, int count, float[][] logits) {
    if (slots.length != count || slots.length != logits.length) {
      throw new IllegalArgumentException(
          "for each slot there must be an entry and an array of logits, but there are "
              + slots.length
              + " slots, "
              + count
              + " entries and "
              + logits.length
              + " arrays");
    }
    BitSet seen = new BitSet(session.slots());
    for (int i = 0; i < slots.length; i++) {
      requireSlot(session, slots[i]);
      if (seen.get(slots[i])) {
        throw new IllegalArgumentException("slots must be distinct, got " + slots[i] + " twice");
      }
      seen.set(slots[i]);
      if (logits[i].length != session.vocabularySize()) {
        throw new IllegalArgumentException(
            "logits must have "
                + session.vocabularySize()
                + " places, but there are "
                + logits[i].length);
      }
    }
  }

  private static void requireToken(DecodingSession session, int id) {
    if (id < 0 || id >= session.vocabularySize()) {
      throw new IllegalArgumentException(
          "a token must be from 0 to " + (session.vocabularySize() - 1) + ", got " + id);
    }
  }
}
