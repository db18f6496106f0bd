/**
 * Models as directories hold them, and opened in the engine. Start reading at {@link
 * io.github.maque.examples.model.ModelDirectory}.
 */
@NullMarked
package io.github.maque.examples.model;

import org.jspecify.annotations.NullMarked;
