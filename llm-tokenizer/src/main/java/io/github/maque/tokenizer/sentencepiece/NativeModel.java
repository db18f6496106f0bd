package io.github.maque.tokenizer.sentencepiece;

import ai.djl.sentencepiece.jni.LibUtils;
import ai.djl.sentencepiece.jni.SentencePieceLibrary;
import io.github.maque.tokenizer.format.TokenizerFormatException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * A model loaded by the SentencePiece library, reached through DJL's JNI binding. Any number of
 * threads may encode; closing waits for them.
 *
 * <p>What the binding gets wrong is kept away from it here or by the caller: a bad id or a damaged
 * model ends the process, decoded text with a NUL or a character beyond U+FFFF comes back broken,
 * unpaired surrogates turn into question marks, and its own classes free a model twice if closed
 * twice. Encoding well-formed strings is all that is left of it, and that is sound.
 */
final class NativeModel implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Handle handle;
  private final Cleaner.Cleanable cleanable;
  private boolean closed;

  private NativeModel(Handle handle) {
    this.handle = handle;
    this.cleanable = CLEANER.register(this, handle);
  }

  /** What outlives the model long enough to free it. */
  private record Handle(long address) implements Runnable {
    @Override
    public void run() {
      SentencePieceLibrary.LIB.deleteSentencePieceProcessor(address);
    }
  }

  /**
   * Loads a model.
   *
   * @param checkedModel a model file that is known to be sound
   * @param source what to call it in errors
   * @throws TokenizerFormatException if the library refuses the model
   * @throws IllegalStateException if the library is missing or does not run here
   */
  static NativeModel load(byte[] checkedModel, String source) throws TokenizerFormatException {
    loadLibrary();
    SentencePieceLibrary library = SentencePieceLibrary.LIB;
    NativeModel model = new NativeModel(new Handle(library.createSentencePieceProcessor()));
    try {
      library.loadModelFromBytes(model.handle.address(), checkedModel);
    } catch (RuntimeException e) {
      model.close();
      throw new TokenizerFormatException(
          source, "model", "SentencePiece refuses it: " + e.getMessage(), e);
    }
    return model;
  }

  private static void loadLibrary() {
    try {
      LibUtils.loadLibrary();
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "SentencePiece's binding is not on the class path: add the dependency"
              + " ai.djl.sentencepiece:sentencepiece:0.34.0",
          e);
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException(
          "SentencePiece's native library does not load on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Returns the ids of {@code text}, which must hold no unpaired surrogate. */
  int[] encode(String text) {
    return call(() -> SentencePieceLibrary.LIB.encode(handle.address(), text));
  }

  /** Returns the pieces of {@code text}, which must hold no unpaired surrogate, as normalised. */
  String[] tokenize(String text) {
    return call(() -> SentencePieceLibrary.LIB.tokenize(handle.address(), text));
  }

  private <T> T call(Supplier<T> action) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      return action.get();
    } finally {
      lock.readLock().unlock();
      // Without this the cleaner may free the model while its last call is still running.
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      cleanable.clean();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
