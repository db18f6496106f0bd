package io.github.maque.train;

import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.HuggingFaceExport;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.format.WeightType;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All weights of a decoder in Hugging Face's layout, or, of a decoder with blocks of a user's, the
 * tensors alone. Immutable.
 *
 * <pre>{@code
 * Trainer.on(decoder)
 *     .modelFormat(HuggingFaceFormat.of(decoder).withTokenizer(tokenizer).withChatTemplate(template))
 * }</pre>
 */
public final class HuggingFaceFormat implements ModelFormat {
  private static final String WEIGHTS = "model.safetensors";

  /** What weights do not depend on: they serve in a longer context and without dropout as well. */
  private static final Set<String> OF_TRAINING =
      Set.of("contextLength", "vocabularyMultiple", "dropout", "initialization");

  private final Decoder decoder;
  private final @Nullable Tokenizer tokenizer;
  private final TokenizerConfig tokenizerConfig;
  private final @Nullable ChatTemplate chatTemplate;

  private HuggingFaceFormat(
      Decoder decoder,
      @Nullable Tokenizer tokenizer,
      TokenizerConfig tokenizerConfig,
      @Nullable ChatTemplate chatTemplate) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.tokenizerConfig = tokenizerConfig;
    this.chatTemplate = chatTemplate;
    if (!decoder.hasCustomBlocks()) {
      export(arrays());
    }
  }

  /** Returns the format of a decoder, whose weights alone are written. */
  public static HuggingFaceFormat of(Decoder decoder) {
    return new HuggingFaceFormat(decoder, null, TokenizerConfig.DEFAULT, null);
  }

  /**
   * Returns the same with a tokenizer beside the weights.
   *
   * @throws IllegalArgumentException if it cannot be saved, or has more ids than the decoder
   */
  public HuggingFaceFormat withTokenizer(Tokenizer beside) {
    return withTokenizer(beside, TokenizerConfig.DEFAULT);
  }

  /**
   * Returns the same with a tokenizer beside the weights.
   *
   * @param config what else is known about it, perhaps a chat template
   * @throws IllegalArgumentException if it cannot be saved, or has more ids than the decoder
   */
  public HuggingFaceFormat withTokenizer(Tokenizer beside, TokenizerConfig config) {
    return new HuggingFaceFormat(decoder, beside, config, chatTemplate);
  }

  /**
   * Returns the same with a chat template in place of that of the tokenizer.
   *
   * @throws IllegalArgumentException if there is no tokenizer, or it lacks tokens of the template
   */
  public HuggingFaceFormat withChatTemplate(ChatTemplate template) {
    return new HuggingFaceFormat(decoder, tokenizer, tokenizerConfig, template);
  }

  @Override
  public NamedArrays arrays() {
    return DecoderWeights.of(decoder).arrays();
  }

  @Override
  public void write(TensorSource copies, Path directory) throws IOException {
    if (decoder.hasCustomBlocks()) {
      SafetensorsFile.write(directory.resolve(WEIGHTS), copies, WeightType.FLOAT32);
      return;
    }
    export(copies).writeFiles(directory);
  }

  private HuggingFaceExport export(TensorSource weights) {
    HuggingFaceExport.Builder export =
        HuggingFaceExport.builder(decoder.config(), weights).type(WeightType.FLOAT32);
    if (tokenizer != null) {
      export.tokenizer(tokenizer, tokenizerConfig);
    }
    if (chatTemplate != null) {
      export.chatTemplate(chatTemplate);
    }
    return export.build();
  }

  @Override
  public void load(Path directory) throws IOException {
    if (decoder.hasCustomBlocks()) {
      try (SafetensorsFile weights = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
        DecoderWeights.load(decoder, weights);
      }
    } else {
      try (HuggingFaceDirectory model = HuggingFaceDirectory.open(directory)) {
        requireSame(directory, model.config());
        DecoderWeights.load(decoder, model.weights());
      }
    }
  }

  /** Tensors of the same shapes may belong to a model that computes something else. */
  private void requireSame(Path directory, DecoderConfig other) throws IOException {
    for (RecordComponent field : DecoderConfig.class.getRecordComponents()) {
      if (!OF_TRAINING.contains(field.getName())) {
        Object expected = value(field, decoder.config());
        Object found = value(field, other);
        if (!expected.equals(found)) {
          throw new IOException(
              String.format(
                  "%s holds the weights of another model: its %s is %s, but the decoder's is %s",
                  directory, field.getName(), found, expected));
        }
      }
    }
  }

  private static Object value(RecordComponent field, DecoderConfig config) {
    try {
      return field.getAccessor().invoke(config);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a public record has public accessors", e);
    }
  }
}
