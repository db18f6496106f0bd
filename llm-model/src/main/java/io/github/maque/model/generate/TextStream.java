package io.github.maque.model.generate;

import io.github.maque.tokenizer.StreamingDecoder;
import java.util.List;

/** The text of one sequence as its tokens come, up to a stop string. */
final class TextStream {
  private final StreamingDecoder decoder;
  private final StopStrings stops;
  private final StringBuilder text = new StringBuilder();
  private int shown;
  private int showable;
  private boolean stopped;

  /**
   * Begins behind a prompt, whose text counts for how tokens are written but not as new text.
   *
   * @throws IllegalArgumentException if the tokenizer does not know a token of the prompt
   */
  TextStream(StreamingDecoder decoder, List<String> stopStrings, int[] prompt) {
    this.decoder = decoder;
    stops = new StopStrings(stopStrings);
    for (int id : prompt) {
      decoder.next(id, text);
      text.setLength(0);
    }
  }

  /** Takes the next token and returns whether it completes a stop string. */
  boolean add(int id) {
    int from = text.length();
    decoder.next(id, text);
    look(from);
    return stopped;
  }

  /** Takes the end of the text: nothing is held back any longer. */
  void finish() {
    if (!stopped) {
      int from = text.length();
      text.append(decoder.finish());
      look(from);
      showable = text.length();
    }
  }

  /** Returns the text that can be shown and has not been returned yet, often empty. */
  String unshown() {
    String part = text.substring(shown, showable);
    shown = showable;
    return part;
  }

  /** Returns all text so far, without the stop string. */
  String text() {
    return text.toString();
  }

  private void look(int from) {
    for (int at = from; at < text.length(); at++) {
      int length = stops.next(text.charAt(at));
      if (length > 0) {
        stopped = true;
        text.setLength(at + 1 - length);
        showable = text.length();
        return;
      }
    }
    showable = text.length() - stops.pending();
  }
}
