package io.github.maque.tokenizer;

import io.github.maque.tokenizer.ChatMessage.Role;
import io.github.maque.tokenizer.RenderedChat.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lays out a conversation as a {@link ChatTemplate} says. {@link ChatJinja} writes the same steps.
 */
final class ChatRendering {
  private final ChatTemplate template;
  private final StringBuilder text = new StringBuilder();
  private final List<Span> contents = new ArrayList<>();
  private final List<Span> answers = new ArrayList<>();

  private ChatRendering(ChatTemplate template) {
    this.template = template;
  }

  /**
   * Returns the laid out conversation.
   *
   * @param answerFollows whether to end where the model is to write its next answer
   */
  static RenderedChat render(
      ChatTemplate template, List<ChatMessage> messages, boolean answerFollows) {
    int first = checkRoles(messages, answerFollows);
    String system = first == 1 ? messages.get(0).content() : template.defaultSystem;
    ChatRendering rendering = new ChatRendering(template);
    rendering.text.append(template.opening);
    if (system != null && !template.systemInsideUser) {
      rendering.writeSystem(system);
    }
    for (int i = first; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      if (message.role() == Role.ASSISTANT) {
        rendering.writeAnswer(message.content());
      } else if (i == first && template.systemInsideUser) {
        rendering.writeUser(system, message.content());
      } else {
        rendering.writeUser(null, message.content());
      }
    }
    if (answerFollows) {
      rendering.text.append(template.answerHeader);
    }
    return new RenderedChat(rendering.text.toString(), rendering.answers, rendering.contents);
  }

  /** Returns the index of the first user message. */
  private static int checkRoles(List<ChatMessage> messages, boolean answerFollows) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("the conversation has no messages");
    }
    int first = messages.get(0).role() == Role.SYSTEM ? 1 : 0;
    if (first == messages.size()) {
      throw new IllegalArgumentException(
          "message 0: a user message must follow the system message");
    }
    for (int i = first; i < messages.size(); i++) {
      Role expected = (i - first) % 2 == 0 ? Role.USER : Role.ASSISTANT;
      Role role = messages.get(i).role();
      if (role != expected) {
        throw new IllegalArgumentException(
            "message " + i + ": role must be " + expected.label() + ", got " + role.label());
      }
    }
    int last = messages.size() - 1;
    if (answerFollows && messages.get(last).role() != Role.USER) {
      throw new IllegalArgumentException(
          "message " + last + ": role must be user for an answer to follow, got assistant");
    }
    return first;
  }

  private void writeSystem(String content) {
    text.append(template.system.before());
    int start = text.length();
    writeContent(content);
    trim(start);
    text.append(template.system.after());
  }

  private void writeUser(@Nullable String system, String content) {
    text.append(template.user.before());
    int start = text.length();
    if (system != null) {
      text.append(template.system.before());
      writeContent(system);
      text.append(template.system.after());
    }
    writeContent(content);
    trim(start);
    text.append(template.user.after());
  }

  private void writeAnswer(String content) {
    text.append(template.answerHeader);
    int answerStart = text.length();
    text.append(template.answer.before());
    int start = text.length();
    writeContent(content);
    trim(start);
    text.append(template.answer.after()).append(template.endOfTurn);
    answers.add(new Span(answerStart, text.length()));
    text.append(template.afterTurn);
  }

  private void writeContent(String content) {
    if (!content.isEmpty()) {
      contents.add(new Span(text.length(), text.length() + content.length()));
      text.append(content);
    }
  }

  /** Drops the white space around the text from {@code start} on, if the template wants that. */
  private void trim(int start) {
    if (!template.trimsContents) {
      return;
    }
    int to = text.length();
    while (start < to && isPythonSpace(text.charAt(to - 1))) {
      to--;
    }
    int from = start;
    while (from < to && isPythonSpace(text.charAt(from))) {
      from++;
    }
    text.setLength(to);
    text.delete(start, from);
    for (int i = contents.size() - 1; i >= 0 && contents.get(i).start() >= start; i--) {
      Span span = contents.remove(i);
      int keptStart = Math.max(span.start(), from) - (from - start);
      int keptEnd = Math.min(span.end(), to) - (from - start);
      if (keptStart < keptEnd) {
        contents.add(i, new Span(keptStart, keptEnd));
      }
    }
  }

  /** What Python's {@code str.strip}, and so Jinja's {@code trim}, takes for white space. */
  private static boolean isPythonSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }
}
