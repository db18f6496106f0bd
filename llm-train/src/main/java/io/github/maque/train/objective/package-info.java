/** What a run makes smaller. Start reading at {@link io.github.maque.train.objective.Objective}. */
@NullMarked
package io.github.maque.train.objective;

import org.jspecify.annotations.NullMarked;
