/**
 * How good a model's answers are, in figures, and beside those of other models. Start with {@link
 * io.github.maque.align.evaluation.ModelEvaluation}.
 *
 * <p>The parts can be used alone: {@link io.github.maque.align.evaluation.AnswerLikelihood} for the
 * loss on given answers, {@link io.github.maque.align.evaluation.StoryChecks} for what a prompt
 * asked for, {@link io.github.maque.align.evaluation.Ngrams} for repetition and {@link
 * io.github.maque.align.evaluation.LongestCopy} for what was learnt by heart.
 */
@NullMarked
package io.github.maque.align.evaluation;

import org.jspecify.annotations.NullMarked;
