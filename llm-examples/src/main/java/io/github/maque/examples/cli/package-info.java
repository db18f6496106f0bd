/**
 * The {@code maque} command.
 *
 * <p>Start at {@link io.github.maque.examples.cli.Maque}, the root command, which holds what all
 * verbs share: the exit codes and the way an error is told. Each verb is a picocli command in a
 * class of its own, listed there.
 */
@NullMarked
package io.github.maque.examples.cli;

import org.jspecify.annotations.NullMarked;
