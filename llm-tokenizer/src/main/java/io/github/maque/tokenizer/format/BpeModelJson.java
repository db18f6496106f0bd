package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.BpeVocabulary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code model} of a {@code tokenizer.json} as it stands there, pieces still in their
 * spelling.
 */
final class BpeModelJson {
  /** Far above real pieces, low enough that a few of them cannot take up the time of a build. */
  private static final int MAX_PIECE_CHARS = 1 << 14;

  /** Ids may leave gaps, but a small file must not ask for a large table. */
  private static final int MAX_GAPS = 1 << 16;

  private final JsonSource json;

  /** The id of every piece by its spelling. */
  final Map<String, Integer> vocabulary = new HashMap<>();

  /** The ids that have a piece. */
  final BitSet ids = new BitSet();

  /** The pairs of ids to merge, the first ones first. */
  final List<int[]> merges = new ArrayList<>();

  @Nullable String unkToken;
  boolean fuseUnk;
  boolean byteFallback;
  boolean ignoreMerges;

  private boolean hasVocabulary;
  private boolean hasMerges;

  /** Merges that stood in front of the vocabulary. */
  private final List<String[]> spelledMerges = new ArrayList<>();

  private BpeModelJson(JsonSource json) {
    this.json = json;
  }

  static BpeModelJson read(JsonSource json) throws IOException {
    BpeModelJson model = new BpeModelJson(json);
    json.object(model::readField);
    model.finish();
    return model;
  }

  private void readField(String name) throws IOException {
    switch (name) {
      case "type" -> {
        String type = json.string();
        if (!type.equals("BPE")) {
          throw json.error("expected a BPE model, found \"" + Excerpt.of(type) + "\"");
        }
      }
      case "dropout" -> {
        JsonNode dropout = json.node();
        if (!dropout.isNull() && dropout.number().signum() != 0) {
          throw dropout.error("dropout makes ids random, which is not supported");
        }
      }
      case "unk_token" -> unkToken = json.skipNull() ? null : json.string();
      case "continuing_subword_prefix", "end_of_word_suffix" -> {
        if (!json.skipNull() && !json.string().isEmpty()) {
          throw json.error("pieces that depend on their place in a word are not supported");
        }
      }
      case "fuse_unk" -> fuseUnk = !json.skipNull() && json.bool();
      case "byte_fallback" -> byteFallback = !json.skipNull() && json.bool();
      case "ignore_merges" -> ignoreMerges = !json.skipNull() && json.bool();
      case "vocab" -> readVocabulary();
      case "merges" -> {
        hasMerges = true;
        json.array(this::readMerge);
      }
      default -> throw json.error("this setting of a BPE model is not supported");
    }
  }

  private void readVocabulary() throws IOException {
    json.fields(
        piece -> {
          if (piece.isEmpty()) {
            throw json.error("the piece is empty");
          }
          if (piece.length() > MAX_PIECE_CHARS) {
            throw json.error("the piece has more than " + MAX_PIECE_CHARS + " characters");
          }
          int id = json.integer(BpeVocabulary.MAX_SIZE - 1);
          if (vocabulary.put(piece, id) != null) {
            throw json.error("the piece is there twice");
          }
          if (ids.get(id)) {
            throw json.error("id " + id + " belongs to another piece already");
          }
          ids.set(id);
        });
    hasVocabulary = true;
    if (size() > 2L * vocabulary.size() + MAX_GAPS) {
      throw json.error(
          "there are " + vocabulary.size() + " pieces, but their ids go up to " + (size() - 1));
    }
  }

  /** A pair, or both pieces in one string with a space between them, as it was until 2024. */
  private void readMerge() throws IOException {
    String[] pair = {"", ""};
    if (json.isArray()) {
      int[] count = {0};
      json.array(
          () -> {
            if (count[0] == 2) {
              throw json.error("a merge has two pieces");
            }
            pair[count[0]++] = json.string();
          });
      if (count[0] != 2) {
        throw json.error("a merge has two pieces");
      }
    } else {
      String both = json.string();
      if (both.startsWith("#version")) {
        return;
      }
      int space = both.indexOf(' ');
      if (space < 0 || both.indexOf(' ', space + 1) >= 0) {
        throw json.error("a merge has two pieces with one space between them");
      }
      pair[0] = both.substring(0, space);
      pair[1] = both.substring(space + 1);
    }
    if (hasVocabulary) {
      addMerge(pair);
    } else {
      spelledMerges.add(pair);
    }
  }

  private void addMerge(String[] pair) throws TokenizerFormatException {
    Integer left = vocabulary.get(pair[0]);
    Integer right = vocabulary.get(pair[1]);
    if (left == null || right == null) {
      throw json.error(
          "the piece \""
              + Excerpt.of(left == null ? pair[0] : pair[1])
              + "\" of merge "
              + merges.size()
              + " is not in the vocabulary");
    }
    if (!vocabulary.containsKey(pair[0] + pair[1])) {
      throw json.error(
          "merge "
              + merges.size()
              + " gives \""
              + Excerpt.of(pair[0] + pair[1])
              + "\", which is not in the vocabulary");
    }
    merges.add(new int[] {left, right});
  }

  private void finish() throws TokenizerFormatException {
    if (!hasVocabulary || !hasMerges) {
      throw json.error("a BPE model has the fields \"vocab\" and \"merges\"");
    }
    for (String[] pair : spelledMerges) {
      addMerge(pair);
    }
    spelledMerges.clear();
  }

  /** One more than the largest id. */
  int size() {
    return ids.length();
  }
}
