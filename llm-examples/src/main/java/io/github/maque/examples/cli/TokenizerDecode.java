package io.github.maque.examples.cli;

import io.github.maque.tokenizer.DecodeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns ids back into text. */
@Command(
    name = "decode",
    description = "Turns a file of ids, as encode writes it, back into the same bytes.")
final class TokenizerDecode extends Verb {
  @Mixin private final TokenizerSource source = new TokenizerSource();

  @Option(names = "--input", required = true, paramLabel = "FILE", description = "The ids.")
  private Path input = Path.of("");

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The text.")
  private Path out = Path.of("");

  @Option(names = "--skip-special", description = "Leave special tokens out.")
  private boolean skipSpecial;

  @Override
  protected Summary run() throws IOException {
    TokenizerEncode.checkFiles(input, out);
    long size = Files.size(input);
    if (size % 4 != 0) {
      throw new IOException(
          input + ": " + size + " bytes long, expected a multiple of 4 (32-bit ids)");
    }
    FileDecoder decoder = new FileDecoder(source.load(), new DecodeOptions(skipSpecial));
    long start = System.nanoTime();
    FileDecoder.Result result;
    try (OutputFile output = OutputFile.create(out);
        Progress progress = progress()) {
      result =
          decoder.decode(
              input, output, done -> progress.update("Decoding", done, size, Progress.BYTES));
      output.commit();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Summary()
        .text("out", out.toString())
        .count("tokens", result.tokens())
        .bytes("output_bytes", result.bytes())
        .number("bytes_per_token", (double) result.bytes() / result.tokens(), "")
        .number("decode_seconds", seconds, "s")
        .number("mb_per_second", result.bytes() / 1e6 / seconds, "MB/s");
  }
}
