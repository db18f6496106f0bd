package io.github.maque.data.dialogue;

import io.github.maque.data.internal.Json;
import java.nio.charset.StandardCharsets;

/** Reads single records, written with apostrophes for quotation marks. */
final class Records {
  private Records() {}

  static Object json(String record) {
    return Json.read(record.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  static Dialogue dialogue(String record) {
    return DialogueReader.read(json(record));
  }

  static Preference preference(String record) {
    return PreferenceReader.read(json(record));
  }

  static StoryInstruction story(String record) {
    return StoryRecordReader.read(json(record));
  }
}
