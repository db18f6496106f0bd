package io.github.maque.align.evaluation;

import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import io.github.maque.data.dialogue.StoryInstruction;
import io.github.maque.tokenizer.ChatMessage;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A dialogue to evaluate models on: its last answer is what they are to write, or to find likely.
 *
 * @param dialogue the dialogue
 * @param constraints what the answer was asked to keep to, as far as it is known; perhaps nothing
 */
public record EvaluationExample(Dialogue dialogue, List<StoryConstraint> constraints) {

  /** Copies the constraints. */
  public EvaluationExample {
    constraints = List.copyOf(constraints);
  }

  /** Returns the example of asking for a story in the default words. */
  public static EvaluationExample of(StoryInstruction instruction) {
    return new EvaluationExample(instruction.toDialogue(), instruction.constraints());
  }

  /** Returns an example that nothing can be checked in but the answer as such. */
  public static EvaluationExample of(Dialogue dialogue) {
    return new EvaluationExample(dialogue, List.of());
  }

  /** Returns the messages up to the last answer. */
  public List<ChatMessage> prompt() {
    return dialogue.messages().subList(0, dialogue.messages().size() - 1);
  }

  /** Returns the last answer, as the data has it. */
  public String answer() {
    return dialogue.messages().get(dialogue.messages().size() - 1).content();
  }

  /** Returns which fields the prompt has. */
  public Set<StoryField> fields() {
    Set<StoryField> fields = EnumSet.noneOf(StoryField.class);
    constraints.forEach(constraint -> fields.add(constraint.field()));
    return Collections.unmodifiableSet(fields);
  }

  /** Returns the name of the combination of fields: {@code words+summary}, or {@code no fields}. */
  public String combination() {
    Set<StoryField> fields = fields();
    return fields.isEmpty()
        ? "no fields"
        : fields.stream()
            .map(field -> field.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining("+"));
  }
}
