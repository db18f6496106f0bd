package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.Generator;
import io.github.maque.model.kernel.KernelException;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LowRankUpdates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Steps and generations leave nothing behind: neither arrays with the managers that stay, nor
 * memory of the process. Each call makes arrays of some hundred kilobytes, so that what each of 40
 * calls left behind would show as many megabytes.
 */
class DecoderLeakTest {
  private static final int GROWTHS = 5;
  private static final int FIRST = 80;
  private static final int EACH = 40;

  /** Kilobytes that the process may grow by from batch to batch. */
  private static final long SLACK = 2 << 10;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final DecoderConfig config =
      DecoderConfig.builder()
          .vocabularySize(700)
          .contextLength(64)
          .layers(2)
          .width(64)
          .heads(4)
          .keyValueHeads(2)
          .queryKeyNorm(true)
          .dropout(0.1)
          .build();
  private final Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void stepsLeaveNothing() throws IOException {
    Random random = new Random(1);
    NDArray ids = manager.create(random.ints(2 * 48, 0, 700).toArray(), new Shape(2, 48));
    NDArray targets = manager.create(random.ints(2 * 48, 0, 700).toArray(), new Shape(2, 48));
    DecoderInput input = DecoderInput.of(ids);
    assertFlat(
        FIRST,
        EACH,
        call -> {
          Checkpointing checkpointing =
              call % 2 == 0 ? Checkpointing.none() : Checkpointing.everyLayer();
          TestDecoders.backward(decoder, input, targets, checkpointing, call);
          decoder.zeroGradients();
        });
  }

  @Test
  void stepsOfUpdatesLeaveNothing() throws IOException {
    Map<String, LowRankUpdates.Factors> factors = new LinkedHashMap<>();
    decoder
        .projections()
        .names()
        .forEach(p -> factors.put(p, decoder.projections().newFactors(manager, p, 4, 1)));
    decoder.freeze(Pattern.compile(".*"), true);
    LowRankUpdates updates = LowRankUpdates.of(manager, 1, 0.1, factors);
    NDArray ids = manager.create(new Random(1).ints(2 * 48, 0, 700).toArray(), new Shape(2, 48));
    NDArray noise = manager.ones(new Shape(2, 48));
    assertFlat(
        FIRST,
        EACH,
        call -> {
          decoder.projections().use(updates);
          Checkpointing checkpointing =
              call % 2 == 0 ? Checkpointing.none() : Checkpointing.everyLayer();
          try (ForwardPass pass =
              decoder.forwardPass(DecoderInput.of(ids), checkpointing, call, noise)) {
            pass.backward(pass.hidden());
          }
          decoder.zeroGradients();
          decoder.projections().use(LowRankUpdates.none());
        });
  }

  @Test
  void failedStepsLeaveNothing() throws IOException {
    NDArray ids = manager.create(new int[] {1, 2, 3, 900}, new Shape(1, 4));
    assertFlat(
        FIRST,
        EACH,
        call -> {
          try {
            decoder.forwardPass(DecoderInput.of(ids), Checkpointing.none(), call).close();
            throw new AssertionError("id 900 of 700 was accepted");
          } catch (KernelException e) {
            assertThat(e).hasMessageContaining("index out of range");
          }
        });
  }

  @Test
  void inferenceLeavesNothing() throws IOException {
    NDArray ids = manager.create(new Random(1).ints(256, 0, 700).toArray(), new Shape(4, 64));
    assertFlat(
        FIRST,
        EACH,
        call -> {
          try (NDManager scope = manager.newSubManager()) {
            decoder.logits(scope, DecoderInput.of(ids));
          }
        });
  }

  @Test
  void generationsLeaveNothing() throws IOException {
    int[] prompt = {5, 6, 7};
    GenerationOptions options = GenerationOptions.builder().maxNewTokens(6).build();
    try (DecodingSession session = DecodingSession.open(decoder, 2)) {
      Generator generator = new Generator(session);
      assertFlat(FIRST, EACH, call -> generator.generate(prompt, options));
    }
  }

  /** A session's weights and cache are a megabyte here; the engine settles after some dozens. */
  @Test
  void sessionsLeaveNothing() throws IOException {
    assertFlat(FIRST, 12, call -> DecodingSession.open(decoder, 8).close());
  }

  private interface Call {
    void run(int call);
  }

  /**
   * Calls in batches, and looks at the second smallest of how much the process grew from batch to
   * batch: allocator and heap take and return tens of megabytes now and then, a leak grows in each.
   *
   * @param first how many calls to make before anything is compared
   * @param each how many calls a batch has
   */
  private void assertFlat(int first, int each, Call call) throws IOException {
    int arrays = 0;
    long before = 0;
    long[] growths = new long[GROWTHS];
    int calls = 0;
    for (int batch = 0; batch <= GROWTHS; batch++) {
      for (int i = 0; i < (batch == 0 ? first : each); i++) {
        call.run(calls++);
      }
      long now = residentKilobytes();
      if (batch == 0) {
        arrays = attached();
      } else {
        growths[batch - 1] = now - before;
      }
      before = now;
    }
    Arrays.sort(growths);
    assertThat(attached()).isEqualTo(arrays);
    assertThat(growths[1]).isLessThan(SLACK);
  }

  /** Returns how many arrays and managers live with the decoder's. */
  private int attached() {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  private static long residentKilobytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "only Linux says how much memory a process has");
    System.gc();
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
