package io.github.maque.align.rollout;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.github.maque.data.Location;
import io.github.maque.data.MalformedDataException;
import io.github.maque.model.generate.FinishReason;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers by key, in memory and, if wanted, in a file of JSON lines: {@code {"key", "text",
 * "tokens", "finish"}}. Lines are only ever added; a file serves any models and options, since they
 * are part of the key.
 */
final class AnswerCache implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(AnswerCache.class);

  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setStrictness(Strictness.STRICT).create();

  /**
   * Files that this process has locked. A second channel on a file would end the lock when it is
   * closed, so that none may be opened even to find out.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Map<String, Answer> answers = new HashMap<>();
  private final @Nullable Path file;
  private final @Nullable FileChannel channel;

  private AnswerCache(@Nullable Path file, @Nullable FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens a cache that ends with the process. */
  static AnswerCache inMemory() {
    return new AnswerCache(null, null);
  }

  /**
   * Opens a file, or makes one. Of what is there only answers under wanted keys are kept in memory.
   * A last line that is only half there is cut off.
   *
   * @throws MalformedDataException if a line is no answer; names the file and the line
   * @throws IOException if it cannot be read, or is in use
   */
  static AnswerCache open(Path path, Set<String> wanted) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Path file = (directory == null ? path : directory.toRealPath().resolve(path.getFileName()));
    if (!LOCKED.add(file)) {
      throw new IOException(path + ": another rollout of this process uses it");
    }
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      AnswerCache cache = new AnswerCache(file, channel);
      try {
        if (channel.tryLock() == null) {
          throw new IOException(path + ": another process uses it");
        }
        cache.read(path, channel, wanted);
      } catch (Throwable failure) {
        channel.close();
        throw failure;
      }
      return cache;
    } catch (Throwable failure) {
      LOCKED.remove(file);
      throw failure;
    }
  }

  /** Returns the answer under a key, if there is one. */
  @Nullable Answer get(String key) {
    return answers.get(key);
  }

  /** Adds answers, which are on the disk when this returns. */
  void add(Map<String, Answer> further) throws IOException {
    if (further.isEmpty()) {
      return;
    }
    answers.putAll(further);
    if (channel == null) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    further.forEach((key, answer) -> lines.append(line(key, answer)).append('\n'));
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
    long whole = channel.size();
    try {
      for (long at = whole; bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
      channel.force(true);
    } catch (IOException e) {
      channel.truncate(whole); // no half line before later ones
      throw e;
    }
  }

  /** Closes the file; once is enough. */
  @Override
  public void close() throws IOException {
    if (file != null && channel != null) {
      channel.close();
      LOCKED.remove(file);
    }
  }

  private void read(Path path, FileChannel from, Set<String> wanted) throws IOException {
    InputStream in = new BufferedInputStream(Channels.newInputStream(from), 1 << 16);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long whole = 0;
    long number = 1;
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next != '\n') {
        line.write(next);
        continue;
      }
      try {
        read(line.toByteArray(), wanted);
      } catch (IllegalArgumentException | CharacterCodingException e) {
        throw new MalformedDataException(
            new Location(path.toString(), number).toString(),
            "expected a cached answer; " + e.getMessage(),
            e);
      }
      whole += line.size() + 1;
      line.reset();
      number++;
    }
    if (line.size() > 0) {
      LOGGER.warn("{}: line {} is only half there and cut off", path, number);
      from.truncate(whole);
    }
  }

  private void read(byte[] line, Set<String> wanted) throws CharacterCodingException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    JsonObject object = parse(text);
    String key = field(object, "key").getAsString();
    Answer answer =
        new Answer(
            field(object, "text").getAsString(),
            field(object, "tokens").getAsInt(),
            FinishReason.valueOf(field(object, "finish").getAsString().toUpperCase(Locale.ROOT)));
    if (wanted.contains(key)) {
      answers.putIfAbsent(key, answer);
    }
  }

  private static JsonObject parse(String line) {
    try {
      JsonObject object = GSON.fromJson(line, JsonObject.class);
      if (object != null) {
        return object;
      }
    } catch (JsonParseException | ClassCastException e) {
      throw new IllegalArgumentException("expected a JSON object", e);
    }
    throw new IllegalArgumentException("expected a JSON object, found nothing");
  }

  private static JsonElement field(JsonObject object, String name) {
    JsonElement value = object.get(name);
    if (value == null || !value.isJsonPrimitive()) {
      throw new IllegalArgumentException("field " + name + " is missing");
    }
    return value;
  }

  private static String line(String key, Answer answer) {
    JsonObject object = new JsonObject();
    object.addProperty("key", key);
    object.addProperty("text", answer.text());
    object.addProperty("tokens", answer.tokens());
    object.addProperty("finish", answer.finishReason().name().toLowerCase(Locale.ROOT));
    return GSON.toJson(object);
  }
}
