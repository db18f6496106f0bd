/**
 * From files as they are found to records: JSON lines, JSON arrays and plain text, compressed and
 * archived or not, read in constant memory. Start with {@link
 * io.github.maque.data.source.RecordSource}.
 *
 * <p>A file goes through these, on a thread that reads ahead: {@code FileUnpacker} opens what it is
 * packed in, {@code BlockCutter} cuts the text into blocks of whole records, and {@link
 * io.github.maque.data.source.BlockReader} puts the blocks of all files in order. Blocks are parsed
 * wherever there is a thread for it.
 *
 * <p>Nothing may get lost unnoticed: a file that is cut short or damaged is an error even where its
 * format can be read up to there. Zstd, xz and bzip2 are unpacked by Commons Compress. Gzip, tar
 * and zip are read by classes of our own, because libraries take some damage for the end of a file,
 * keep headers of any size in memory, or do not verify checksums. Two things cannot be noticed:
 * that a text file, or a concatenation of compressed files, ends between two of its parts, and what
 * is changed where a format has no checksum, as in tar.
 */
@NullMarked
package io.github.maque.data.source;

import org.jspecify.annotations.NullMarked;
