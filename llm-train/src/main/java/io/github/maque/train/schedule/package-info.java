/**
 * How the learning rate goes over a run. Start reading at {@link
 * io.github.maque.train.schedule.Schedule}.
 */
@NullMarked
package io.github.maque.train.schedule;

import org.jspecify.annotations.NullMarked;
