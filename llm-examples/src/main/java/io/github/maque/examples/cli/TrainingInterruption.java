package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears SIGINT (Ctrl-C) and SIGTERM until it is closed: the first asks for an end that saves, the
 * second ends the JVM at once.
 *
 * <p>A shutdown hook could neither choose the exit code nor hear a second signal. The JDK has
 * {@code sun.misc.Signal} for that, which is supported but warned of at compile time, and so is
 * reached by reflection.
 */
final class TrainingInterruption {
  /** What a process returns that was ended on request and can go on: EX_TEMPFAIL of sysexits.h. */
  static final int STOPPED = 75;

  private static final Logger LOG = LoggerFactory.getLogger(TrainingInterruption.class);
  private static final List<String> SIGNALS = List.of("INT", "TERM");

  /** What a shell returns for a process that a signal ended is this and the signal's number. */
  private static final int ENDED_BY_SIGNAL = 128;

  private final Runnable stop;
  private final Map<String, Object> earlierHandlers = new LinkedHashMap<>();
  private final AtomicBoolean asked = new AtomicBoolean();

  /**
   * Starts to listen.
   *
   * @param stop called from another thread at the first signal
   */
  TrainingInterruption(Runnable stop) {
    this(SIGNALS, stop);
  }

  /**
   * Starts to listen to some signals.
   *
   * @param names without the SIG
   */
  TrainingInterruption(List<String> names, Runnable stop) {
    this.stop = stop;
    for (String name : names) {
      try {
        Object handler =
            Proxy.newProxyInstance(
                TrainingInterruption.class.getClassLoader(),
                new Class<?>[] {Class.forName("sun.misc.SignalHandler")},
                this::invoke);
        earlierHandlers.put(name, install(name, handler));
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        LOG.debug("SIG{} cannot be heard here", name, e);
      }
    }
  }

  private static Object install(String name, Object handler) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Method handle = signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"));
    try {
      return handle.invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getTargetException());
    }
  }

  private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws ReflectiveOperationException {
    return switch (method.getName()) {
      case "equals" -> proxy == Objects.requireNonNull(arguments)[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "toString" -> "TrainingInterruption";
      default -> {
        Object signal = Objects.requireNonNull(arguments)[0];
        hear((Integer) signal.getClass().getMethod("getNumber").invoke(signal));
        yield null;
      }
    };
  }

  private void hear(int number) {
    if (asked.compareAndSet(false, true)) {
      stop.run();
      return;
    }
    Unfinished.deleteAll();
    Runtime.getRuntime().halt(ENDED_BY_SIGNAL + number);
  }

  /** Lets signals do what they did before. */
  void close() {
    earlierHandlers.forEach(
        (name, handler) -> {
          try {
            Object unused = install(name, handler);
          } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.debug("SIG{} cannot be given back", name, e);
          }
        });
  }
}
