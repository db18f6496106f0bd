package io.github.maque.tokenizer.bpe;

import java.util.List;

/** Normalizers one after the other; without parts, it changes nothing. */
public final class NormalizerSequence extends Normalizer {
  private final List<Normalizer> parts;

  NormalizerSequence(List<Normalizer> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Returns the normalizers in order. */
  public List<Normalizer> parts() {
    return parts;
  }

  @Override
  void apply(TextBuffer text) {
    for (Normalizer part : parts) {
      part.apply(text);
    }
  }

  @Override
  List<?> settings() {
    return parts;
  }
}
