package io.github.maque.tokenizer;

import io.github.maque.tokenizer.RenderedChat.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes a rendered chat so that special tokens come from the template's own text alone.
 *
 * <p>Merges may cross from the template into a message, so the parts cannot be encoded one by one.
 * The whole text is encoded with special tokens, and the ids stand if the special tokens among them
 * are those the template spells. Otherwise a message has spelled one: then the text between the
 * template's special tokens is encoded stretch by stretch as mere text.
 */
final class ChatEncoding {

  /** A special token in the text: where it is spelled. */
  private record Mark(int id, int start, int end) {}

  private final Tokenizer tokenizer;
  private final RenderedChat chat;
  private final Map<String, Integer> specials;
  private final Map<Integer, String> specialsById = new HashMap<>();

  /** The chars that special tokens start with, so that the others are passed over at once. */
  private final BitSet specialStarts = new BitSet();

  private ChatEncoding(Tokenizer tokenizer, RenderedChat chat) {
    this.tokenizer = tokenizer;
    this.chat = chat;
    this.specials = tokenizer.specialTokens().ids();
    specials.forEach(
        (token, id) -> {
          specialsById.put(id, token);
          specialStarts.set(token.charAt(0));
        });
  }

  static EncodedChat encode(Tokenizer tokenizer, RenderedChat chat) {
    ChatEncoding encoding = new ChatEncoding(tokenizer, chat);
    List<Mark> marks = encoding.marksOfTemplate();
    Encoding whole =
        encoding.narrowed(
            tokenizer.encodeWithOffsets(chat.text(), EncodeOptions.WITH_SPECIAL_TOKENS));
    return encoding.marksOf(whole).equals(marks)
        ? encoding.withMask(whole)
        : encoding.withMask(encoding.encodeBetween(marks));
  }

  /** Finds the special tokens that the text spells outside of messages: the longest, leftmost. */
  private List<Mark> marksOfTemplate() {
    List<Mark> marks = new ArrayList<>();
    int from = 0;
    for (Span content : chat.contents()) {
      findMarks(from, content.start(), marks);
      from = content.end();
    }
    findMarks(from, chat.text().length(), marks);
    return marks;
  }

  private void findMarks(int from, int to, List<Mark> marks) {
    for (int at = from; at < to; ) {
      Mark longest = null;
      if (specialStarts.get(chat.text().charAt(at))) {
        for (Map.Entry<String, Integer> special : specials.entrySet()) {
          String token = special.getKey();
          int end = at + token.length();
          if (end <= to
              && (longest == null || end > longest.end())
              && chat.text().startsWith(token, at)) {
            longest = new Mark(special.getValue(), at, end);
          }
        }
      }
      if (longest != null) {
        marks.add(longest);
      }
      at = longest == null ? at + 1 : longest.end();
    }
  }

  /**
   * Narrows every special token to where the text spells it: one that strips the white space around
   * it covers more.
   */
  private Encoding narrowed(Encoding encoding) {
    int[] starts = encoding.starts().clone();
    int[] ends = encoding.ends().clone();
    for (int i = 0; i < encoding.size(); i++) {
      String token = specialsById.get(encoding.ids()[i]);
      int offset = token == null ? -1 : chat.text().substring(starts[i], ends[i]).indexOf(token);
      if (token != null && offset >= 0) {
        starts[i] += offset;
        ends[i] = starts[i] + token.length();
      }
    }
    return new Encoding(encoding.ids(), starts, ends);
  }

  /** Returns the special tokens that the encoder found. */
  private List<Mark> marksOf(Encoding encoding) {
    int unknown = tokenizer.specialTokens().unk().orElse(-1);
    List<Mark> marks = new ArrayList<>();
    for (int i = 0; i < encoding.size(); i++) {
      Mark mark = new Mark(encoding.ids()[i], encoding.starts()[i], encoding.ends()[i]);
      String token = specialsById.get(mark.id());
      // The unknown token is found where a character is missing from the vocabulary, too.
      if (token != null && (mark.id() != unknown || isSpelledAt(mark, token))) {
        marks.add(mark);
      }
    }
    return marks;
  }

  private boolean isSpelledAt(Mark mark, String token) {
    return mark.end() - mark.start() == token.length()
        && chat.text().startsWith(token, mark.start());
  }

  private Encoding encodeBetween(List<Mark> marks) {
    IdBuffer ids = new IdBuffer();
    IdBuffer starts = new IdBuffer();
    IdBuffer ends = new IdBuffer();
    int from = 0;
    for (Mark mark : marks) {
      encodeText(from, mark.start(), ids, starts, ends);
      ids.add(mark.id());
      starts.add(mark.start());
      ends.add(mark.end());
      from = mark.end();
    }
    encodeText(from, chat.text().length(), ids, starts, ends);
    return new Encoding(ids.toArray(), starts.toArray(), ends.toArray());
  }

  private void encodeText(int from, int to, IdBuffer ids, IdBuffer starts, IdBuffer ends) {
    if (from == to) {
      return;
    }
    Encoding part =
        tokenizer.encodeWithOffsets(chat.text().substring(from, to), EncodeOptions.TEXT);
    for (int i = 0; i < part.size(); i++) {
      ids.add(part.ids()[i]);
      starts.add(from + part.starts()[i]);
      ends.add(from + part.ends()[i]);
    }
  }

  private EncodedChat withMask(Encoding encoding) {
    boolean[] assistant = new boolean[encoding.size()];
    for (int i = 0; i < assistant.length; i++) {
      int start = encoding.starts()[i];
      for (Span span : chat.assistant()) {
        assistant[i] |= span.start() <= start && start < span.end();
      }
    }
    return new EncodedChat(encoding.ids(), assistant);
  }
}
