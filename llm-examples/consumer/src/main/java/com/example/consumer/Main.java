package com.example.consumer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Uses a trained model: {@code generate MODEL PROMPT} or {@code score MODEL TEXT}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    boolean known = arguments.length == 3 && arguments[0].matches("generate|score");
    if (!known) {
      System.err.println("usage: generate MODEL PROMPT, or score MODEL TEXT");
      System.exit(2);
    }
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        HuggingFaceDirectory model = HuggingFaceDirectory.open(Path.of(arguments[1]))) {
      Decoder decoder = model.decoder(manager, Precision.FLOAT32);
      if (arguments[0].equals("generate")) {
        out.print(arguments[2]);
        try (DecodingSession session = DecodingSession.open(decoder, 1)) {
          TextGenerator generator = TextGenerator.builder(session, model.tokenizer()).build();
          generator.stream(arguments[2], model.generationOptions(), out::print);
        }
        out.println();
      } else {
        out.printf("%.4f bits per byte%n", bitsPerByte(decoder, model.tokenizer(), arguments[2]));
      }
    }
  }

  /** Returns how surprised a model is by a text, its first token left out. */
  static double bitsPerByte(Decoder decoder, Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    if (ids.length < 2 || ids.length > decoder.config().contextLength() + 1) {
      throw new IllegalArgumentException(
          "the text must have 2 to "
              + (decoder.config().contextLength() + 1)
              + " tokens, but has "
              + ids.length);
    }
    try (NDManager scratch = decoder.manager().newSubManager()) {
      int[][] read = {Arrays.copyOfRange(ids, 0, ids.length - 1)};
      int[][] targets = {Arrays.copyOfRange(ids, 1, ids.length)};
      NDArray hidden = decoder.hiddenStates(scratch, DecoderInput.of(scratch, read));
      NDArray logProbabilities =
          decoder
              .head()
              .logProbabilities(
                  scratch, hidden, decoder.headTable().getArray(), scratch.create(targets))
              .get(0);
      double bytes =
          text.getBytes(StandardCharsets.UTF_8).length - tokenizer.pieceBytes(ids[0]).length;
      return -logProbabilities.sum().getFloat() / Math.log(2) / bytes;
    }
  }
}
