package io.github.maque.align.adapter;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.maque.model.format.ModelFormatException;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The {@value #FILE} of an adapter in the format of <a
 * href="https://huggingface.co/docs/peft">PEFT</a>.
 *
 * <p>What PEFT can do beyond {@link LoraConfig} has fields of its own, which are null, false or
 * empty where it is not made use of. So every field that is not known here must be that.
 */
final class PeftConfig {
  static final String FILE = "adapter_config.json";

  private static final int MAX_RANK = 1 << 16;
  private static final int MAX_BYTES = 1 << 20;
  private static final Gson FORMAT =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  /** Fields that change nothing of what an adapter computes, whatever they say. */
  private static final Set<String> HARMLESS =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "inference_mode",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config");

  private static final Set<String> KNOWN =
      Set.of(
          "bias",
          "init_lora_weights",
          "lora_alpha",
          "lora_dropout",
          "peft_type",
          "r",
          "target_modules",
          "task_type",
          "use_rslora");

  private static final Pattern NAME = Pattern.compile("[\\w.-]+");
  private static final String BASE_MODEL = "base_model_name_or_path";

  /** Ways to begin that change the weights of the base model, too. */
  private static final Set<String> CHANGED_BASE =
      Set.of("pissa", "olora", "loftq", "corda", "lora_ga");

  /** Where it is from, or is to be, as messages say it. */
  private final Path file;

  private final JsonObject json;

  private PeftConfig(Path file, JsonObject json) {
    this.file = file;
    this.json = json;
  }

  /**
   * Returns the configuration of an adapter.
   *
   * @param targets the projections that have an update
   * @param projections all that the decoder has
   * @param baseModel a name or a path, if known
   */
  static PeftConfig of(
      LoraConfig config,
      Collection<String> targets,
      Collection<String> projections,
      Optional<String> baseModel) {
    JsonObject json = new JsonObject();
    json.addProperty("peft_type", "LORA");
    json.addProperty("task_type", "CAUSAL_LM");
    json.add(BASE_MODEL, baseModel.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE));
    json.addProperty("r", config.rank());
    json.addProperty("lora_alpha", number(config.alpha()));
    json.addProperty("lora_dropout", config.dropout());
    json.addProperty("use_rslora", config.rsLora());
    json.add("target_modules", targets(targets, projections));
    json.addProperty("bias", "none");
    json.addProperty("fan_in_fan_out", false);
    json.addProperty("inference_mode", true);
    json.addProperty("init_lora_weights", true);
    json.add("modules_to_save", null);
    json.add("layers_to_transform", null);
    json.add("layers_pattern", null);
    json.add("rank_pattern", new JsonObject());
    json.add("alpha_pattern", new JsonObject());
    json.addProperty("use_dora", false);
    json.addProperty("lora_bias", false);
    return new PeftConfig(Path.of(FILE), json);
  }

  /** Writes it into a directory, as a whole. */
  void write(Path directory) throws IOException {
    byte[] utf8 = (FORMAT.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(directory.resolve(FILE), out -> out.write(utf8));
  }

  /** PEFT's own alphas are whole numbers. */
  private static Number number(double value) {
    return value == Math.rint(value) && value < Integer.MAX_VALUE ? (Number) (int) value : value;
  }

  /**
   * The ends of names if these are enough to tell, or else whole names. An expression would not do:
   * PEFT holds it against all that a model is made of, and refuses what is no projection.
   */
  private static JsonArray targets(Collection<String> targets, Collection<String> projections) {
    Set<String> ends = new LinkedHashSet<>();
    targets.forEach(name -> ends.add(end(name)));
    boolean enough =
        projections.stream().allMatch(name -> targets.contains(name) == ends.contains(end(name)));
    JsonArray list = new JsonArray();
    (enough ? ends : targets).forEach(list::add);
    return list;
  }

  private static String end(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /**
   * Reads the file of an adapter in a directory.
   *
   * @throws ModelFormatException if it is not one that {@link LoraConfig} can say
   */
  static PeftConfig read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    PeftConfig config = new PeftConfig(file, parse(file));
    config.lora();
    return config;
  }

  /** Returns which model the adapter is for, if it says so. */
  Optional<String> baseModel() {
    JsonElement value = json.get(BASE_MODEL);
    return value == null ? Optional.empty() : Optional.of(text(value)).filter(s -> !s.isBlank());
  }

  private static JsonObject parse(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new ModelFormatException(
          file.toString(), "byte " + MAX_BYTES, "expected no more than this many bytes");
    }
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new ModelFormatException(
          file.toString(), "JSON", "expected an object: " + e.getMessage(), e);
    }
  }

  /** Returns what it says to add to which projections. */
  LoraConfig lora() throws ModelFormatException {
    requireText("peft_type", Set.of("LORA"), true);
    requireText("task_type", Set.of("CAUSAL_LM"), false);
    requireText("bias", Set.of("none"), false);
    requireBaseUnchanged();
    for (String name : json.keySet()) {
      if (!KNOWN.contains(name) && !HARMLESS.contains(name) && !isNothing(json.get(name))) {
        throw wrong(name, "null, false or empty: what it says is not supported");
      }
    }
    double rank = number("r");
    if (rank != Math.rint(rank) || rank > MAX_RANK) {
      throw wrong("r", "a whole number up to " + MAX_RANK);
    }
    try {
      return new LoraConfig(
          (int) rank,
          number("lora_alpha"),
          json.has("lora_dropout") ? number("lora_dropout") : 0,
          targets(),
          json.has("use_rslora") && flag("use_rslora"));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          file.toString(), "configuration", String.valueOf(e.getMessage()), e);
    }
  }

  private void requireText(String name, Set<String> allowed, boolean needed)
      throws ModelFormatException {
    JsonElement value = json.get(name);
    boolean missing = value == null || value.isJsonNull();
    if (missing ? needed : !allowed.contains(text(value))) {
      throw wrong(name, String.join(" or ", allowed));
    }
  }

  private void requireBaseUnchanged() throws ModelFormatException {
    JsonElement value = json.get("init_lora_weights");
    String text = value == null ? "" : text(value).toLowerCase(Locale.ROOT);
    if (CHANGED_BASE.stream().anyMatch(text::startsWith)) {
      throw wrong("init_lora_weights", "a way to begin that leaves the base model as it was");
    }
  }

  /** A text is an expression that whole names must match; what an array has are ends of names. */
  private List<String> targets() throws ModelFormatException {
    JsonElement value = json.get("target_modules");
    if (value != null && isText(value)) {
      boolean all = value.getAsString().equalsIgnoreCase("all-linear");
      // In a group it is the end of no name.
      return all ? LoraConfig.defaults().targets() : List.of("(?:" + value.getAsString() + ")");
    }
    List<String> names = new ArrayList<>();
    if (value != null && value.isJsonArray()) {
      for (JsonElement element : value.getAsJsonArray()) {
        names.add(text(element));
      }
    }
    if (names.isEmpty() || !names.stream().allMatch(NAME.asMatchPredicate())) {
      throw wrong("target_modules", "a regular expression, or an array of names");
    }
    return names;
  }

  private double number(String name) throws ModelFormatException {
    JsonElement value = json.get(name);
    if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
      throw wrong(name, "a number");
    }
    return value.getAsDouble();
  }

  private boolean flag(String name) throws ModelFormatException {
    JsonElement value = json.get(name);
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value.getAsBoolean();
  }

  private static boolean isNothing(JsonElement value) {
    return value.isJsonNull()
        || (value.isJsonArray() && value.getAsJsonArray().isEmpty())
        || (value.isJsonObject() && value.getAsJsonObject().isEmpty())
        || (value.isJsonPrimitive()
            && value.getAsJsonPrimitive().isBoolean()
            && !value.getAsBoolean());
  }

  private static boolean isText(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
  }

  /** Returns a string, or an empty one for anything else. */
  private static String text(JsonElement value) {
    return isText(value) ? value.getAsString() : "";
  }

  private ModelFormatException wrong(String name, String expected) {
    JsonElement value = json.get(name);
    String found = value == null ? "nothing" : value.toString();
    String excerpt = found.length() > 100 ? found.substring(0, 100) + "…" : found;
    return new ModelFormatException(
        file.toString(), "field " + name, "expected " + expected + "; found " + excerpt);
  }
}
