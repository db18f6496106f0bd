package io.github.maque.data.shard;

/**
 * A finished pair of files, {@code name.bin} and {@code name.idx}.
 *
 * @param name the files' name without its ending, such as {@code train-00000}
 * @param documents how many documents it holds
 * @param tokens how many token ids it holds
 * @param characters how many Unicode characters the documents' texts have
 * @param textBytes how many bytes the texts have as UTF-8
 * @param binSha256 the SHA-256 of the {@code .bin} file, in hexadecimal
 * @param idxSha256 the SHA-256 of the {@code .idx} file, in hexadecimal
 */
public record Shard(
    String name,
    long documents,
    long tokens,
    long characters,
    long textBytes,
    String binSha256,
    String idxSha256) {}
