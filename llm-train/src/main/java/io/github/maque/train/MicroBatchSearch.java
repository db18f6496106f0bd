package io.github.maque.train;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import io.github.maque.data.pack.Batch;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.TrainingMemory;
import io.github.maque.model.kernel.KernelException;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many rows to compute at once: of those that should fit into memory, what turns out fastest.
 */
final class MicroBatchSearch {
  private static final Logger LOG = LoggerFactory.getLogger(MicroBatchSearch.class);

  /** What estimates leave out, and others need. */
  private static final double USABLE = 0.7;

  /** More rows cost more memory: they must gain so much. */
  private static final double GAIN = 1.02;

  private static final int TRIALS = 2;

  private final Decoder decoder;
  private final TrainingOptions options;
  private final TrainingStep step;
  private final BooleanSupplier stopped;

  /**
   * Creates a search.
   *
   * @param stopped whether it should end as soon as it can, with the best so far
   */
  MicroBatchSearch(
      Decoder decoder, TrainingOptions options, TrainingStep step, BooleanSupplier stopped) {
    this.decoder = decoder;
    this.options = options;
    this.step = step;
    this.stopped = stopped;
  }

  /**
   * Returns the number of rows. Weights stay as they are.
   *
   * @param batch of a step
   */
  int rows(Batch batch) {
    int together = options.objective().rowsTogether();
    long memory = (long) (USABLE * freeBytes(decoder.manager().getDevice()));
    int best = together;
    double bestRate = 0;
    for (int rows = together;
        rows <= batch.rows() && !stopped.getAsBoolean();
        rows = next(rows, batch.rows())) {
      if (rows > together && needed(rows, batch.length()) > memory) {
        LOG.info("micro-batches of {} rows would not fit into {} bytes", rows, memory);
        break;
      }
      double rate = rows == together ? rate(batch, rows) : rateIfItFits(batch, rows);
      LOG.debug("micro-batches of {} rows: {} rows a second", rows, rate);
      if (rate > bestRate * GAIN) {
        best = rows;
        bestRate = rate;
      } else if (rate < bestRate / 1.2) {
        break; // It only gets slower.
      }
    }
    decoder.zeroGradients();
    return even(batch.rows(), best, together);
  }

  private static int next(int rows, int all) {
    return rows < all && rows * 2 > all ? all : rows * 2;
  }

  /** Returns the fewest rows of which a step needs no more micro-batches than of {@code rows}. */
  static int even(int all, int rows, int together) {
    int microBatches = (all - 1) / rows + 1;
    return ((all / together - 1) / microBatches + 1) * together;
  }

  /** Returns how much memory a micro-batch takes besides what is there already. */
  private long needed(int rows, int length) {
    DecoderConfig config = decoder.config();
    int every = 1;
    long kept = 0;
    if (options.checkpointing() instanceof Checkpointing.Every groups) {
      every = Math.min(groups.layers(), config.layers());
    } else if (options.checkpointing() instanceof Checkpointing.Within within) {
      long layer = config.activationBytesPerLayer(rows, length, decoder.precision());
      kept = layer * Math.min(config.layers(), within.bytes() / layer);
    }
    TrainingMemory memory = config.trainingMemory(rows, length, decoder.precision(), every);
    return kept + memory.activations() + memory.working();
  }

  /** Returns rows a second, or 0 if the device says that it has not got the memory. */
  private double rateIfItFits(Batch batch, int rows) {
    try {
      return rate(batch, rows);
    } catch (KernelException | EngineException e) {
      if (String.valueOf(e.getMessage()).contains("out of memory")) {
        LOG.info("micro-batches of {} rows do not fit", rows);
        return 0;
      }
      throw e;
    }
  }

  /** Returns rows a second, the best of some trials after one to warm up. */
  private double rate(Batch batch, int rows) {
    double best = 0;
    for (int trial = 0; trial <= TRIALS; trial++) {
      try (NDManager scope = decoder.manager().newSubManager()) {
        long start = System.nanoTime();
        step.accumulate(scope, batch, rows, 0, rows).loss().toDoubleArray(); // waits for the device
        double rate = rows / ((System.nanoTime() - start) / 1e9);
        best = trial == 0 ? 0 : Math.max(best, rate);
      }
    }
    return best;
  }

  /** Returns how much memory can still be had on a device. */
  static long freeBytes(Device device) {
    if (device.isGpu()) {
      var usage = CudaUtils.getGpuMemory(device);
      return usage.getMax() - usage.getCommitted();
    }
    long available =
        ProcFile.kilobytes("/proc/meminfo", "MemAvailable").orElse(Long.MAX_VALUE / 1024) * 1024;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      long whole = ProcFile.kilobytes("/proc/meminfo", "MemTotal").orElse(0) * 1024;
      // A container may use less than the machine has, and only the virtual machine knows.
      if (system.getTotalMemorySize() < whole || whole == 0) {
        available = Math.min(available, system.getFreeMemorySize());
      }
    }
    return available;
  }
}
