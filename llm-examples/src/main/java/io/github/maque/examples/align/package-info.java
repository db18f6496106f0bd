/**
 * Fine-tuning and preference learning as configurations. Start reading at {@link
 * io.github.maque.examples.align.FineTuneConfig} and {@link
 * io.github.maque.examples.align.PreferenceConfig}.
 */
@NullMarked
package io.github.maque.examples.align;

import org.jspecify.annotations.NullMarked;
