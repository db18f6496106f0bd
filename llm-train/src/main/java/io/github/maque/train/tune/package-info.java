/**
 * The search for a learning rate, with the evidence for what it finds. Start reading at {@link
 * io.github.maque.train.tune.LearningRateSearch}.
 */
@NullMarked
package io.github.maque.train.tune;

import org.jspecify.annotations.NullMarked;
