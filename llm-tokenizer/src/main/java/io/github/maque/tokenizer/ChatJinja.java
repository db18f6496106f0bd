package io.github.maque.tokenizer;

import io.github.maque.tokenizer.ChatTemplate.Frame;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a {@link ChatTemplate} in Jinja, statement by statement what {@link ChatRendering} does.
 *
 * <p>All text comes from expressions and every tag strips the white space in front of it, so the
 * result does not depend on a renderer's {@code trim_blocks} and {@code lstrip_blocks}. No {@code
 * generation} tag marks the answers: renderers outside transformers stop at it.
 */
final class ChatJinja {
  private final ChatTemplate template;
  private final List<String> lines = new ArrayList<>();
  private int depth;

  private ChatJinja(ChatTemplate template) {
    this.template = template;
  }

  static String write(ChatTemplate template) {
    ChatJinja jinja = new ChatJinja(template);
    jinja.writeSystem();
    jinja.writeTurns();
    jinja.writeAnswerHeader();
    return String.join("\n", jinja.lines);
  }

  private void writeSystem() {
    begin("if messages | length == 0");
    print("raise_exception('the conversation has no messages')");
    end("endif");
    begin("if messages[0]['role'] == 'system'");
    tag("set system = messages[0]['content']");
    tag("set turns = messages[1:]");
    tag("set first = 1");
    otherwise();
    String defaultSystem = template.defaultSystem;
    tag("set system = " + (defaultSystem == null ? "none" : literal(defaultSystem)));
    tag("set turns = messages");
    tag("set first = 0");
    end("endif");
    begin("if turns | length == 0");
    print("raise_exception('message 0: a user message must follow the system message')");
    end("endif");

    if (!template.opening.isEmpty()) {
      print(literal(template.opening));
    }
    if (!template.systemInsideUser) {
      begin("if system is not none");
      print(framed("", template.system, trimmed("system"), ""));
      end("endif");
    }
  }

  private void writeTurns() {
    begin("for message in turns");
    tag("set expected = 'user' if loop.index0 % 2 == 0 else 'assistant'");
    begin("if message['role'] != expected");
    print(
        "raise_exception('message ' ~ (loop.index0 + first) ~ ': role must be ' ~ expected"
            + " ~ ', got ' ~ message['role'])");
    end("endif");
    tag("set content = message['content']");
    if (template.systemInsideUser) {
      begin("if loop.index0 == 0 and system is not none");
      tag("set content = " + framed("", template.system, "system", "") + " + content");
      end("endif");
    }
    begin("if message['role'] == 'user'");
    print(framed("", template.user, trimmed("content"), ""));
    otherwise();
    print(
        framed(
            template.answerHeader,
            template.answer,
            trimmed("content"),
            template.endOfTurn + template.afterTurn));
    end("endif");
    end("endfor");
  }

  private void writeAnswerHeader() {
    begin("if add_generation_prompt");
    begin("if turns[-1]['role'] != 'user'");
    print(
        "raise_exception('message ' ~ (messages | length - 1)"
            + " ~ ': role must be user for an answer to follow, got assistant')");
    end("endif");
    if (!template.answerHeader.isEmpty()) {
      print(literal(template.answerHeader));
    }
    end("endif");
  }

  private String trimmed(String variable) {
    return template.trimsContents ? "(" + variable + " | trim)" : variable;
  }

  /** Returns the expression of {@code content} between fixed texts. */
  private static String framed(String header, Frame frame, String content, String end) {
    String before = header + frame.before();
    String after = frame.after() + end;
    return (before.isEmpty() ? "" : literal(before) + " + ")
        + content
        + (after.isEmpty() ? "" : " + " + literal(after));
  }

  private static String literal(String text) {
    StringBuilder quoted = new StringBuilder("'");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> quoted.append("\\\\");
        case '\'' -> quoted.append("\\'");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c);
      }
    }
    return quoted.append('\'').toString();
  }

  private void begin(String statement) {
    tag(statement);
    depth++;
  }

  private void otherwise() {
    depth--;
    begin("else");
  }

  private void end(String statement) {
    depth--;
    tag(statement);
  }

  private void tag(String statement) {
    lines.add("    ".repeat(depth) + "{%- " + statement + " %}");
  }

  private void print(String expression) {
    lines.add("    ".repeat(depth) + "{{- " + expression + " }}");
  }
}
