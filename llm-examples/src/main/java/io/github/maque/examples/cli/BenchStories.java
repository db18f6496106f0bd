package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.StoryArchive;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes an archive of stories. */
@Command(
    name = "stories",
    description = {
      "Makes an archive like that of the TinyStoriesChinese data set, of synthetic stories: the"
          + " input that maque data prepare is measured with. Some stories repeat earlier ones;"
          + " the figures say how many."
    })
final class BenchStories extends Verb {

  @Option(
      names = "--bytes",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "How much text, unpacked (200m).")
  private @Nullable ByteSize bytes;

  @Option(
      names = "--stories",
      paramLabel = "N",
      description = "How many stories, instead of --bytes.")
  private @Nullable Long stories;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The tar.gz file.")
  private Path out = Path.of("");

  @Option(
      names = "--exact-duplicates",
      paramLabel = "SHARE",
      description = "How many stories are equal to an earlier one (0.05).")
  private double exactDuplicates = 0.05;

  @Option(
      names = "--near-duplicates",
      paramLabel = "SHARE",
      description = "How many stories differ from an earlier one by a few characters (0.05).")
  private double nearDuplicates = 0.05;

  @Option(names = "--seed", paramLabel = "N", description = "Another number, other stories (1).")
  private long seed = 1;

  /** Takes bytes for a file. */
  private static final class Sink extends OutputStream {
    private final OutputFile file;

    Sink(OutputFile file) {
      this.file = file;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(ByteBuffer.wrap(bytes, offset, length));
    }
  }

  @Override
  protected Summary run() throws IOException {
    if (bytes != null && stories != null) {
      throw rejection("--bytes and --stories exclude each other");
    }
    long size = bytes == null ? 200_000_000 : bytes.bytes();
    StoryArchive archive = new StoryArchive(seed, exactDuplicates, nearDuplicates);
    StoryArchive.Contents contents;
    long start = System.nanoTime();
    try (OutputFile file = OutputFile.create(out);
        Progress progress = progress()) {
      OutputStream sink = new BufferedOutputStream(new Sink(file), 1 << 18);
      contents =
          stories == null
              ? archive.writeBytes(
                  sink, size, done -> progress.update("Writing", done, size, Progress.BYTES))
              : archive.writeStories(
                  sink, stories, done -> progress.update("Writing", done, -1, Progress.BYTES));
      file.commit();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Summary()
        .text("out", out.toString())
        .count("stories", contents.stories())
        .count("exact_duplicates", contents.exactDuplicates())
        .count("near_duplicates", contents.nearDuplicates())
        .count("files", contents.files())
        .bytes("unpacked_bytes", contents.bytes())
        .bytes("file_bytes", Files.size(out))
        .number("mb_per_second", contents.bytes() / 1e6 / seconds, "MB/s");
  }
}
