/**
 * The decoder model: its configuration, its layers, and what it can do once it has weights.
 *
 * <p>A model is a DJL block described by one configuration record. The hidden states that flow
 * between its layers are always 32-bit floats; lower precision lives inside the kernels, which are
 * short PyTorch programs kept as text resources and compiled when the model starts. The packages
 * below this one hold the layers, the kernels, text generation, and the file formats in which other
 * tools expect weights: safetensors under Hugging Face names, and GGUF.
 */
@NullMarked
package io.github.maque.model;

import org.jspecify.annotations.NullMarked;
