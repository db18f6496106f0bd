package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stages a text passes through, with the buffers one thread needs for them: added tokens are
 * cut out, the rest is normalised, added tokens of the normalised text are cut out, what is left is
 * split, and every pre-token is encoded.
 */
final class BpePipeline {
  /** Buffers that one text made larger than this many characters are given up after it. */
  private static final int KEPT_CHARS = 1 << 19;

  private final @Nullable AddedTokenMatcher rawMatcher;
  private final Normalizer normalizer;
  private final @Nullable AddedTokenMatcher normalizedMatcher;
  private final Normalizer spanNormalizer;
  private final boolean normalizesSpans;
  private final PreTokenizer preTokenizer;
  private final BpeEncoder encoder;
  private final boolean spellsAllBytes;

  private TextBuffer source = new TextBuffer();
  private TextBuffer segment = new TextBuffer();
  private TextBuffer span = new TextBuffer();
  private IdBuffer pieceEnds = new IdBuffer();

  /** Where the ids of the current text go and, when offsets are asked for, what they stand for. */
  private IdBuffer ids = pieceEnds;

  private @Nullable IdBuffer starts;
  private @Nullable IdBuffer ends;

  BpePipeline(
      @Nullable AddedTokenMatcher rawMatcher,
      Normalizer normalizer,
      @Nullable AddedTokenMatcher normalizedMatcher,
      Normalizer spanNormalizer,
      PreTokenizer preTokenizer,
      BpeEncoder encoder) {
    this.rawMatcher = rawMatcher;
    this.normalizer = normalizer;
    this.normalizedMatcher = normalizedMatcher;
    this.spanNormalizer = spanNormalizer;
    this.normalizesSpans = !spanNormalizer.equals(Normalizer.none());
    this.preTokenizer = preTokenizer;
    this.encoder = encoder;
    this.spellsAllBytes = encoder.spellsAllBytes();
  }

  void encode(CharSequence text, SpecialTokenPolicy policy, IdBuffer out) {
    source.set(text, 0, text.length(), false);
    encodeSource(policy, out, null, null);
  }

  void encodeUtf8(byte[] utf8, int from, int to, SpecialTokenPolicy policy, IdBuffer out) {
    source.setUtf8(utf8, from, to);
    if (!spellsAllBytes) {
      Surrogates.replaceUnpaired(source.chars(), 0, source.length());
    }
    encodeSource(policy, out, null, null);
  }

  void encode(
      CharSequence text,
      SpecialTokenPolicy policy,
      IdBuffer out,
      IdBuffer startsOut,
      IdBuffer endsOut) {
    source.set(text, 0, text.length(), true);
    encodeSource(policy, out, startsOut, endsOut);
  }

  private void encodeSource(
      SpecialTokenPolicy policy,
      IdBuffer out,
      @Nullable IdBuffer startsOut,
      @Nullable IdBuffer endsOut) {
    ids = out;
    starts = startsOut;
    ends = endsOut;
    try {
      encodeSegments(policy);
    } finally {
      // The caller's buffers are not kept, nor are buffers that one long text made large.
      ids = pieceEnds;
      starts = null;
      ends = null;
      if (source.length() > KEPT_CHARS) {
        source = new TextBuffer();
        segment = new TextBuffer();
        span = new TextBuffer();
        pieceEnds = new IdBuffer();
        ids = pieceEnds;
      }
      encoder.shrink();
    }
  }

  private void encodeSegments(SpecialTokenPolicy policy) {
    int length = source.length();
    List<AddedTokenMatcher.Match> matches =
        rawMatcher == null ? List.of() : rawMatcher.find(source.chars(), 0, length, policy);
    if (matches.isEmpty()) {
      encodeSegment(source, 0, policy);
      return;
    }
    int done = 0;
    for (AddedTokenMatcher.Match match : matches) {
      encodeSegmentOfSource(done, match.start(), policy);
      addToken(match);
      done = match.end();
    }
    encodeSegmentOfSource(done, length, policy);
  }

  private void encodeSegmentOfSource(int from, int to, SpecialTokenPolicy policy) {
    if (from < to) {
      segment.setChars(source.chars(), from, to, starts != null);
      encodeSegment(segment, from, policy);
    }
  }

  /** Encodes text between added tokens; {@code origin} is where it starts in the source. */
  private void encodeSegment(TextBuffer text, int origin, SpecialTokenPolicy policy) {
    int first = ids.size();
    normalizer.apply(text);
    int length = text.length();
    List<AddedTokenMatcher.Match> matches =
        normalizedMatcher == null
            ? List.of()
            : normalizedMatcher.find(text.chars(), 0, length, policy);
    int done = 0;
    for (AddedTokenMatcher.Match match : matches) {
      encodeSpan(text, done, match.start());
      addToken(match);
      done = match.end();
    }
    encodeSpan(text, done, length);
    mapOffsets(text, origin, first);
  }

  /**
   * Encodes text that holds no added token.
   *
   * <p>What Hugging Face counts as a part of pre-tokenization, a space in front, is done here: once
   * for every stretch between added tokens.
   */
  private void encodeSpan(TextBuffer text, int from, int to) {
    if (from == to || !normalizesSpans) {
      encodePreTokens(text.chars(), from, to);
      return;
    }
    int first = ids.size();
    span.setChars(text.chars(), from, to, starts != null);
    span.startsText(from == 0 && text.startsText());
    spanNormalizer.apply(span);
    encodePreTokens(span.chars(), 0, span.length());
    mapOffsets(span, from, first);
  }

  private void encodePreTokens(char[] text, int from, int to) {
    pieceEnds.clear();
    preTokenizer.split(text, from, to, pieceEnds);
    int[] boundaries = pieceEnds.array();
    int count = pieceEnds.size();
    int start = from;
    for (int i = 0; i < count; i++) {
      int end = boundaries[i];
      if (end < 0) {
        start = ~end; // this stretch is dropped
        continue;
      }
      if (starts == null || ends == null) {
        encoder.encode(text, start, end, ids);
      } else {
        encoder.encode(text, start, end, ids, starts, ends);
      }
      start = end;
    }
  }

  private void addToken(AddedTokenMatcher.Match match) {
    ids.add(match.token().id());
    if (starts != null && ends != null) {
      starts.add(match.start());
      ends.add(match.end());
    }
  }

  /**
   * Turns offsets into {@code text}, from token {@code first} on, into offsets of what it is made
   * from.
   */
  private void mapOffsets(TextBuffer text, int origin, int first) {
    if (starts == null || ends == null) {
      return;
    }
    for (int i = first; i < ids.size(); i++) {
      int start = starts.get(i);
      int end = ends.get(i);
      boolean empty = start == end; // made from nothing at an earlier stage
      int from = start < text.length() ? text.originStart(start) : text.originEnd(start - 1);
      starts.set(i, origin + from);
      ends.set(i, empty ? origin + from : origin + text.originEnd(end - 1));
    }
  }
}
