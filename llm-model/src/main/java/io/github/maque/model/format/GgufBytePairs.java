package io.github.maque.model.format;

import io.github.maque.model.format.GgufVocabulary.TokenType;
import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.ByteAlphabet;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A byte-level BPE tokenizer as llama.cpp has it, {@code tokenizer.ggml.model} "gpt2".
 *
 * <p>How text is cut before merging is not in the file: it has only the name of one of the ways
 * that llama.cpp has built in. Where there is none that cuts alike, ids can differ from ours, and a
 * note says in what texts.
 */
final class GgufBytePairs {
  private final BpeTokenizer tokenizer;
  private final int size;
  private final List<String> notes = new ArrayList<>();

  /**
   * Creates the tokenizer.
   *
   * @param size how many tokens the file is to have, at least as many as the tokenizer
   */
  GgufBytePairs(BpeTokenizer tokenizer, int size) {
    this.tokenizer = tokenizer;
    this.size = size;
  }

  /** Returns how ids can differ from ours; complete once {@link #describe} was called. */
  List<String> notes() {
    return notes;
  }

  /**
   * Writes the tokenizer.
   *
   * @throws IllegalArgumentException if llama.cpp has nothing that comes near it
   */
  void describe(GgufMetadata metadata) {
    checkAround();
    BpeVocabulary vocabulary = withListedMerges();
    metadata.string("tokenizer.ggml.model", "gpt2");
    metadata.string("tokenizer.ggml.pre", preTokenizerName(vocabulary));
    tokens(vocabulary).describe(metadata, false);
    List<String> merges = new ArrayList<>();
    for (int rank = 0; rank < vocabulary.mergeCount(); rank++) {
      merges.add(
          ByteAlphabet.write(vocabulary.piece(vocabulary.mergeLeft(rank)))
              + " "
              + ByteAlphabet.write(vocabulary.piece(vocabulary.mergeRight(rank))));
    }
    metadata.strings("tokenizer.ggml.merges", merges);
  }

  private void checkAround() {
    if (tokenizer.normalizer().equals(Normalizer.nfc())) {
      notes.add("programs based on llama.cpp do not normalise: texts must be in NFC");
    } else if (!tokenizer.normalizer().equals(Normalizer.none())) {
      throw refused("its normaliser, " + tokenizer.normalizer() + ", changes ordinary texts");
    }
    if (tokenizer.addsPrefixSpace()) {
      throw refused("it puts a space in front of texts");
    }
    for (AddedToken token : tokenizer.addedTokens()) {
      if (token.singleWord() || token.leftStrip() || token.rightStrip()) {
        notes.add(
            String.format(
                "the token \"%s\" does not look at what stands around it, as it does here",
                Excerpt.of(token.content())));
      }
    }
  }

  /** Ranked pieces as the merges that a {@code tokenizer.json} has for them. */
  private BpeVocabulary withListedMerges() {
    if (tokenizer.vocabulary().hasListedMerges()) {
      return tokenizer.vocabulary();
    }
    byte[] json =
        TokenizerJson.write(tokenizer, TokenizerConfig.DEFAULT).getBytes(StandardCharsets.UTF_8);
    try {
      return TokenizerJson.read(
              new ByteArrayInputStream(json), "the tokenizer", TokenizerConfig.DEFAULT)
          .vocabulary();
    } catch (IOException e) {
      throw refused("its merges cannot be listed: " + e.getMessage());
    }
  }

  private GgufVocabulary tokens(BpeVocabulary vocabulary) {
    Map<Integer, AddedToken> added = new HashMap<>();
    tokenizer.addedTokens().forEach(token -> added.put(token.id(), token));
    GgufVocabulary tokens = new GgufVocabulary();
    for (int id = 0; id < size; id++) {
      @Nullable AddedToken token = added.get(id);
      if (token != null) {
        tokens.add(
            token.content(), token.special() ? TokenType.CONTROL : TokenType.USER_DEFINED, 0);
      } else if (id < vocabulary.size() && vocabulary.piece(id).length > 0) {
        tokens.add(ByteAlphabet.write(vocabulary.piece(id)), TokenType.NORMAL, 0);
      } else {
        tokens.addUnused();
      }
    }
    return tokens;
  }

  /**
   * Returns the name of what cuts text as ours does, or nearly. Some of the names also mean that a
   * pre-token that is a piece becomes that piece, merges or not.
   *
   * <p>{@code GPT2, DIGITS, QWEN2} and {@code CL100K} have one that gave the same ids for 3,000
   * random texts of all scripts, kinds of white space and symbols. {@code CHINESE} has none. Of the
   * names tried, {@code deepseek-v3} comes nearest: with 6,400 pieces learnt from Chinese manuals
   * and stories, 44 of 132,389 ids were others, while with {@code qwen2} 790 were.
   */
  private String preTokenizerName(BpeVocabulary vocabulary) {
    if (!(tokenizer.preTokenizer() instanceof PreTokenPattern pattern)) {
      throw refused("it has nothing that cuts text as " + tokenizer.preTokenizer() + " does");
    }
    boolean wholePieces = vocabulary.ignoresMerges();
    String name =
        switch (pattern) {
          case GPT2 -> "gpt-2";
          case DIGITS -> "smollm";
          case QWEN2 -> "qwen2";
          case CL100K, CL100K_TIKTOKEN -> wholePieces ? "llama-bpe" : "dbrx";
          case O200K -> "gpt-4o";
          case CHINESE -> "deepseek-v3";
        };
    if (pattern == PreTokenPattern.CHINESE) {
      note(
          "white space in front of punctuation, words behind an ASCII symbol and Han characters"
              + " other than 一 to 龥");
    } else if (pattern == PreTokenPattern.O200K) {
      note("words with combining marks or with capitals that are not ASCII inside them");
    } else if (pattern == PreTokenPattern.CL100K_TIKTOKEN) {
      note("texts that end in white space with a newline in it, but not as its last character");
    }
    if (wholePieces && !name.equals("llama-bpe")) {
      note("words that are a piece which no merges make");
    }
    return name;
  }

  private void note(String texts) {
    notes.add("programs based on llama.cpp cut " + texts + " differently, so that ids can differ");
  }

  private static IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException("llama.cpp cannot express this tokenizer: " + reason);
  }
}
