package io.github.maque.model.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;

/**
 * Which ids play a part when a model generates, as {@code config.json} and {@code
 * generation_config.json} say it.
 *
 * @param bos the ids that begin a text, none or one
 * @param eos the ids that end a text
 * @param pad the ids that fill a batch, none or one
 */
record TokenIds(List<Integer> bos, List<Integer> eos, List<Integer> pad) {
  /** Copies the lists. */
  TokenIds {
    bos = List.copyOf(bos);
    eos = List.copyOf(eos);
    pad = List.copyOf(pad);
  }

  /** Adds the fields, with null where there is no id: otherwise an architecture's own count. */
  void write(JsonObject json) {
    json.add("bos_token_id", value(bos));
    json.add("eos_token_id", value(eos));
    json.add("pad_token_id", value(pad));
  }

  private static JsonElement value(List<Integer> ids) {
    if (ids.isEmpty()) {
      return JsonNull.INSTANCE;
    }
    if (ids.size() == 1) {
      return new JsonPrimitive(ids.get(0));
    }
    JsonArray array = new JsonArray();
    ids.forEach(array::add);
    return array;
  }
}
