/**
 * From token ids to batches: {@link io.github.maque.data.pack.Sequences} lay tokens out in windows
 * of one length, a {@link io.github.maque.data.pack.Mixture} says in which proportions several of
 * them are used, and a {@link io.github.maque.data.pack.BatchStream} hands them out in an order
 * that one small {@link io.github.maque.data.pack.DataState} continues exactly. Start with {@link
 * io.github.maque.data.pack.BatchStream}.
 */
@NullMarked
package io.github.maque.data.pack;

import org.jspecify.annotations.NullMarked;
