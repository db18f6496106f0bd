/**
 * The {@code maque} command.
 *
 * <p>Start at {@link io.github.maque.examples.cli.Maque}, the root command, which holds the exit
 * codes and the way an error is told. Each verb is a {@code Verb}, a picocli command in a class of
 * its own that returns a {@code Summary}; what it writes goes through {@code OutputFile}, so that
 * nothing half-written stays, and long work shows a {@code Progress}. What {@code maque pretrain}
 * reads and opens is a package of its own, {@link io.github.maque.examples.pretrain}.
 */
@NullMarked
package io.github.maque.examples.cli;

import org.jspecify.annotations.NullMarked;
