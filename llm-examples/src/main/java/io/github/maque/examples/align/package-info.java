/**
 * What the verbs of alignment do, apart from their options: fine-tuning, preference learning,
 * rollouts and evaluation, each a record of settings and a job. Start reading at {@link
 * io.github.maque.examples.align.FineTuneJob} and {@link
 * io.github.maque.examples.align.FineTuneConfig}.
 */
@NullMarked
package io.github.maque.examples.align;

import org.jspecify.annotations.NullMarked;
