/**
 * Files that other tools read and write: safetensors, Hugging Face directories, GGUF. Start with
 * {@link io.github.maque.model.format.HuggingFaceDirectory}.
 */
@NullMarked
package io.github.maque.model.format;

import org.jspecify.annotations.NullMarked;
