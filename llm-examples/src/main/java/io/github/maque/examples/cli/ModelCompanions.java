package io.github.maque.examples.cli;

import io.github.maque.examples.model.ChatLayout;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What stands beside the weights of a model: its tokenizer, how it lays out conversations, and how
 * it should generate.
 *
 * @param tokenizer the tokenizer's kind, or why there is none to use
 * @param vocabularySize how many ids the tokenizer has, if there is one
 * @param chatTemplate the usual chat template, in Jinja
 * @param generation how the model should generate
 */
record ModelCompanions(
    String tokenizer,
    Optional<Integer> vocabularySize,
    Optional<String> chatTemplate,
    GenerationOptions generation) {

  /** Reads them; a tokenizer that cannot be read is no reason not to look at a model. */
  static ModelCompanions of(HuggingFaceDirectory model) {
    GenerationOptions generation = model.generationOptions();
    try {
      Tokenizer tokenizer = model.tokenizer();
      TokenizerConfig config = model.tokenizerConfig();
      return new ModelCompanions(
          kind(tokenizer),
          Optional.of(tokenizer.vocabularySize()),
          config.chatTemplate(),
          generation);
    } catch (FileNotFoundException e) {
      return new ModelCompanions("none", Optional.empty(), Optional.empty(), generation);
    } catch (IOException e) {
      String problem = "cannot be used: " + e.getMessage();
      return new ModelCompanions(problem, Optional.empty(), Optional.empty(), generation);
    }
  }

  private static String kind(Tokenizer tokenizer) {
    if (tokenizer instanceof BpeTokenizer bpe) {
      return bpe.vocabulary().alphabet() == BpeVocabulary.Alphabet.BYTES
          ? "byte-level BPE"
          : "character-level BPE";
    }
    return tokenizer.getClass().getSimpleName();
  }

  /** Adds everything. */
  void addTo(Summary summary) {
    summary.text("tokenizer", tokenizer);
    vocabularySize.ifPresent(size -> summary.count("tokenizer_vocabulary_size", size));
    summary.data("chat_template", chatTemplate.orElse(null));
    summary.print("chat template", chatTemplate.map(ChatLayout::describe).orElse("none"));
    Map<String, Object> options = RecordFields.of(generation);
    summary.data("generation", options);
    summary.print("generation", RecordFields.text(options));
  }
}
