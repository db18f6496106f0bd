/**
 * Letting a model answer many prompts, above all to write its own preference data. Start with
 * {@link io.github.maque.align.rollout.Rollout}, which answers, and {@link
 * io.github.maque.align.rollout.PreferenceRollout}, which makes pairs of answers.
 *
 * <p>Answers are a function of the model, the prompt, the options and the seed. They can be kept in
 * a file, from which a rollout that was killed goes on.
 */
@NullMarked
package io.github.maque.align.rollout;

import org.jspecify.annotations.NullMarked;
