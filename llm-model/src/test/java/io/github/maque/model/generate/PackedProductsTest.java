package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Decoding on CPUs where oneDNN refuses to multiply, which another process takes this one for. */
class PackedProductsTest {
  @Test
  void sessionsOpenWhereOneDnnRefusesBfloat16() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Decoding.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ONEDNN_MAX_CPU_ISA", "AVX2");
    builder.environment().put("DNNL_MAX_CPU_ISA", "AVX2");
    builder.environment().put("ATEN_CPU_CAPABILITY", "avx2");
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
    }
  }

  /** Ends with a trace and the exit value 1 if a session cannot be opened, or answers otherwise. */
  static final class Decoding {
    private Decoding() {}

    public static void main(String[] arguments) {
      DecoderConfig config =
          DecoderConfig.builder()
              .vocabularySize(50)
              .contextLength(8)
              .layers(1)
              .width(32)
              .heads(2)
              .build();
      try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
        Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);
        float[] expected = logits(decoder, Precision.FLOAT32);
        for (Precision precision :
            List.of(Precision.BFLOAT16_MIXED, Precision.BFLOAT16_TRUE, Precision.FLOAT16_MIXED)) {
          float[] rounded = logits(decoder, precision);
          for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(rounded[i] - expected[i])).as("%s", precision).isLessThan(0.02f);
          }
        }
      }
    }

    private static float[] logits(Decoder decoder, Precision precision) {
      float[][] logits = new float[1][50];
      try (DecodingSession session = DecodingSession.open(decoder, 1, 8, precision)) {
        session.prefill(new int[] {0}, new int[][] {{1, 2, 3}}, logits);
        session.step(new int[] {0}, new int[] {4}, logits);
      }
      return logits[0];
    }
  }

  @Test
  void wordsOfTheTrialAreThoseOfTheEngine() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      boolean x86 = System.getProperty("os.arch").matches("amd64|x86_64");
      assertThat(PackedProducts.work(manager, Precision.FLOAT32)).isIn(true, x86);
      assertThat(PackedProducts.work(manager, Precision.FLOAT16_MIXED)).isFalse();
      assertThat(manager.getManagedArrays()).isEmpty();
    }
  }
}
