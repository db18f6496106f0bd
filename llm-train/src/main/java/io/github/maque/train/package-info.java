/**
 * One trainer for every objective.
 *
 * <p>Pre-training, fine-tuning and preference learning differ in their data and in their objective,
 * never in the loop, so there is one loop and it lives here. The state of a run is a pure function
 * of its seed, the step number and the saved tensors: a run that was killed continues with the
 * losses it would have had. The packages below this one hold the parts the loop is made of:
 * objectives, optimizers, schedules, precision, checkpoints, metrics, and the search for a learning
 * rate.
 */
@NullMarked
package io.github.maque.train;

import org.jspecify.annotations.NullMarked;
