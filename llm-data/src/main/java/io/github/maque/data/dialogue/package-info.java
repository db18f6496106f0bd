/**
 * Instructions, conversations and preferences: what a model that has read a lot learns to answer
 * from. {@link io.github.maque.data.dialogue.DialogueFormats} reads the shapes in which such data
 * are published, {@link io.github.maque.data.dialogue.DialogueEncoder} makes ids of them and says
 * which ids are to be learnt. For stories written to order see {@link
 * io.github.maque.data.dialogue.StoryInstruction}.
 */
@NullMarked
package io.github.maque.data.dialogue;

import org.jspecify.annotations.NullMarked;
