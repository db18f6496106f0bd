/** What packages of this module share; nothing for others. */
@NullMarked
package io.github.maque.align.internal;

import org.jspecify.annotations.NullMarked;
