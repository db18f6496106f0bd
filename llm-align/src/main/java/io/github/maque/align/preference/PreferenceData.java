package io.github.maque.align.preference;

import io.github.maque.align.HeldOut;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.dialogue.Preference;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Preferences as a model learns them: encoded by its chat template, in pairs to train on and pairs
 * that are held out. Immutable.
 *
 * <pre>{@code
 * PreferenceData data =
 *     PreferenceData.builder(template, tokenizer)
 *         .preferences(RecordSource.of(DialogueFormats.preferences(), Path.of("pairs.jsonl")))
 *         .maxLength(512)
 *         .heldOut(0.05)
 *         .read();
 * }</pre>
 */
public final class PreferenceData {
  private final PreferencePairs training;
  private final Optional<PreferencePairs> validation;
  private final List<List<ChatMessage>> heldOutPrompts;
  private final long unreadable;

  private PreferenceData(
      PreferencePairs training,
      Optional<PreferencePairs> validation,
      Set<List<ChatMessage>> heldOutPrompts,
      long unreadable) {
    this.training = training;
    this.validation = validation;
    this.heldOutPrompts = List.copyOf(heldOutPrompts);
    this.unreadable = unreadable;
  }

  /**
   * Returns a builder without data.
   *
   * @throws IllegalArgumentException if the tokenizer lacks special tokens of the template
   */
  public static Builder builder(ChatTemplate template, Tokenizer tokenizer) {
    return new Builder(new DialogueEncoder(template, tokenizer));
  }

  /** Returns the pairs to train on. */
  public PreferencePairs training() {
    return training;
  }

  /** Returns the pairs that are held out, if any are. */
  public Optional<PreferencePairs> validation() {
    return validation;
  }

  /** Returns the different prompts of {@link #validation}: for {@link PolicySamples}. */
  public List<List<ChatMessage>> heldOutPrompts() {
    return heldOutPrompts;
  }

  /** Returns how many records were no preferences and were left out. */
  public long unreadable() {
    return unreadable;
  }

  /** Says which preferences there are. There must be some, and a {@link #maxLength}. */
  public static final class Builder {
    private final DialogueEncoder encoder;
    private final List<RecordSource<Preference>> sources = new ArrayList<>();
    private int maxLength;
    private PreferencePairs.Overlong overlong = PreferencePairs.Overlong.TRUNCATE;
    private HeldOut heldOut = new HeldOut(0);

    private Builder(DialogueEncoder encoder) {
      this.encoder = encoder;
    }

    /**
     * Adds files of preferences, in the shapes of {@link
     * io.github.maque.data.dialogue.DialogueFormats#preferences}.
     */
    public Builder preferences(RecordSource<Preference> files) {
      sources.add(files);
      return this;
    }

    /** Sets the most tokens of an answer with its prompt, at least 2. */
    public Builder maxLength(int tokens) {
      maxLength = tokens;
      return this;
    }

    /** Sets what becomes of pairs with more tokens; they are cut at their end if not set. */
    public Builder overlong(PreferencePairs.Overlong policy) {
      overlong = policy;
      return this;
    }

    /**
     * Holds pairs out for validation, none if not set. Which they are depends on their first
     * question alone, as it does in fine-tuning: what is held out there is held out here.
     *
     * @param share of all first questions, at least 0 and less than 1
     */
    public Builder heldOut(double share) {
      heldOut = new HeldOut(share);
      return this;
    }

    /**
     * Reads and encodes all preferences.
     *
     * @throws MalformedDataException if too many records are no preferences, or if one cannot be
     *     encoded or is too long and may not be: the first is named by its file and line; or if
     *     none is left to train on, or none held out of those that are to be
     * @throws IllegalArgumentException if something is not set
     */
    public PreferenceData read() throws IOException {
      if (sources.isEmpty()) {
        throw new IllegalArgumentException("preferences must be set: what to learn from");
      }
      PreferencePairs.Builder training = PreferencePairs.builder(maxLength, overlong);
      PreferencePairs.Builder validation = PreferencePairs.builder(maxLength, overlong);
      Set<List<ChatMessage>> prompts = new LinkedHashSet<>();
      long unreadable = 0;
      for (RecordSource<Preference> source : sources) {
        unreadable +=
            source
                .forEach(
                    preference -> {
                      boolean out = heldOut.contains(preference.prompt());
                      PreferencePairs.Builder side = out ? validation : training;
                      int before = side.kept();
                      side.add(encoder.encode(preference));
                      if (out && side.kept() > before) {
                        prompts.add(preference.prompt());
                      }
                    })
                .errors();
      }
      int usable = training.kept() + validation.kept();
      return new PreferenceData(
          built(training, usable, "to train on"),
          heldOut.share() == 0
              ? Optional.empty()
              : Optional.of(
                  built(validation, usable, "to hold out at a share of " + heldOut.share())),
          prompts,
          unreadable);
    }

    private PreferencePairs built(PreferencePairs.Builder pairs, int usable, String purpose)
        throws MalformedDataException {
      if (pairs.kept() == 0) {
        PreferencePairs.Report report = pairs.report();
        throw new MalformedDataException(
            name(),
            String.format(
                Locale.ROOT,
                "expected more pairs: of %,d that can be used none is left %s"
                    + " (of its own %d too long, %d without an answer, %d with equal answers)",
                usable,
                purpose,
                report.overlong(),
                report.unlearned(),
                report.alike()));
      }
      return pairs.build();
    }

    private String name() {
      String first = sources.get(0).files().get(0).toString();
      long files = sources.stream().mapToLong(source -> source.files().size()).sum();
      return files == 1 ? first : first + " and " + (files - 1) + " more files";
    }
  }
}
