package io.github.maque.examples.cli;

import io.github.maque.examples.model.ChatLayout;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.BpeTraining;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.bpe.TrainingProgress;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Learns a vocabulary from texts. */
@Command(
    name = "train",
    description = {
      "Learns a vocabulary from texts and writes it as a directory that Hugging Face's transformers"
          + " opens. What is not given suits a small model for Chinese.",
      "JSON and packed files, and whatever --format says, are read as maque data prepare reads them;"
          + " other files are text, line by line."
    })
final class TokenizerTrain extends Verb {

  /** What a vocabulary is made of. */
  enum Kind {
    BYTE,
    CHAR
  }

  /** Reads the name of an encoding. */
  static final class CharsetConverter implements ITypeConverter<Charset> {
    @Override
    public Charset convert(String name) {
      try {
        return Charset.forName(name);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "expected an encoding such as UTF-8, GB18030 or Big5, got '" + name + "'");
      }
    }
  }

  /** How text is made uniform. */
  enum Normalization {
    NONE,
    NFC,
    NFKC;

    Normalizer normalizer() {
      return switch (this) {
        case NONE -> Normalizer.none();
        case NFC -> Normalizer.nfc();
        case NFKC -> Normalizer.nfkc();
      };
    }
  }

  @Mixin private final DocumentInput input = new DocumentInput();

  @Option(
      names = "--encoding",
      converter = CharsetConverter.class,
      paramLabel = "NAME",
      description = "The encoding of text files, such as GB18030; UTF-8 if not given.")
  private @Nullable Charset encoding;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      description = "How many tokens to have in the end, special ones included (8192).")
  private int vocabularySize = 8192;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The directory to write; one that holds a tokenizer gets the new one.")
  private Path out = Path.of("");

  @Option(names = "--force", description = "Write into DIR even if it holds other files.")
  private boolean force;

  @Option(
      names = "--kind",
      paramLabel = "byte|char",
      description =
          "byte: as GPT-2 and Qwen, spells anything (the default); char: as Llama 2, with byte"
              + " fallback.")
  private Kind kind = Kind.BYTE;

  @Option(
      names = "--pre-tokenizer",
      paramLabel = "NAME",
      description = "How text is cut: chinese (the default), qwen2, cl100k, o200k, gpt2 or digits.")
  private PreTokenPattern preTokenizer = PreTokenPattern.CHINESE;

  @Option(
      names = "--normalizer",
      paramLabel = "none|nfc|nfkc",
      description =
          "What is done to text first; with anything but none, decoding may give other bytes.")
  private Normalization normalizer = Normalization.NONE;

  @Option(
      names = "--min-frequency",
      paramLabel = "N",
      description = "How often a pair must occur to become a token (2).")
  private long minimumFrequency = 2;

  @Option(
      names = "--max-token-length",
      paramLabel = "N",
      description = "Tokens stay shorter than this, in bytes, or in characters for char.")
  private @Nullable Integer maximumTokenLength;

  @Option(
      names = "--special-tokens",
      split = ",",
      paramLabel = "TOKEN",
      description = "Special tokens besides the following ones (<|im_start|>,<|im_end|>).")
  private List<String> specialTokens = List.of("<|im_start|>", "<|im_end|>");

  @Option(
      names = "--eos",
      paramLabel = "TOKEN",
      description = "The token that ends a document (<|endoftext|>, or </s> for char).")
  private @Nullable String eos;

  @Option(
      names = "--bos",
      paramLabel = "TOKEN",
      description = "The token that begins a document (none, or <s> for char).")
  private @Nullable String bos;

  @Option(
      names = "--pad",
      paramLabel = "TOKEN",
      description = "The token that fills a batch (the one of --eos).")
  private @Nullable String pad;

  @Option(
      names = "--chat-template",
      paramLabel = "NAME",
      description =
          "How conversations are laid out: chatml (the default where there are its tokens), llama2,"
              + " llama3, instruction, story or none.")
  private @Nullable ChatLayout template;

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "FORMAT",
      description = "Further files to write: tiktoken (for byte), sentencepiece (for char).")
  private List<TokenizerDirectory.Format> also = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that learn; all processors if not given.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "Memory for distinct pre-tokens, such as 1g; the rarest are dropped beyond it.")
  private @Nullable ByteSize memoryLimit;

  @Override
  protected Summary run() throws IOException {
    TokenizerDirectory directory = TokenizerDirectory.prepare(out, force);
    for (TokenizerDirectory.Format format : also) {
      if (!format.holds(kind)) {
        throw rejection(
            "--also "
                + format.option()
                + " cannot hold a vocabulary of --kind "
                + kind.name().toLowerCase(Locale.ROOT));
      }
    }
    TextSource source = input.texts(encoding);
    String endOfDocument = eos != null ? eos : kind == Kind.BYTE ? "<|endoftext|>" : "</s>";
    Optional<ChatTemplate> chat = chatTemplate(endOfDocument);
    BpeTraining training;
    try (Progress progress = progress()) {
      training = trainer(endOfDocument, chat).progress(listener(progress)).train(source);
    }
    TokenizerConfig.Builder config = TokenizerConfig.builder();
    chat.ifPresent(layout -> config.chatTemplate(layout.jinja()));
    List<Path> written = directory.write(training.tokenizer(), config.build(), also);
    return summary(source, training, written);
  }

  private BpeTrainer trainer(String endOfDocument, Optional<ChatTemplate> chat) {
    BpeTrainer trainer = kind == Kind.BYTE ? BpeTrainer.byteLevel() : BpeTrainer.characterLevel();
    trainer
        .vocabularySize(vocabularySize)
        .minimumFrequency(minimumFrequency)
        .preTokenizer(preTokenizer)
        .normalizer(normalizer.normalizer())
        .threads(threads);
    if (bos != null) {
      trainer.bos(bos);
    }
    trainer.eos(endOfDocument).pad(pad != null ? pad : endOfDocument);
    List<String> others = new ArrayList<>(specialTokens);
    others.removeIf(String::isEmpty);
    trainer.specialTokens(others);
    chat.ifPresent(layout -> trainer.specialTokens(layout.specialTokens()));
    if (maximumTokenLength != null) {
      trainer.maximumTokenLength(maximumTokenLength);
    }
    if (memoryLimit != null) {
      trainer.memoryLimit(memoryLimit.bytes());
    }
    return trainer;
  }

  private Optional<ChatTemplate> chatTemplate(String endOfDocument) {
    if (template != null) {
      return template.withEndOfTurn(endOfDocument);
    }
    ChatTemplate usual = ChatTemplate.chatMl();
    return specialTokens.containsAll(usual.specialTokens()) ? Optional.of(usual) : Optional.empty();
  }

  /** Shows how far a training has come. */
  static TrainingProgress listener(Progress progress) {
    return (stage, done, total) -> {
      switch (stage) {
        case COUNT -> progress.update("Reading", done, total, Progress.BYTES);
        case MERGE -> progress.update("Merging", done, total, "tokens");
      }
    };
  }

  private Summary summary(TextSource source, BpeTraining training, List<Path> written) {
    Summary summary = new Summary();
    summary.text("out", out.toString());
    summary.data("files", written.stream().map(Path::toString).toList());
    summary.count("vocabulary_size", training.tokenizer().vocabularySize());
    return addTraining(summary, source.sizeInBytes(), training);
  }

  /** Adds what a training has done with {@code bytes} of text. */
  static Summary addTraining(Summary summary, long bytes, BpeTraining training) {
    double count = training.countTime().toNanos() / 1e9;
    double merge = training.mergeTime().toNanos() / 1e9;
    summary
        .count("merges", training.merges())
        .bytes("input_bytes", bytes)
        .count("texts", training.texts())
        .count("characters", training.characters())
        .count("pre_tokens", training.preTokens())
        .count("unique_pre_tokens", training.uniquePreTokens());
    if (training.prunedPreTokens() > 0) {
      summary
          .count("pruned_pre_tokens", training.prunedPreTokens())
          .count("pruned_occurrences", training.prunedOccurrences());
    }
    return summary
        .number("count_seconds", count, "s")
        .number("merge_seconds", merge, "s")
        .number("mb_per_second", bytes / 1e6 / (count + merge), "MB/s");
  }
}
