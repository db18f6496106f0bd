/**
 * TorchScript as the kernel language: source text compiled into functions that Java calls. Start
 * with {@link io.github.maque.model.kernel.Kernels}.
 */
@NullMarked
package io.github.maque.model.kernel;

import org.jspecify.annotations.NullMarked;
