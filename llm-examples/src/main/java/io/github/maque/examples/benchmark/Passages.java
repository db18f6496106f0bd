package io.github.maque.examples.benchmark;

/** The text of a corpus, cut at the ends of its paragraphs into passages, one after the other. */
final class Passages {
  private final SyntheticCorpus corpus;
  private String document = "";
  private long documents;
  private int position;

  Passages(SyntheticCorpus corpus) {
    this.corpus = corpus;
  }

  /**
   * Returns the next passage: whole paragraphs of one document, the last one of them cut if need
   * be.
   *
   * @param atLeast how many characters it has at least
   * @param atMost how many characters it has at most
   */
  String next(int atLeast, int atMost) {
    while (document.length() - position < atLeast) {
      document = corpus.document(documents++).strip();
      position = 0;
    }
    int end = document.indexOf('\n', position + atLeast);
    if (end < 0) {
      end = document.length();
    }
    end = Math.min(end, position + atMost);
    String passage = document.substring(position, end);
    position = end;
    while (position < document.length() && Character.isWhitespace(document.charAt(position))) {
      position++;
    }
    return passage;
  }
}
