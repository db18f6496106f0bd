package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.ParameterShape;
import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import io.github.maque.tokenizer.bpe.SplitBehavior;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTokenizerTest {
  private static final String STORY = "从前有一只麻雀。麻雀说：“你好，sparrow！” The sparrow said: hello, hello.\n";
  private static final List<String> MORE = List.of("<|im_start|>", "<|im_end|>");

  @TempDir private Path directory;

  private static BpeTrainer trainer() {
    return BpeTrainer.byteLevel().vocabularySize(300).threads(1).eos("<|endoftext|>");
  }

  private static BpeTokenizer train(BpeTrainer trainer) throws IOException {
    return trainer.train(TextSource.of(List.of(STORY.repeat(20)))).tokenizer();
  }

  private static DecoderConfig config(int vocabularySize) {
    return DecoderConfig.builder()
        .vocabularySize(vocabularySize)
        .layers(1)
        .width(4)
        .heads(1)
        .feedForwardWidth(4)
        .build();
  }

  private PublishedGguf export(GgufExport.Builder builder) throws IOException {
    Path file = directory.resolve("model.gguf");
    notes = builder.type(GgufTensorType.F32).build().write(file);
    return new PublishedGguf(Files.readAllBytes(file));
  }

  private List<String> notes = List.of();

  private static GgufExport.Builder builder(int vocabularySize) {
    DecoderConfig config = config(vocabularySize);
    MemoryTensors weights = new MemoryTensors();
    for (ParameterShape parameter : config.parameterShapes()) {
      weights.putRandom(new SplittableRandom(1), parameter.name(), parameter.shape());
    }
    return GgufExport.builder(config, weights);
  }

  private PublishedGguf export(Tokenizer tokenizer) throws IOException {
    return export(builder(tokenizer.vocabularySize()).tokenizer(tokenizer));
  }

  @Test
  void bytePairsAreWrittenInGpt2sCharacters() throws IOException {
    BpeTokenizer tokenizer =
        train(trainer().preTokenizer(PreTokenPattern.QWEN2).specialTokens(MORE).pad("<pad>"));
    PublishedGguf file = export(builder(303).tokenizer(tokenizer));
    assertThat(file.metadata)
        .containsEntry("tokenizer.ggml.model", "gpt2")
        .containsEntry("tokenizer.ggml.pre", "qwen2")
        .containsEntry("tokenizer.ggml.add_bos_token", false)
        .containsEntry("tokenizer.ggml.add_eos_token", false)
        .doesNotContainKey("tokenizer.ggml.scores");
    List<?> tokens = (List<?>) file.metadata.get("tokenizer.ggml.tokens");
    List<?> types = (List<?>) file.metadata.get("tokenizer.ggml.token_type");
    assertThat(tokens).hasSize(303);
    assertThat(types).hasSize(303);
    assertThat(tokens.get(id(file, "eos"))).isEqualTo("<|endoftext|>");
    assertThat(tokens.get(id(file, "padding"))).isEqualTo("<pad>");
    assertThat(file.metadata.get("tokenizer.ggml.bos_token_id"))
        .isEqualTo(file.metadata.get("tokenizer.ggml.eos_token_id"));
    for (int id = 0; id < 300; id++) {
      if (tokenizer.specialTokens().contains(id)) {
        assertThat(types.get(id)).isEqualTo(3L);
        assertThat(tokens.get(id)).isEqualTo(text(tokenizer.pieceBytes(id)));
      } else {
        assertThat(types.get(id)).isEqualTo(1L);
        assertThat(bytesOf((String) tokens.get(id))).isEqualTo(tokenizer.pieceBytes(id));
      }
    }
    assertThat(tokens.subList(300, 303)).isEqualTo(List.of("[PAD300]", "[PAD301]", "[PAD302]"));
    assertThat(types.subList(300, 303)).isEqualTo(List.of(5L, 5L, 5L));
    assertThat(notes).isEmpty();
  }

  @Test
  void mergesInOrderGiveTheTokens() throws IOException {
    BpeTokenizer tokenizer = train(trainer().preTokenizer(PreTokenPattern.QWEN2));
    PublishedGguf file = export(tokenizer);
    assertMerges(tokenizer, file);
  }

  @Test
  void mergesOfRankedPiecesAreListed() throws IOException {
    BpeTokenizer listed = train(trainer().preTokenizer(PreTokenPattern.CL100K));
    BpeVocabulary.Builder pieces = BpeVocabulary.byteLevel();
    int[] ranks = new int[listed.vocabulary().size()];
    for (int id = 0; id < ranks.length; id++) {
      pieces.piece(id, listed.vocabulary().piece(id));
      ranks[id] = id;
    }
    BpeTokenizer ranked =
        BpeTokenizer.builder(pieces.ranks(ranks).build())
            .preTokenizer(PreTokenPattern.CL100K)
            .addedTokens(listed.addedTokens())
            .eos(listed.specialTokens().eos().getAsInt())
            .build();
    assertThat(ranked.vocabulary().hasListedMerges()).isFalse();
    assertMerges(listed, export(ranked));
  }

  private static void assertMerges(BpeTokenizer tokenizer, PublishedGguf file) {
    List<?> merges = (List<?>) file.metadata.get("tokenizer.ggml.merges");
    assertThat(merges).hasSize(tokenizer.vocabulary().mergeCount());
    for (int rank = 0; rank < merges.size(); rank++) {
      String[] pair = ((String) merges.get(rank)).split(" ", -1);
      assertThat(pair).hasSize(2);
      assertThat(bytesOf(pair[0]))
          .isEqualTo(tokenizer.pieceBytes(tokenizer.vocabulary().mergeLeft(rank)));
      assertThat(bytesOf(pair[1]))
          .isEqualTo(tokenizer.pieceBytes(tokenizer.vocabulary().mergeRight(rank)));
    }
  }

  /** The names were tried with llama.cpp itself: see check_gguf.py. */
  @Test
  void everyPatternHasTheNameOfWhatCutsAlike() throws IOException {
    assertThat(nameOf(PreTokenPattern.GPT2)).isEqualTo("gpt-2");
    assertThat(nameOf(PreTokenPattern.DIGITS)).isEqualTo("smollm");
    assertThat(nameOf(PreTokenPattern.QWEN2)).isEqualTo("qwen2");
    assertThat(nameOf(PreTokenPattern.CL100K)).isEqualTo("dbrx");
    assertThat(notes).isEmpty();
    assertThat(nameOf(PreTokenPattern.CL100K_TIKTOKEN)).isEqualTo("dbrx");
    assertThat(notes).singleElement().asString().contains("texts that end in white space");
    assertThat(nameOf(PreTokenPattern.O200K)).isEqualTo("gpt-4o");
    assertThat(notes).singleElement().asString().contains("combining marks");
    assertThat(nameOf(PreTokenPattern.CHINESE)).isEqualTo("deepseek-v3");
    assertThat(notes)
        .containsExactly(
            "programs based on llama.cpp cut white space in front of punctuation, words behind an"
                + " ASCII symbol and Han characters other than 一 to 龥 differently, so that ids can"
                + " differ");
  }

  private Object nameOf(PreTokenPattern pattern) throws IOException {
    return export(train(trainer().preTokenizer(pattern))).metadata.get("tokenizer.ggml.pre");
  }

  @Test
  void piecesThatNoMergesMakeNeedANameThatAllowsThem() throws IOException {
    assertThat(export(withWholePieces(PreTokenPattern.CL100K)).metadata)
        .containsEntry("tokenizer.ggml.pre", "llama-bpe");
    assertThat(notes).isEmpty();
    assertThat(export(withWholePieces(PreTokenPattern.QWEN2)).metadata)
        .containsEntry("tokenizer.ggml.pre", "qwen2");
    assertThat(notes).singleElement().asString().contains("a piece which no merges make");
  }

  private static BpeTokenizer withWholePieces(PreTokenPattern pattern) {
    BpeVocabulary.Builder vocabulary = BpeVocabulary.byteLevel();
    for (int b = 0; b < 256; b++) {
      vocabulary.piece(b, new byte[] {(byte) b});
    }
    vocabulary.piece(256, "ab".getBytes(StandardCharsets.UTF_8)).ignoreMerges(true);
    return BpeTokenizer.builder(vocabulary.build())
        .preTokenizer(pattern)
        .addedTokens(List.of(AddedToken.special(257, "<end>")))
        .eos(257)
        .build();
  }

  @Test
  void chatTemplatesComeWithTheTokenThatEndsATurn() throws IOException {
    BpeTokenizer tokenizer = train(trainer().specialTokens(MORE));
    PublishedGguf file =
        export(builder(300).tokenizer(tokenizer).chatTemplate(ChatTemplate.chatMl()));
    assertThat(file.metadata)
        .containsEntry("tokenizer.chat_template", ChatTemplate.chatMl().jinja());
    List<?> tokens = (List<?>) file.metadata.get("tokenizer.ggml.tokens");
    assertThat(tokens.get(id(file, "eot"))).isEqualTo("<|im_end|>");
    assertThat(tokens.get(id(file, "eos"))).isEqualTo("<|endoftext|>");

    assertThatThrownBy(
            () ->
                export(
                    builder(300)
                        .tokenizer(tokenizer)
                        .chatTemplate(ChatTemplate.instruction("<x>"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lacks special tokens of the chat template: [<x>]");
  }

  @Test
  void theTokenizersConfigurationDecidesParts() throws IOException {
    BpeTokenizer tokenizer = train(trainer().specialTokens(MORE));
    TokenizerConfig config =
        TokenizerConfig.builder()
            .bosToken("<|im_start|>")
            .eosToken("<|im_end|>")
            .addBosToken(true)
            .chatTemplate("{{ messages }}")
            .build();
    PublishedGguf file = export(builder(300).tokenizer(tokenizer, config));
    List<?> tokens = (List<?>) file.metadata.get("tokenizer.ggml.tokens");
    assertThat(tokens.get(id(file, "bos"))).isEqualTo("<|im_start|>");
    assertThat(tokens.get(id(file, "eos"))).isEqualTo("<|im_end|>");
    assertThat(file.metadata)
        .containsEntry("tokenizer.ggml.add_bos_token", true)
        .containsEntry("tokenizer.chat_template", "{{ messages }}");

    TokenizerConfig missing = TokenizerConfig.builder().eosToken("<gone>").build();
    assertThatThrownBy(() -> export(builder(300).tokenizer(tokenizer, missing)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tokenizerConfig names the token \"<gone>\", which is not there");
  }

  @Test
  void characterPiecesAreASentencePieceModel() throws IOException {
    BpeTokenizer tokenizer =
        train(
            BpeTrainer.characterLevel()
                .vocabularySize(320)
                .threads(1)
                .preTokenizer(PreTokenizer.literal("▁", SplitBehavior.MERGED_WITH_NEXT, false)));
    PublishedGguf file = export(tokenizer);
    SentencePieceModel model = SentencePieceModel.of(tokenizer);
    assertThat(file.metadata)
        .containsEntry("tokenizer.ggml.model", "llama")
        .containsEntry("tokenizer.ggml.unknown_token_id", (long) model.unkId())
        .containsEntry("tokenizer.ggml.bos_token_id", (long) model.bosId().getAsInt())
        .containsEntry("tokenizer.ggml.eos_token_id", (long) model.eosId().getAsInt())
        .containsEntry("tokenizer.ggml.add_space_prefix", model.normalization().addsDummyPrefix())
        .doesNotContainKey("tokenizer.ggml.merges");
    assertThat(file.metadata.get("tokenizer.ggml.tokens"))
        .isEqualTo(model.pieces().stream().map(SentencePieceModel.Piece::text).toList());
    assertThat(file.metadata.get("tokenizer.ggml.scores"))
        .isEqualTo(model.pieces().stream().map(SentencePieceModel.Piece::score).toList());
    // NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED and BYTE are 1 to 6 in both formats.
    assertThat(file.metadata.get("tokenizer.ggml.token_type"))
        .isEqualTo(model.pieces().stream().map(piece -> piece.type().ordinal() + 1L).toList());
    assertThat(new HashSet<Object>((List<?>) file.metadata.get("tokenizer.ggml.token_type")))
        .contains(1L, 2L, 3L, 6L);
  }

  @Test
  void refusesTokenizersThatLlamaCppLacks() throws IOException {
    assertRefused(
        train(trainer().normalizer(Normalizer.lowercase())),
        "normaliser",
        "changes ordinary texts");
    assertRefused(train(trainer().preTokenizer(PreTokenizer.words())), "nothing that cuts text as");
    BpeVocabulary vocabulary = train(trainer()).vocabulary();
    assertRefused(
        BpeTokenizer.builder(vocabulary)
            .preTokenizer(PreTokenPattern.GPT2)
            .addsPrefixSpace(true)
            .build(),
        "puts a space in front of texts");
    assertRefused(
        BpeTokenizer.builder(vocabulary).preTokenizer(PreTokenPattern.GPT2).build(),
        "no token that ends a text");
    assertRefused(
        BpeTokenizer.builder(vocabulary)
            .preTokenizer(PreTokenPattern.GPT2)
            .addedTokens(List.of(AddedToken.special(300, "a")))
            .eos(300)
            .build(),
        "are both \"a\"");
    assertRefused(
        train(
            BpeTrainer.characterLevel()
                .vocabularySize(320)
                .threads(1)
                .normalizer(Normalizer.nfkc())),
        "SentencePiece");
  }

  private void assertRefused(Tokenizer tokenizer, String... parts) {
    assertThatThrownBy(() -> export(tokenizer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void saysWhatTokensLookLikeElsewhereThatStripOrNormalise() throws IOException {
    BpeTokenizer plain = train(trainer().preTokenizer(PreTokenPattern.GPT2));
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(plain.vocabulary())
            .preTokenizer(PreTokenPattern.GPT2)
            .normalizer(Normalizer.nfc())
            .addedTokens(List.of(new AddedToken(300, "<end>", true, false, false, true, false)))
            .eos(300)
            .build();
    export(tokenizer);
    assertThat(notes)
        .containsExactly(
            "programs based on llama.cpp do not normalise: texts must be in NFC",
            "the token \"<end>\" does not look at what stands around it, as it does here");
  }

  @Test
  void refusesATokenizerWithMoreIdsThanTheDecoder() throws IOException {
    BpeTokenizer tokenizer = train(trainer());
    assertThatThrownBy(() -> builder(299).tokenizer(tokenizer).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tokenizer has 300 ids, and the decoder's vocabularySize is 299");
    assertThatThrownBy(() -> builder(299).chatTemplate(ChatTemplate.chatMl()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("chatTemplate needs a tokenizer, and there is none");
  }

  private static int id(PublishedGguf file, String role) {
    return Math.toIntExact((Long) file.metadata.get("tokenizer.ggml." + role + "_token_id"));
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** The table of GPT-2's bytes_to_unicode: printable Latin-1 as it is, the rest from U+0100 on. */
  private static byte[] bytesOf(String characters) {
    byte[] bytes = new byte[characters.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = characters.charAt(i);
      int next = 0x100;
      for (int b = 0; b < 256; b++) {
        boolean itself = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE && b <= 0xFF;
        if (c == (itself ? b : next)) {
          bytes[i] = (byte) b;
        }
        next += itself ? 0 : 1;
      }
    }
    return bytes;
  }
}
