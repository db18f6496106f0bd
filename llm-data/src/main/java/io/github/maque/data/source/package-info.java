/**
 * From files as they are found to records: JSON lines, JSON arrays and plain text, compressed and
 * archived or not, read in constant memory. Start with {@link
 * io.github.maque.data.source.RecordSource}.
 */
@NullMarked
package io.github.maque.data.source;

import org.jspecify.annotations.NullMarked;
