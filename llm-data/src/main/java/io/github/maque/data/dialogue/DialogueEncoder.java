package io.github.maque.data.dialogue;

import io.github.maque.data.source.RecordFormat;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.EncodedChat;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Makes token ids of dialogues and preferences, and says which of them are to be learnt: the
 * assistant's answers, each with the token that ends its turn. Without that token a model never
 * stops. Immutable and safe for many threads.
 *
 * <pre>{@code
 * DialogueEncoder encoder = new DialogueEncoder(ChatTemplate.chatMl(), tokenizer);
 * SampleList.Builder samples = SampleList.builder();
 * RecordSource.of(encoder.dialogues(Loss.EVERY_ANSWER), Path.of("conversations.jsonl"))
 *     .forEach(dialogue -> samples.add(dialogue.ids(), dialogue.learned()));
 * }</pre>
 */
public final class DialogueEncoder {

  /** Which tokens of a dialogue are learnt. */
  public enum Loss {
    /** All that the assistant says, every answer with its end of turn. */
    EVERY_ANSWER,
    /** The last answer and its end of turn. */
    LAST_ANSWER,
    /** All tokens, whoever wrote them. */
    EVERYTHING
  }

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final int endOfTurn;

  /**
   * Creates an encoder.
   *
   * @throws IllegalArgumentException if the tokenizer lacks special tokens of the template, such as
   *     its end of turn; the message names them
   */
  public DialogueEncoder(ChatTemplate template, Tokenizer tokenizer) {
    template.checkVocabulary(tokenizer);
    this.template = template;
    this.tokenizer = tokenizer;
    this.endOfTurn =
        Objects.requireNonNull(tokenizer.specialTokens().ids().get(template.endOfTurn()));
  }

  /**
   * Returns the format of {@link DialogueFormats#dialogues}, encoded as they are read, by the
   * threads that parse. A dialogue that cannot be encoded is an error with its file and line.
   *
   * @throws IllegalArgumentException if the tokenizer is one that has no {@linkplain
   *     TokenizerFiles#fingerprint fingerprint}, by which the format is told from those of others
   */
  public RecordFormat<EncodedDialogue> dialogues(Loss loss) {
    return RecordFormat.jsonValues(
        "dialogues-encoded(" + loss.name().toLowerCase(Locale.ROOT) + ", " + fingerprint() + ")",
        (value, location) -> encode(DialogueReader.read(value), loss));
  }

  /**
   * Returns the format of {@link DialogueFormats#preferences}, encoded as they are read.
   *
   * @throws IllegalArgumentException as {@link #dialogues} does
   */
  public RecordFormat<EncodedPreference> preferences() {
    return RecordFormat.jsonValues(
        "preferences-encoded(" + fingerprint() + ")",
        (value, location) -> encode(PreferenceReader.read(value)));
  }

  /** Returns half of a SHA-256 of all that decides which ids a dialogue gets. */
  private String fingerprint() {
    String identity = TokenizerFiles.fingerprint(tokenizer) + '\n' + template.jinja();
    return DigestUtils.sha256Hex(identity).substring(0, 32);
  }

  /**
   * Encodes a dialogue, whole: nothing is cut off.
   *
   * @throws IllegalArgumentException if not every answer has come out with its end of turn to be
   *     learnt
   */
  public EncodedDialogue encode(Dialogue dialogue, Loss loss) {
    EncodedDialogue learned =
        encode(dialogue.messages(), loss == Loss.LAST_ANSWER ? dialogue.answers() - 1 : 0);
    if (loss == Loss.EVERYTHING) {
      Arrays.fill(learned.learned(), true);
    }
    return learned;
  }

  /**
   * Encodes a preference. The prompt is what the ids of the two conversations have in common before
   * the first one that is learnt in either, so it is the same in both by construction. These are
   * the ids of {@link ChatTemplate#encodePrompt}, except where an answer begins with white space
   * that the vocabulary joins with the end of the prompt: the joined token is not learnt, and part
   * of the prompt only if it is in both.
   *
   * @throws IllegalArgumentException if not every answer has come out with its end of turn to be
   *     learnt, or if the two come out the same, as they do where a template trims the white space
   *     that they differ by
   */
  public EncodedPreference encode(Preference preference) {
    int earlierAnswers = Turns.answers(preference.prompt());
    EncodedDialogue chosen =
        encode(joined(preference.prompt(), preference.chosen()), earlierAnswers);
    EncodedDialogue rejected =
        encode(joined(preference.prompt(), preference.rejected()), earlierAnswers);
    int shared = Arrays.mismatch(chosen.ids(), rejected.ids());
    if (shared < 0) {
      throw new IllegalArgumentException("chosen and rejected come out as the same ids");
    }
    int prompt = 0;
    while (prompt < shared && !chosen.learned()[prompt] && !rejected.learned()[prompt]) {
      prompt++;
    }
    return new EncodedPreference(chosen, rejected, prompt);
  }

  private static List<ChatMessage> joined(List<ChatMessage> prompt, List<ChatMessage> answer) {
    List<ChatMessage> messages = new ArrayList<>(prompt);
    messages.addAll(answer);
    return messages;
  }

  /** Encodes messages, of whose answers the first {@code given} are not learnt. */
  private EncodedDialogue encode(List<ChatMessage> messages, int given) {
    EncodedChat chat = template.encode(tokenizer, messages);
    boolean[] learned = new boolean[chat.size()];
    int ended = 0;
    for (int i = 0; i < learned.length; i++) {
      learned[i] = chat.assistant()[i] && ended >= given;
      if (chat.assistant()[i] && chat.ids()[i] == endOfTurn) {
        ended++;
      }
    }
    int answers = Turns.answers(messages);
    if (ended != answers) {
      throw new IllegalArgumentException(
          "each answer must end with "
              + template.endOfTurn()
              + " among the tokens of the assistant, but in "
              + chat.size()
              + " tokens, "
              + chat.assistantTokens()
              + " of them the assistant's, there are "
              + ended
              + " for "
              + answers
              + " answers");
    }
    return new EncodedDialogue(chat.ids(), learned);
  }
}
