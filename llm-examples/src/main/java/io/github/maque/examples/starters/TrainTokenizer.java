package io.github.maque.examples.starters;

import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.BpeTraining;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Learns a byte-level byte-pair encoding from text files, saves it as {@code tokenizer.json}, which
 * Hugging Face's libraries read, loads it again, and takes a sentence apart with it.
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.TrainTokenizer [DIRECTORY [TEXT-FILE …]]
 * }</pre>
 *
 * <p>Without text files it learns from stories that it makes up.
 */
public final class TrainTokenizer {
  private static final int VOCABULARY_SIZE = 3000;

  private TrainTokenizer() {}

  /** Takes the directory of the tokenizer and text files in UTF-8, or directories with such. */
  public static void main(String[] arguments) throws IOException {
    Path directory =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("tokenizer");
    Path[] files = Arrays.stream(arguments).skip(1).map(Path::of).toArray(Path[]::new);
    TextSource texts =
        files.length > 0 ? TextSource.files(files) : TextSource.of(MadeUpData.stories(2000));
    // On JDK 17 System.out itself prints what the locale can, which may not be Chinese.
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    BpeTraining training = train(texts, VOCABULARY_SIZE, directory);
    out.printf(
        "%,d characters of text, %,d pieces learnt in %d ms, saved in %s%n",
        training.characters(),
        training.tokenizer().vocabularySize(),
        training.countTime().plus(training.mergeTime()).toMillis(),
        directory);
    takeApart(TokenizerFiles.load(directory), "从前有一只小麻雀，它住在老槐树上。", out);
  }

  /** Learns a vocabulary and saves it. */
  static BpeTraining train(TextSource texts, int vocabularySize, Path directory)
      throws IOException {
    BpeTraining training =
        BpeTrainer.byteLevel()
            .vocabularySize(vocabularySize)
            .preTokenizer(PreTokenPattern.CHINESE) // GPT2, CL100K, … for other languages
            .specialTokens("<|im_start|>", "<|im_end|>") // for conversations, later on
            .eos("<|endoftext|>")
            .train(texts);
    TokenizerFiles.save(training.tokenizer(), directory, TokenizerConfig.DEFAULT);
    return training;
  }

  /**
   * Prints which part of a sentence each id stands for, and what the ids stand for together. A
   * piece may be a part of a character, which is shown as the whole character.
   */
  static void takeApart(Tokenizer tokenizer, String sentence, PrintStream out) {
    Encoding encoding = tokenizer.encodeWithOffsets(sentence, EncodeOptions.TEXT);
    for (int i = 0; i < encoding.size(); i++) {
      String part = sentence.substring(encoding.starts()[i], encoding.ends()[i]);
      out.printf("%6d  %s%n", encoding.ids()[i], part);
    }
    out.println("together: " + tokenizer.decode(encoding.ids()));
  }
}
