package io.github.maque.tokenizer;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a conversation is laid out as one text for a language model. Immutable.
 *
 * <pre>{@code
 * ChatTemplate template = ChatTemplate.chatMl();
 * List<ChatMessage> messages =
 *     List.of(ChatMessage.user("讲个故事。"), ChatMessage.assistant("从前有一只麻雀。"));
 * EncodedChat chat = template.encode(tokenizer, messages);
 * }</pre>
 *
 * <p>Every template takes the same conversations: a system message or none, then user and assistant
 * in turn, the user first. Anything else is refused with an {@link IllegalArgumentException} that
 * names the index of the message at fault; so is, where the model is to answer, a last message that
 * is not the user's.
 *
 * <p>{@link #jinja} gives the same layout as a template for Hugging Face's <a
 * href="https://huggingface.co/docs/transformers/chat_templating">{@code apply_chat_template}</a>.
 */
public final class ChatTemplate {

  /** Fixed text before and after what a message says. */
  record Frame(String before, String after) {}

  final String opening;
  final Frame system;
  final boolean systemInsideUser;
  final @Nullable String defaultSystem;
  final Frame user;
  final String answerHeader;
  final Frame answer;
  final String endOfTurn;
  final String afterTurn;
  final boolean trimsContents;
  private final List<String> specialTokens;

  private ChatTemplate(Builder builder, Frame system, String endOfTurn) {
    this.opening = builder.opening;
    this.system = system;
    this.systemInsideUser = builder.systemInsideUser;
    this.defaultSystem = builder.defaultSystem;
    this.user = builder.user;
    this.answerHeader = builder.answerHeader;
    this.answer = builder.answer;
    this.endOfTurn = endOfTurn;
    this.afterTurn = builder.afterTurn;
    this.trimsContents = builder.trimsContents;
    this.specialTokens = List.copyOf(builder.specialTokens);
  }

  /**
   * Returns ChatML, the layout of Qwen 1.5; contents stand as they are.
   *
   * <pre>{@code
   * <|im_start|>system
   * {system}<|im_end|>
   * <|im_start|>user
   * {user}<|im_end|>
   * <|im_start|>assistant
   * {assistant}<|im_end|>
   *
   * }</pre>
   */
  public static ChatTemplate chatMl() {
    return chatMlBuilder().build();
  }

  /**
   * Returns ChatML that puts {@code defaultSystem} in front of a conversation without a system
   * message, as Qwen 2 does with "You are a helpful assistant."
   */
  public static ChatTemplate chatMl(String defaultSystem) {
    return chatMlBuilder().defaultSystem(defaultSystem).build();
  }

  private static Builder chatMlBuilder() {
    return builder()
        .system("<|im_start|>system\n", "<|im_end|>\n")
        .user("<|im_start|>user\n", "<|im_end|>\n")
        .answerHeader("<|im_start|>assistant\n")
        .endOfTurn("<|im_end|>")
        .afterTurn("\n")
        .specialTokens("<|im_start|>");
  }

  /**
   * Returns the layout of Llama 2 Chat: the system message stands inside the first user turn, and
   * white space around a turn's text is dropped. {@code [INST]} and {@code <<SYS>>} are plain text.
   *
   * <pre>{@code
   * <s>[INST] <<SYS>>
   * {system}
   * <</SYS>>
   *
   * {user} [/INST] {assistant} </s><s>[INST] {user} [/INST]
   * }</pre>
   */
  public static ChatTemplate llama2() {
    return builder()
        .systemInsideUser("<<SYS>>\n", "\n<</SYS>>\n\n")
        .user("<s>[INST] ", " [/INST]")
        .answer(" ", " ")
        .endOfTurn("</s>")
        .trimsContents()
        .specialTokens("<s>")
        .build();
  }

  /**
   * Returns the layout of Llama 3 Instruct; white space around a turn's text is dropped. (The later
   * 3.1 and 3.2 add lines with dates to the system message; give them as a part of yours.)
   *
   * <pre>{@code
   * <|begin_of_text|><|start_header_id|>system<|end_header_id|>
   *
   * {system}<|eot_id|><|start_header_id|>user<|end_header_id|>
   *
   * {user}<|eot_id|><|start_header_id|>assistant<|end_header_id|>
   *
   * {assistant}<|eot_id|>
   * }</pre>
   */
  public static ChatTemplate llama3() {
    return builder()
        .opening("<|begin_of_text|>")
        .system("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>")
        .user("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>")
        .answerHeader("<|start_header_id|>assistant<|end_header_id|>\n\n")
        .endOfTurn("<|eot_id|>")
        .trimsContents()
        .specialTokens("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>")
        .build();
  }

  /**
   * Returns a plain layout of instruction and answer in the manner of Alpaca, for a vocabulary with
   * no special token but the one that ends an answer. Contents stand as they are.
   *
   * <pre>{@code
   * {system}
   *
   * ### Instruction:
   * {user}
   *
   * ### Response:
   * {assistant}<|endoftext|>
   * }</pre>
   *
   * @param endOfTurn the token that ends an answer, commonly the tokenizer's EOS
   */
  public static ChatTemplate instruction(String endOfTurn) {
    return builder()
        .system("", "\n\n")
        .user("### Instruction:\n", "\n\n")
        .answerHeader("### Response:\n")
        .endOfTurn(endOfTurn)
        .build();
  }

  /**
   * Returns the prompt of the Chinese story models: instruction and input as one block, then the
   * story, the way TinyStories-Instruct puts the words and features first and {@code Story:} behind
   * them. The instruction may be the system message and its input the user's, or both be one user
   * message ({@link ChatMessage#instruction}). White space around the block and around the story is
   * dropped.
   *
   * <pre>{@code
   * 请按下面的要求写一个故事。
   * 词汇：悬挂，脚，可爱
   * 特征：对话
   *
   * 故事：
   * {assistant}<|endoftext|>
   * }</pre>
   *
   * @param endOfTurn the token that ends a story, the one that ended stories in pre-training
   */
  public static ChatTemplate story(String endOfTurn) {
    return builder()
        .systemInsideUser("", "\n")
        .user("", "\n\n")
        .answerHeader("故事：\n")
        .endOfTurn(endOfTurn)
        .trimsContents()
        .build();
  }

  /** Returns a builder for a layout of one's own. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the token that ends an answer, which a model learns to write and generation stops at.
   */
  public String endOfTurn() {
    return endOfTurn;
  }

  /**
   * Returns the ids at which generation stops: the end of turn, and the tokenizer's EOS where that
   * is another token.
   *
   * @throws IllegalArgumentException as {@link #checkVocabulary}
   */
  public int[] stopIds(Tokenizer tokenizer) {
    checkVocabulary(tokenizer);
    SpecialTokens tokens = tokenizer.specialTokens();
    int end = Objects.requireNonNull(tokens.ids().get(endOfTurn));
    return IntStream.concat(IntStream.of(end), tokens.eos().stream()).distinct().toArray();
  }

  /** Returns the special tokens the vocabulary must hold, {@link #endOfTurn} among them. */
  public List<String> specialTokens() {
    return specialTokens;
  }

  /**
   * Checks that the tokenizer has every one of {@link #specialTokens} as a special token. Without
   * this check a model would learn to spell the token that should end its turn, and never stop.
   *
   * @throws IllegalArgumentException if some are missing, naming them
   */
  public void checkVocabulary(Tokenizer tokenizer) {
    Set<String> missing = new LinkedHashSet<>(specialTokens);
    missing.removeAll(tokenizer.specialTokens().ids().keySet());
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "the tokenizer lacks special tokens of the chat template: " + missing);
    }
  }

  /**
   * Lays out a conversation.
   *
   * @throws IllegalArgumentException if the roles are not in order
   */
  public RenderedChat render(List<ChatMessage> messages) {
    return ChatRendering.render(this, messages, false);
  }

  /**
   * Lays out a conversation up to where the model starts to write the next answer (Hugging Face's
   * {@code add_generation_prompt}).
   *
   * @throws IllegalArgumentException if the roles are not in order or the last is not the user's
   */
  public RenderedChat renderPrompt(List<ChatMessage> messages) {
    return ChatRendering.render(this, messages, true);
  }

  /**
   * Lays out and encodes a conversation. Nothing that a message says becomes a special token, even
   * if it spells one: only the template's own text does. Where no message spells one, the ids are
   * those of the whole text encoded with {@link SpecialTokenPolicy#ALLOW}. No BOS or EOS is added
   * to what the template writes.
   *
   * <p>A token is the assistant's if it begins inside the assistant's stretch. Where an answer
   * starts with white space, a token of the prompt can reach into it ({@code ":\n"} and {@code
   * "\n"}); that token is not learnt, and {@link #encodePrompt} has another in its place.
   *
   * @throws IllegalArgumentException as {@link #render} and {@link #checkVocabulary}
   */
  public EncodedChat encode(Tokenizer tokenizer, List<ChatMessage> messages) {
    checkVocabulary(tokenizer);
    return ChatEncoding.encode(tokenizer, render(messages));
  }

  /**
   * Lays out and encodes a conversation up to where the model starts to write, as {@link #encode}
   * does.
   *
   * @throws IllegalArgumentException as {@link #renderPrompt} and {@link #checkVocabulary}
   */
  public EncodedChat encodePrompt(Tokenizer tokenizer, List<ChatMessage> messages) {
    checkVocabulary(tokenizer);
    return ChatEncoding.encode(tokenizer, renderPrompt(messages));
  }

  /**
   * Returns this layout as a Jinja template, for {@code chat_template} in {@code
   * tokenizer_config.json} or a file {@code chat_template.jinja}. Rendered under the rules of
   * transformers it gives the same text as {@link #render} and {@link #renderPrompt}, and refuses
   * the same conversations in the same words. Special tokens stand in it as they are, so it does
   * not depend on the {@code bos_token} and {@code eos_token} of the configuration around it; it
   * keeps to statements that the other renderers of chat templates know too.
   */
  public String jinja() {
    return ChatJinja.write(this);
  }

  /**
   * Describes a layout part by part. What is not given is empty, but a place for the system message
   * and an end of turn there must be.
   */
  public static final class Builder {
    private String opening = "";
    private @Nullable Frame system;
    private boolean systemInsideUser;
    private @Nullable String defaultSystem;
    private Frame user = new Frame("", "");
    private String answerHeader = "";
    private Frame answer = new Frame("", "");
    private @Nullable String endOfTurn;
    private String afterTurn = "";
    private boolean trimsContents;
    private final Set<String> specialTokens = new LinkedHashSet<>();

    private Builder() {}

    /** Sets the text every conversation starts with. */
    public Builder opening(String text) {
      opening = text;
      return this;
    }

    /** Makes the system message a turn of its own with this text around it. */
    public Builder system(String before, String after) {
      system = new Frame(before, after);
      systemInsideUser = false;
      return this;
    }

    /** Puts the system message, with this text around it, in front of the first user message. */
    public Builder systemInsideUser(String before, String after) {
      system = new Frame(before, after);
      systemInsideUser = true;
      return this;
    }

    /** Sets the system message of conversations that have none. */
    public Builder defaultSystem(String content) {
      defaultSystem = content;
      return this;
    }

    /** Sets the text around every user message. */
    public Builder user(String before, String after) {
      user = new Frame(before, after);
      return this;
    }

    /** Sets the text in front of every answer that the model is given, not made to learn. */
    public Builder answerHeader(String text) {
      answerHeader = text;
      return this;
    }

    /** Sets the text around every answer that the model is to write itself. */
    public Builder answer(String before, String after) {
      answer = new Frame(before, after);
      return this;
    }

    /** Sets the special token that ends every answer. */
    public Builder endOfTurn(String token) {
      endOfTurn = token;
      return this;
    }

    /** Sets the text behind the end of every assistant turn, which the model does not learn. */
    public Builder afterTurn(String text) {
      afterTurn = text;
      return this;
    }

    /** Drops the white space around the text of every turn. */
    public Builder trimsContents() {
      trimsContents = true;
      return this;
    }

    /** Names special tokens in the given texts besides the end of turn. */
    public Builder specialTokens(String... tokens) {
      specialTokens.addAll(List.of(tokens));
      return this;
    }

    /**
     * Returns the template.
     *
     * @throws IllegalArgumentException if the system message has no place, there is no end of turn,
     *     or a special token stands in none of the texts
     */
    public ChatTemplate build() {
      if (system == null) {
        throw new IllegalArgumentException(
            "system must be given a place: system or systemInsideUser");
      }
      if (endOfTurn == null || endOfTurn.isEmpty()) {
        throw new IllegalArgumentException("endOfTurn must be given and not be empty");
      }
      List<String> texts =
          Stream.of(
                  opening,
                  system.before(),
                  system.after(),
                  user.before(),
                  user.after(),
                  answerHeader,
                  answer.before(),
                  answer.after(),
                  afterTurn)
              .toList();
      for (String token : specialTokens) {
        if (texts.stream().noneMatch(text -> text.contains(token))) {
          throw new IllegalArgumentException(
              "specialTokens names " + token + ", which stands in none of the template's texts");
        }
      }
      specialTokens.add(endOfTurn);
      return new ChatTemplate(this, system, endOfTurn);
    }
  }
}
