package io.github.maque.data.source;

import java.util.List;

/**
 * What a {@link Block} holds.
 *
 * @param <T> the kind of record
 * @param records the records in their order
 * @param errors the records that could not be read
 */
public record ParsedBlock<T>(List<T> records, List<RecordError> errors) {}
