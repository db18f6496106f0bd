package io.github.maque.model.generate;

/**
 * Hears of every token as soon as it is chosen, on the thread that generates.
 *
 * <p>Requests are told apart by their place among the requests, from 0. Of one request the calls
 * come in order: for every token {@link #token}, then {@link #text} if there is new text, and at
 * last {@link #finished}. Those of different requests are interleaved.
 *
 * <p>An exception thrown here ends the whole call that generates and comes out of it; the generator
 * and its session can be used again.
 */
public interface GenerationListener {

  /** Called with each new token, a stop id included. */
  default void token(int request, int id) {}

  /**
   * Called with new text, never empty: whole characters, and nothing that could still be the
   * beginning of a stop string. All of them together are {@link Generation#text}.
   */
  default void text(int request, String text) {}

  /** Called once for each request that was taken up, when it is over. */
  default void finished(int request, Generation generation) {}
}
