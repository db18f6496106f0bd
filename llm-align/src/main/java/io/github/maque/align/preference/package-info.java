/**
 * Learning from preferences: direct preference optimisation and its relatives, as objectives of the
 * trainer of {@code io.github.maque.train}.
 *
 * <p>Start reading at {@link io.github.maque.align.preference.PreferenceObjective}. The data are
 * {@link io.github.maque.align.preference.PreferencePairs}, laid out in rows by {@link
 * io.github.maque.align.preference.PreferenceSequences}; what is made smaller is a {@link
 * io.github.maque.align.preference.PreferenceLoss}; what the policy is compared with is a {@link
 * io.github.maque.align.preference.Reference}. {@link
 * io.github.maque.align.preference.EarlyWarning} says when a run does harm.
 */
@NullMarked
package io.github.maque.align.preference;

import org.jspecify.annotations.NullMarked;
