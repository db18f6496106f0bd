package io.github.maque.align.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.ModelFormatException;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.layer.LowRankUpdates;
import io.github.maque.train.ModelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A LoRA adapter (Hu et al., 2022): two small matrices beside each of some projections of a
 * decoder, which are trained in the place of the projections.
 *
 * <pre>{@code
 * LoraAdapter adapter = LoraAdapter.create(manager, decoder, LoraConfig.defaults(), 42);
 * adapter.attach();
 * Trainer.on(decoder).modelFormat(adapter).data(conversations).directory(run).build().train();
 * adapter.save(Path.of("adapter"));
 * }</pre>
 *
 * <p>An adapter that is attached is part of all that its decoder computes, and the decoder's own
 * parameters are frozen. A decoder can have any number of adapters, of which one at a time is
 * attached. Merged into the weights an adapter costs nothing, and exports contain it.
 *
 * <p>On disk it is what PEFT reads and writes: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. Nothing here may be called while another thread uses the decoder.
 */
public final class LoraAdapter implements ModelFormat, AutoCloseable {
  private final Decoder decoder;
  private final LoraConfig config;
  private final NDManager manager;
  private final LowRankUpdates updates;
  private Optional<String> baseModel = Optional.empty();
  private List<Parameter> trainedBefore = List.of();
  private boolean attached;
  private boolean merged;

  private LoraAdapter(NDManager parent, Decoder decoder, LoraConfig config, long seed) {
    this.decoder = decoder;
    this.config = config;
    List<String> targets = config.select(decoder.projections().names());
    manager = parent.newSubManager();
    Map<String, LowRankUpdates.Factors> factors = new LinkedHashMap<>();
    for (String projection : targets) {
      factors.put(
          projection, decoder.projections().newFactors(manager, projection, config.rank(), seed));
    }
    updates = LowRankUpdates.of(manager, config.scale(), config.dropout(), factors);
  }

  /**
   * Creates an adapter that changes nothing yet: B is 0. It is not attached.
   *
   * @param manager what it lives with, on the decoder's device
   * @param seed what the numbers of A are derived from
   * @throws IllegalArgumentException if a target matches none of the decoder's projections
   */
  public static LoraAdapter create(
      NDManager manager, Decoder decoder, LoraConfig config, long seed) {
    return new LoraAdapter(manager, decoder, config, seed);
  }

  /**
   * Loads an adapter. It is not attached.
   *
   * @param manager what it lives with, on the decoder's device
   * @param directory with files as PEFT or {@link #save} wrote them
   * @throws ModelFormatException if the files are damaged, are not of LoRA alone, or do not fit the
   *     decoder
   */
  public static LoraAdapter load(NDManager manager, Decoder decoder, Path directory)
      throws IOException {
    PeftDirectory files = new PeftDirectory(directory);
    PeftConfig config = files.config();
    LoraAdapter adapter;
    try {
      adapter = create(manager, decoder, config.lora(), 0);
    } catch (IllegalArgumentException e) {
      throw files.wrongTargets(e);
    }
    try {
      files.fill(adapter.arrays());
      adapter.baseModel = config.baseModel();
      return adapter;
    } catch (IOException | RuntimeException | Error e) {
      adapter.close();
      throw e;
    }
  }

  /** Returns what it adds to which projections. */
  public LoraConfig config() {
    return config;
  }

  /** Returns which model it is for, a name on Hugging Face or a path, if that is known. */
  public Optional<String> baseModel() {
    return baseModel;
  }

  /** Says which model it is for; it is written down with it, so that PEFT finds the model. */
  public void baseModel(String nameOrPath) {
    if (nameOrPath.isBlank()) {
      throw new IllegalArgumentException(
          "baseModel must be a name or a path, got \"" + nameOrPath + "\"");
    }
    baseModel = Optional.of(nameOrPath);
  }

  /** Returns the matrices. */
  public LowRankUpdates updates() {
    return updates;
  }

  /** Returns how many numbers it has. */
  public long parameters() {
    return updates.parametersByName().values().stream()
        .mapToLong(parameter -> parameter.getArray().size())
        .sum();
  }

  /** Returns whether the decoder computes with it. */
  public boolean isAttached() {
    return attached;
  }

  /** Returns whether it is part of the weights. */
  public boolean isMerged() {
    return merged;
  }

  /**
   * Makes it part of what the decoder computes, and freezes the decoder's own parameters.
   *
   * @throws IllegalStateException if it or another one is attached, or if it is merged
   */
  public void attach() {
    requireNotMerged();
    require(
        decoder.projections().updates().byProjection().isEmpty(),
        "an adapter is attached to the decoder: detach it, or take its place");
    trainedBefore =
        decoder.parametersByName().values().stream().filter(Parameter::requiresGradient).toList();
    trainedBefore.forEach(parameter -> parameter.freeze(true));
    decoder.projections().use(updates);
    attached = true;
  }

  /**
   * Ends what {@link #attach} began: those of the decoder's parameters are trained again that were
   * before.
   *
   * @throws IllegalStateException if it is not attached
   */
  public void detach() {
    requireAttached();
    decoder.projections().use(LowRankUpdates.none());
    trainedBefore.forEach(parameter -> parameter.freeze(false));
    trainedBefore = List.of();
    attached = false;
  }

  /**
   * Detaches another adapter of the same decoder and attaches this one. Only a reference changes.
   *
   * @throws IllegalStateException if the other is not attached, or if this one is merged
   * @throws IllegalArgumentException if the other is one of another decoder
   */
  public void takePlaceOf(LoraAdapter other) {
    requireNotMerged();
    other.requireAttached();
    if (other.decoder != decoder) {
      throw new IllegalArgumentException("both adapters must be of the same decoder");
    }
    decoder.projections().use(updates);
    other.attached = false;
    attached = true;
    trainedBefore = other.trainedBefore;
  }

  /**
   * Does something with the decoder as it is without this adapter, such as asking a model that
   * learns preferences for its reference. Only a reference changes; the decoder stays frozen.
   *
   * @return what the action returned
   * @throws IllegalStateException if it is not attached
   */
  public <T> T disabled(Supplier<T> action) {
    requireAttached();
    decoder.projections().use(LowRankUpdates.none());
    try {
      return action.get();
    } finally {
      decoder.projections().use(updates);
    }
  }

  /**
   * Adds it to the weights of the decoder, and detaches it if it is attached.
   *
   * @throws IllegalStateException if it is merged
   */
  public void merge() {
    requireNotMerged();
    if (attached) {
      detach();
    }
    decoder.projections().addToWeights(updates, 1);
    merged = true;
  }

  /**
   * Takes it out of the weights of the decoder again, which come back but for the rounding of one
   * addition. It must not have been trained or loaded since it was merged.
   *
   * @throws IllegalStateException if it is not merged
   */
  public void unmerge() {
    require(merged, "the adapter is not merged");
    decoder.projections().addToWeights(updates, -1);
    merged = false;
  }

  /**
   * Writes it as PEFT does.
   *
   * @param directory is created if there is none; in one that exists each of both files is replaced
   *     as a whole
   */
  public void save(Path directory) throws IOException {
    Files.createDirectories(directory);
    write(arrays(), directory);
  }

  /** Returns its matrices under the names that they have in PEFT's files. */
  @Override
  public NamedArrays arrays() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    updates
        .parametersByName()
        .forEach(
            (name, parameter) -> arrays.put(PeftDirectory.PREFIX + name, parameter.getArray()));
    return NamedArrays.of(manager, arrays);
  }

  @Override
  public void write(TensorSource copies, Path directory) throws IOException {
    PeftConfig written =
        PeftConfig.of(
            config, updates.byProjection().keySet(), decoder.projections().names(), baseModel);
    new PeftDirectory(directory).write(written, copies);
  }

  /**
   * Sets its matrices to those in files as PEFT or {@link #save} wrote them.
   *
   * @throws ModelFormatException if the files are damaged, or of an adapter of another rank or
   *     scale, or of other projections
   * @throws IllegalStateException if it is merged
   */
  @Override
  public void load(Path directory) throws IOException {
    requireNotMerged();
    PeftDirectory files = new PeftDirectory(directory);
    files.requireSameSize(config);
    files.fill(arrays());
  }

  private void requireAttached() {
    require(attached, "the adapter is not attached");
  }

  private void requireNotMerged() {
    require(!merged, "the adapter is merged into the weights: unmerge it first");
  }

  private static void require(boolean state, String message) {
    if (!state) {
      throw new IllegalStateException(message);
    }
  }

  /** Detaches it if it is attached, and frees its memory; merged weights stay as they are. */
  @Override
  public void close() {
    if (attached) {
      detach();
    }
    manager.close();
  }
}
