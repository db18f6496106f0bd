/**
 * What makes steps of gradients. Start reading at {@link
 * io.github.maque.train.optimizer.Optimizer}.
 */
@NullMarked
package io.github.maque.train.optimizer;

import org.jspecify.annotations.NullMarked;
