package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A story and what its writer was asked to keep to, as in TinyStories-Instruct. {@link
 * DialogueFormats#storyBlocks} and {@link DialogueFormats#storyRecords} read it.
 *
 * @param constraints what was asked for, each field at most once, in the order of asking; perhaps
 *     nothing
 * @param story the story
 */
public record StoryInstruction(List<StoryConstraint> constraints, String story) {
  /** What is asked for in front of the constraints. */
  public static final String DEFAULT_INSTRUCTION = "请按下面的要求写一个故事。";

  /**
   * Copies the constraints.
   *
   * @throws IllegalArgumentException if the story is blank or a field is given twice
   */
  public StoryInstruction {
    constraints = List.copyOf(constraints);
    if (story.isBlank()) {
      throw new IllegalArgumentException("story must not be blank");
    }
    Set<StoryField> seen = EnumSet.noneOf(StoryField.class);
    for (StoryConstraint constraint : constraints) {
      if (!seen.add(constraint.field())) {
        throw new IllegalArgumentException(constraint.field().label() + " is given twice");
      }
    }
  }

  /** Returns which fields are asked for. */
  public Set<StoryField> fields() {
    Set<StoryField> fields = EnumSet.noneOf(StoryField.class);
    constraints.forEach(constraint -> fields.add(constraint.field()));
    return Collections.unmodifiableSet(fields);
  }

  /** Returns what is asked for in one field, if anything is. */
  public Optional<StoryConstraint> constraint(StoryField field) {
    return constraints.stream().filter(constraint -> constraint.field() == field).findFirst();
  }

  /**
   * Returns the dialogue of asking for the story and getting it. The user says the instruction and,
   * on lines of their own, the constraints; {@link io.github.maque.tokenizer.ChatTemplate#story} is
   * made for it.
   *
   * @param instruction what to ask for in front of the constraints
   */
  public Dialogue toDialogue(String instruction) {
    String input =
        constraints.stream().map(StoryConstraint::line).collect(Collectors.joining("\n"));
    return new Dialogue(
        List.of(ChatMessage.instruction(instruction, input), ChatMessage.assistant(story)));
  }

  /** Returns the dialogue with the {@link #DEFAULT_INSTRUCTION}. */
  public Dialogue toDialogue() {
    return toDialogue(DEFAULT_INSTRUCTION);
  }

  /**
   * Returns the same story asked for in every order of the constraints, this one first: n! of them
   * for n constraints. A model that has seen them does not depend on the order.
   */
  public List<StoryInstruction> orders() {
    List<StoryInstruction> orders = new ArrayList<>();
    addOrders(new ArrayList<>(), orders);
    return orders;
  }

  /** Adds all orders that begin with {@code beginning}. */
  private void addOrders(List<StoryConstraint> beginning, List<StoryInstruction> orders) {
    if (beginning.size() == constraints.size()) {
      orders.add(new StoryInstruction(beginning, story));
    }
    for (StoryConstraint constraint : constraints) {
      if (!beginning.contains(constraint)) {
        beginning.add(constraint);
        addOrders(beginning, orders);
        beginning.remove(constraint);
      }
    }
  }
}
