package io.github.maque.data.source;

import java.io.IOException;
import java.io.InputStream;

/** A stream that is made to be read in bulk; a single byte is read as an array of one. */
abstract class BulkInputStream extends InputStream {

  @Override
  public abstract int read(byte[] target, int offset, int length) throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }
}
