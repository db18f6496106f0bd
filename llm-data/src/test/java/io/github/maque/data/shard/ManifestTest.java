package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.internal.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String HASH = "0123456789abcdef".repeat(4);

  private static final String JSON =
      """
      {
        "version" : 1,
        "tokenizer" : "HASH",
        "vocabulary_size" : 6400,
        "token_type" : "uint16",
        "end_of_document" : 2,
        "splits" : {
          "train" : [
            {
              "name" : "train-00000",
              "documents" : 3,
              "tokens" : 5000000000,
              "characters" : 7,
              "text_bytes" : 21,
              "bin_sha256" : "HASH",
              "idx_sha256" : "HASH"
            }
          ],
          "test" : [ ]
        },
        "preparation" : {
          "seconds" : 1.5,
          "files" : [
            "故事.jsonl"
          ],
          "clean" : true,
          "nothing" : null,
          "settings" : {
            "threads" : 2
          }
        }
      }
      """
          .replace("HASH", HASH);

  @TempDir Path directory;

  @Test
  void isReadAsItWasWritten() throws Exception {
    Manifest manifest = example();
    manifest.write(directory);
    Manifest read = Manifest.read(directory);

    assertThat(read).isEqualTo(manifest);
    // Maps are equal in any order, but the order is kept.
    assertThat(read.splits().keySet()).containsExactly("train", "test");
    assertThat(read.preparation().keySet())
        .containsExactly("seconds", "files", "clean", "nothing", "settings");
    assertThat(directory.resolve(Manifest.FILE)).hasContent(JSON);
    assertThat(read.shards("train")).hasSize(1);
    assertThat(read.shards("test")).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.shards("validation"))
        .withMessage("there is no split validation, only train, test");
  }

  @Test
  void itsBytesNeverChange() throws Exception {
    example().write(directory);
    assertThat(directory.resolve(Manifest.FILE))
        .hasBinaryContent(JSON.getBytes(StandardCharsets.UTF_8));
    example().write(directory);
    assertThat(directory.resolve(Manifest.FILE))
        .hasBinaryContent(JSON.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void needsNoEndOfDocument() throws Exception {
    Manifest manifest =
        new Manifest(
            HASH,
            100_000,
            TokenType.I32,
            OptionalInt.empty(),
            Map.of("train", List.of()),
            Map.of());
    manifest.write(directory);
    assertThat(Manifest.read(directory)).isEqualTo(manifest);
  }

  @Test
  void saysWhatADirectoryWithoutOneIs() {
    assertThatThrownBy(() -> Manifest.read(directory))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(
            directory.resolve("manifest.json")
                + ": not a directory of prepared data, or its preparation was interrupted:"
                + " run it again");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version",
        "tokenizer",
        "vocabulary_size",
        "token_type",
        "end_of_document",
        "splits",
        "preparation"
      })
  void namesAFieldThatIsMissingOrOfAnotherKind(String field) throws Exception {
    Map<String, Object> json = example(JSON);
    json.remove(field);
    assertRefused(Json.write(json), field, "missing");
    json.put(field, true);
    assertRefused(Json.write(json), field, "must be");
    json.put(field, List.of());
    assertRefused(Json.write(json), field, "must be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name",
        "documents",
        "tokens",
        "characters",
        "text_bytes",
        "bin_sha256",
        "idx_sha256"
      })
  void namesAFieldOfAShardThatIsMissingOrOfAnotherKind(String field) throws Exception {
    for (String value : new String[] {"null", "[]", "1.5", "-1", "\"\"", "1e300"}) {
      String damaged = JSON.replaceFirst("(\"" + field + "\" : )[^,\n]+", "$1" + value);
      assertThat(damaged).isNotEqualTo(JSON);
      assertRefused(damaged, "field splits, train, shard 0: ", field);
    }
    String damaged = JSON.replaceFirst("\"" + field + "\"", "\"other\"");
    assertRefused(damaged, "field splits, train, shard 0: ", field, "missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\" : 1|\"version\" : 2|field version must be 1",
        "\"vocabulary_size\" : 6400|\"vocabulary_size\" : 0|vocabulary_size must be from 1 to",
        "\"vocabulary_size\" : 6400|\"vocabulary_size\" : 65537|vocabulary_size must be from 1 to",
        "\"vocabulary_size\" : 6400|\"vocabulary_size\" : 4294967297|vocabulary_size must be below",
        "\"vocabulary_size\" : 6400|\"vocabulary_size\" : 1e400|vocabulary_size",
        "uint16|float32|token_type must be one of [uint16, int32], got \"float32\"",
        "\"end_of_document\" : 2|\"end_of_document\" : 6400|end_of_document must be from 0 to 6399",
        "\"end_of_document\" : 2|\"end_of_document\" : -1|end_of_document must be from 0 to 6399",
        "\"tokenizer\" : \"0|\"tokenizer\" : \"\", \"x\" : \"0|tokenizer must be a fingerprint",
        "\"test\" : [ ]|\"test\" : [ 3 ]|field splits, test, shard 0: expected a JSON object",
        "\"test\" : [ ]|\"test\" : null|field test must be an array",
        "\"test\" : [ ]|\"train\" : [ ]|twice",
        "\"version\" : 1,|\"version\" : 1|expect",
      })
  void namesAFieldWithAWrongValue(String from, String to, String message) throws Exception {
    assertThat(JSON).contains(from);
    assertRefused(JSON.replace(from, to), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "..",
        ".hidden",
        "-x",
        "../other",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        "C:x",
        "a b",
        "a\\u0000b",
        "train-00000\\n"
      })
  void shardsCannotLieElsewhere(String name) throws Exception {
    assertRefused(JSON.replace("train-00000", name), "name of a shard must be");
  }

  @Test
  void refusesAShardThatIsListedTwice() {
    Shard shard = example().splits().get("train").get(0);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Manifest(
                    HASH,
                    10,
                    TokenType.U16,
                    OptionalInt.empty(),
                    Map.of("a", List.of(shard), "b", List.of(shard)),
                    Map.of()))
        .withMessage("shard train-00000 is listed twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "3", "null", "{} {}"})
  void refusesWhatIsNoManifest(String text) throws Exception {
    assertRefused(text, "expected");
  }

  @Test
  void refusesAManifestThatIsCutShort() throws Exception {
    for (int length = 0; length < JSON.length() - 2; length += 3) {
      assertRefused(JSON.substring(0, length), "");
    }
  }

  @Test
  void doesNotReadFilesThatAreFarTooLarge() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve(Manifest.FILE).toFile(), "rw")) {
      file.setLength(1L << 33);
    }
    assertThatThrownBy(() -> Manifest.read(directory))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("has 8589934592 bytes, expected at most 67108864");
  }

  private void assertRefused(String json, String... parts) throws IOException {
    Files.writeString(directory.resolve(Manifest.FILE), json);
    assertThatThrownBy(() -> Manifest.read(directory))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith(directory.resolve(Manifest.FILE) + ": ")
        .hasMessageContainingAll(parts);
  }

  private static Manifest example() {
    Shard shard = new Shard("train-00000", 3, 5_000_000_000L, 7, 21, HASH, HASH);
    Map<String, List<Shard>> splits = new LinkedHashMap<>();
    splits.put("train", List.of(shard));
    splits.put("test", List.of());
    Map<String, Object> preparation = new LinkedHashMap<>();
    preparation.put("seconds", 1.5);
    preparation.put("files", List.of("故事.jsonl"));
    preparation.put("clean", true);
    preparation.put("nothing", Json.NULL);
    preparation.put("settings", Map.of("threads", 2L));
    return new Manifest(HASH, 6400, TokenType.U16, OptionalInt.of(2), splits, preparation);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> example(String json) {
    return (Map<String, Object>) Json.read(json.getBytes(StandardCharsets.UTF_8));
  }
}
