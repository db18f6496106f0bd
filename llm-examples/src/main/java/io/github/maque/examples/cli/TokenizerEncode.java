package io.github.maque.examples.cli;

import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns a text file into ids. */
@Command(
    name = "encode",
    description = {
      "Turns a text file of any size into ids: little-endian 32-bit numbers, one after the other.",
      "Bytes that are no UTF-8 are kept if the vocabulary can spell them (byte-level ones can)."
    })
final class TokenizerEncode extends Verb {
  private static final int PART_BYTES = 1 << 20;

  /** What {@code --special} chooses from. */
  enum Special {
    ALLOW(SpecialTokenPolicy.ALLOW),
    TEXT(SpecialTokenPolicy.AS_TEXT),
    ERROR(SpecialTokenPolicy.ERROR);

    private final SpecialTokenPolicy policy;

    Special(SpecialTokenPolicy policy) {
      this.policy = policy;
    }
  }

  @Mixin private final TokenizerSource source = new TokenizerSource();

  @Option(names = "--input", required = true, paramLabel = "FILE", description = "The text.")
  private Path input = Path.of("");

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The ids.")
  private Path out = Path.of("");

  @Option(
      names = "--special",
      defaultValue = "text",
      paramLabel = "allow|text|error",
      description =
          "What a special token spelled out in the text is: the token, plain text (the default), or"
              + " an error.")
  private Special special = Special.TEXT;

  @Option(names = "--bos", description = "Begin every document with the BOS token.")
  private boolean bos;

  @Option(names = "--eos", description = "End every document with the EOS token.")
  private boolean eos;

  @Option(
      names = "--lines",
      description =
          "Every line is a document; the line ends are left out. Otherwise the whole file is one.")
  private boolean lines;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that encode; all processors if not given.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  protected Summary run() throws IOException {
    requirePositive("--threads", threads);
    checkFiles(input, out);
    Tokenizer tokenizer = source.load();
    if (bos && tokenizer.specialTokens().bos().isEmpty()) {
      throw rejection("--bos: " + source.path() + " has no BOS token");
    }
    if (eos && tokenizer.specialTokens().eos().isEmpty()) {
      throw rejection("--eos: " + source.path() + " has no EOS token");
    }
    EncodeOptions options = new EncodeOptions(special.policy, bos, eos);
    FileEncoder encoder = new FileEncoder(tokenizer, options, lines, threads, PART_BYTES);
    long size = Files.size(input);
    long start = System.nanoTime();
    FileEncoder.Result result;
    try (OutputFile output = OutputFile.create(out);
        Progress progress = progress()) {
      result =
          encoder.encode(
              input, output, done -> progress.update("Encoding", done, size, Progress.BYTES));
      output.commit();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Summary()
        .text("out", out.toString())
        .count("tokens", result.tokens())
        .count("documents", result.documents())
        .count("characters", result.characters())
        .bytes("input_bytes", result.bytes())
        .number("characters_per_token", (double) result.characters() / result.tokens(), "")
        .number("bytes_per_token", (double) result.bytes() / result.tokens(), "")
        .number("encode_seconds", seconds, "s")
        .number("mb_per_second", result.bytes() / 1e6 / seconds, "MB/s");
  }

  /** Fails where {@code input} cannot be read or is what would be overwritten. */
  static void checkFiles(Path input, Path out) throws IOException {
    if (!Files.exists(input)) {
      throw new NoSuchFileException(input.toString());
    }
    if (Files.isDirectory(input)) {
      throw new IOException(input + ": is a directory, expected a file");
    }
    if (Files.exists(out) && Files.isSameFile(input, out)) {
      throw new IOException(out + ": is the input, expected another file to write");
    }
  }
}
