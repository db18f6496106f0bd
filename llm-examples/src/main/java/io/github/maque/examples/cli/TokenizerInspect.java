package io.github.maque.examples.cli;

import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what a tokenizer is made of, or what it makes of a text. */
@Command(
    name = "inspect",
    description =
        "Shows what a tokenizer is made of, how it cuts a text, or what its ids stand for.")
final class TokenizerInspect extends Verb {
  private static final String[] COLOURS = {"\u001B[30;46m", "\u001B[30;43m"};
  private static final String PLAIN = "\u001B[0m";

  @Mixin private final TokenizerSource source = new TokenizerSource();

  @Option(names = "--text", paramLabel = "TEXT", description = "Show the tokens of this text.")
  private @Nullable String text;

  @Option(
      names = "--id",
      split = ",",
      paramLabel = "ID",
      description = "Show what these ids stand for.")
  private List<Integer> ids = List.of();

  @Override
  protected Summary run() throws IOException {
    Tokenizer tokenizer = source.load();
    if (text == null && ids.isEmpty()) {
      return describe(tokenizer);
    }
    Summary summary = new Summary();
    if (!ids.isEmpty()) {
      showIds(tokenizer, summary);
    }
    if (text != null) {
      showText(tokenizer, text, summary);
    }
    return summary;
  }

  private void showIds(Tokenizer tokenizer, Summary summary) {
    List<Map<String, Object>> pieces = new ArrayList<>();
    for (int id : ids) {
      if (id < 0 || id >= tokenizer.vocabularySize()) {
        throw rejection(
            "--id must be from 0 to " + (tokenizer.vocabularySize() - 1) + ", got " + id);
      }
      Piece piece = new Piece(tokenizer.pieceBytes(id));
      pieces.add(Map.of("id", id, "text", piece.toString()));
      summary.print(String.format(Locale.ROOT, "%8d  %s", id, piece));
    }
    summary.data("pieces", pieces);
  }

  private static void showText(Tokenizer tokenizer, String text, Summary summary) {
    Encoding encoding = tokenizer.encodeWithOffsets(text, EncodeOptions.WITH_SPECIAL_TOKENS);
    boolean colours = Terminal.takesColours();
    List<Map<String, Object>> tokens = new ArrayList<>();
    StringBuilder coloured = new StringBuilder();
    for (int i = 0; i < encoding.size(); i++) {
      int id = encoding.ids()[i];
      int start = encoding.starts()[i];
      int end = encoding.ends()[i];
      String piece = new Piece(tokenizer.pieceBytes(id)).toString();
      Map<String, Object> token = new LinkedHashMap<>();
      token.put("id", id);
      token.put("text", piece);
      token.put("start", start);
      token.put("end", end);
      tokens.add(token);
      String shown = colours ? COLOURS[i % COLOURS.length] + piece + PLAIN : piece;
      coloured.append(shown);
      summary.print(String.format(Locale.ROOT, "%8d  %4d–%-4d  %s", id, start, end, shown));
    }
    if (colours) {
      summary.print(coloured.toString());
    }
    int characters = text.codePointCount(0, text.length());
    summary.data("token_list", tokens);
    summary.count("tokens", encoding.size());
    summary.count("characters", characters);
    summary.number("characters_per_token", (double) characters / encoding.size(), "");
  }

  private static Summary describe(Tokenizer tokenizer) {
    Summary summary = new Summary();
    if (tokenizer instanceof BpeTokenizer bpe) {
      boolean bytes = bpe.vocabulary().alphabet() == BpeVocabulary.Alphabet.BYTES;
      summary.text("kind", bytes ? "byte-level BPE" : "character-level BPE");
      summary.count("vocabulary_size", bpe.vocabularySize());
      summary.count("merges", bpe.vocabulary().mergeCount());
      summary.text(
          "pre_tokenizer",
          bpe.preTokenizer() instanceof PreTokenPattern pattern
              ? pattern.name().toLowerCase(Locale.ROOT)
              : bpe.preTokenizer().toString());
      summary.text(
          "normalizer",
          bpe.normalizer().equals(Normalizer.none()) ? "none" : bpe.normalizer().toString());
    } else {
      summary.text("kind", tokenizer.getClass().getSimpleName());
      summary.count("vocabulary_size", tokenizer.vocabularySize());
    }
    addSpecialTokens(tokenizer.specialTokens(), summary);
    addPieces(new VocabularyFigures(tokenizer), summary);
    return summary;
  }

  private static void addSpecialTokens(SpecialTokens special, Summary summary) {
    summary.data("special_tokens", special.ids());
    special.ids().forEach((text, id) -> summary.print("special token " + id, text));
    addRole("bos", special.bos(), summary);
    addRole("eos", special.eos(), summary);
    addRole("pad", special.pad(), summary);
    addRole("unk", special.unk(), summary);
  }

  private static void addRole(String name, OptionalInt id, Summary summary) {
    if (id.isPresent()) {
      summary.count(name + "_id", id.getAsInt());
    }
  }

  private static void addPieces(VocabularyFigures figures, Summary summary) {
    summary.number("han_share", figures.hanShare(), "of all tokens");
    summary.count("parts_of_characters", figures.partsOfCharacters());
    summary.data("tokens_by_characters", figures.countsByLength());
    Map<Integer, Long> counts = figures.countsByLength();
    long largest = counts.values().stream().mapToLong(Long::longValue).max().orElse(1);
    counts.forEach(
        (length, count) ->
            summary.print(
                length + (length == 1 ? " character" : " characters"),
                String.format(Locale.ROOT, "%,7d  %s", count, bar(count, largest))));
    List<String> longest = figures.longest().stream().map(Piece::toString).toList();
    summary.data("longest", longest);
    summary.print("longest tokens", String.join("  ", longest));
  }

  private static String bar(long count, long largest) {
    return "#".repeat((int) Math.ceil(50.0 * count / largest));
  }
}
