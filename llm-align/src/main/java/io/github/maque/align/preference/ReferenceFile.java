package io.github.maque.align.preference;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.maque.align.internal.Sha256;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log-probabilities of a reference as JSON lines: one that says whose they are, with a SHA-256 of
 * the others, and one for each pair, with the columns that TRL has for them.
 *
 * @param data fingerprint of the pairs
 * @param model fingerprint of the reference
 */
record ReferenceFile(Path path, String data, String model) {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceFile.class);
  private static final String FORMAT = "maque-reference-log-probabilities-1";
  private static final String CHOSEN = "ref_chosen_logps";
  private static final String REJECTED = "ref_rejected_logps";

  /**
   * Returns what is in the file, or nothing, with a note why, if that is of no use.
   *
   * @param pairs how many there should be
   */
  Optional<double[]> read(int pairs) throws IOException {
    String text;
    try {
      text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(text, pairs));
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | NumberFormatException e) {
      LOG.warn("{} is computed anew: {}", path, e.getMessage());
      return Optional.empty();
    }
  }

  private double[] parse(String text, int pairs) {
    int end = text.indexOf('\n') + 1;
    JsonObject header = JsonParser.parseString(text.substring(0, end)).getAsJsonObject();
    String body = text.substring(end);
    require(header, "format", FORMAT, "it has another format");
    require(header, "data", data, "it is of other pairs");
    require(header, "model", model, "it is of another model");
    require(header, "sha256", new Sha256().add(body).hex(), "it is damaged");
    String[] lines = body.split("\n");
    if (lines.length != pairs) {
      throw new JsonParseException("it has " + lines.length + " pairs and not " + pairs);
    }
    double[] sums = new double[2 * pairs];
    for (int pair = 0; pair < pairs; pair++) {
      JsonObject line = JsonParser.parseString(lines[pair]).getAsJsonObject();
      sums[2 * pair] = line.get(CHOSEN).getAsDouble();
      sums[2 * pair + 1] = line.get(REJECTED).getAsDouble();
    }
    return sums;
  }

  private static void require(JsonObject header, String field, String expected, String otherwise) {
    if (!header.has(field) || !header.get(field).getAsString().equals(expected)) {
      throw new JsonParseException(otherwise);
    }
  }

  void write(double[] sums) throws IOException {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < sums.length; i += 2) {
      JsonObject line = new JsonObject();
      line.addProperty(CHOSEN, sums[i]);
      line.addProperty(REJECTED, sums[i + 1]);
      body.append(line).append('\n');
    }
    JsonObject header = new JsonObject();
    header.addProperty("format", FORMAT);
    header.addProperty("data", data);
    header.addProperty("model", model);
    header.addProperty("sha256", new Sha256().add(body.toString()).hex());
    String text = header + "\n" + body;
    AtomicFile.write(path, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
