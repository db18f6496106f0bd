package io.github.maque.model.generate;

import java.util.Iterator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests on their way through the slots of a session. In every round each sequence reads what it
 * has not read yet, a prompt or its last token, and gets a new token; a slot that became free takes
 * up the next request at the beginning of the next round.
 */
final class ContinuousBatch {

  /** Makes a sequence of a request. */
  interface Beginning {
    /**
     * Returns the sequence.
     *
     * @throws IllegalArgumentException if the request does not fit the decoder
     */
    Sequence begin(int index, GenerationRequest request);
  }

  private final DecodingSession session;
  private final Beginning beginning;
  private final float[][] logits;
  private final Draws draws;
  private final GenerationListener listener;
  private final Cancellation cancellation;

  /** For every slot what is in it, if anything. */
  private final @Nullable Sequence[] sequences;

  private int pulled;

  ContinuousBatch(
      DecodingSession session,
      Beginning beginning,
      float[][] logits,
      Draws draws,
      GenerationListener listener,
      Cancellation cancellation) {
    this.session = session;
    this.beginning = beginning;
    this.logits = logits;
    this.draws = draws;
    this.listener = listener;
    this.cancellation = cancellation;
    sequences = new Sequence[logits.length];
  }

  /** Serves all requests and returns how many were pulled. */
  int serve(Iterator<GenerationRequest> requests) {
    while (true) {
      for (int slot = 0; slot < sequences.length; slot++) {
        endCancelled(slot);
        fill(slot, requests);
      }
      int[] reading = slots(true);
      int[] stepping = slots(false);
      if (reading.length + stepping.length == 0) {
        return pulled;
      }
      prefill(reading);
      step(stepping);
      draws.draw(sequences, logits);
      for (int slot = 0; slot < sequences.length; slot++) {
        endCancelled(slot);
        choose(slot);
      }
    }
  }

  private void fill(int slot, Iterator<GenerationRequest> requests) {
    while (sequences[slot] == null && !cancellation.isAllCancelled() && requests.hasNext()) {
      sequences[slot] = beginning.begin(pulled++, requests.next());
      endCancelled(slot);
    }
    if (sequences[slot] != null && logits[slot] == null) {
      logits[slot] = new float[session.vocabularySize()];
    }
  }

  private int[] slots(boolean needPrefill) {
    return IntStream.range(0, sequences.length)
        .filter(
            slot -> {
              Sequence sequence = sequences[slot];
              return sequence != null
                  && sequence.needsPrefill(session.contextLength()) == needPrefill;
            })
        .toArray();
  }

  private void prefill(int[] slots) {
    if (slots.length > 0) {
      int[][] prompts = new int[slots.length][];
      for (int i = 0; i < slots.length; i++) {
        prompts[i] = sequence(slots[i]).prefill(session.contextLength());
      }
      session.prefill(slots, prompts, logitsOf(slots));
    }
  }

  private void step(int[] slots) {
    if (slots.length > 0) {
      int[] tokens = new int[slots.length];
      for (int i = 0; i < slots.length; i++) {
        tokens[i] = sequence(slots[i]).step();
      }
      session.step(slots, tokens, logitsOf(slots));
    }
  }

  private Sequence sequence(int slot) {
    Sequence sequence = sequences[slot];
    if (sequence == null) {
      throw new IllegalStateException("slot " + slot + " is free");
    }
    return sequence;
  }

  private float[][] logitsOf(int[] slots) {
    float[][] chosen = new float[slots.length][];
    for (int i = 0; i < slots.length; i++) {
      chosen[i] = logits[slots[i]];
    }
    return chosen;
  }

  private void choose(int slot) {
    Sequence sequence = sequences[slot];
    if (sequence == null) {
      return;
    }
    int id = sequence.choose();
    listener.token(sequence.request(), id);
    FinishReason reason = sequence.accept(id, session.contextLength());
    if (reason == null) {
      show(sequence);
    } else {
      end(slot, sequence, reason);
    }
  }

  private void endCancelled(int slot) {
    Sequence sequence = sequences[slot];
    if (sequence != null && cancellation.isCancelled(sequence.request())) {
      end(slot, sequence, FinishReason.CANCELLED);
    }
  }

  private void end(int slot, Sequence sequence, FinishReason reason) {
    sequences[slot] = null;
    session.clear(slot);
    sequence.finishText();
    show(sequence);
    listener.finished(sequence.request(), sequence.result(reason));
  }

  private void show(Sequence sequence) {
    String text = sequence.unshownText();
    if (!text.isEmpty()) {
      listener.text(sequence.request(), text);
    }
  }
}
