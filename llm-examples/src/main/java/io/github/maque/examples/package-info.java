/**
 * Applications built on the libraries, none of which depends on anything here.
 *
 * <p>The {@code maque} command is in {@code cli}; beside it live the story pipeline, the
 * benchmarks, and small single-file programs that are meant to be copied. Console text, progress
 * bars and the choice of a logging implementation belong to this module and to no other.
 */
@NullMarked
package io.github.maque.examples;

import org.jspecify.annotations.NullMarked;
