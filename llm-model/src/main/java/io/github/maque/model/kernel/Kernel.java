package io.github.maque.model.kernel;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A function of a {@link Kernels}. Arguments are given in the order of the function's parameters:
 *
 * <table>
 * <caption>Which Java type goes with which TorchScript type</caption>
 * <tr><td>{@code Tensor}</td><td>{@link NDArray}</td></tr>
 * <tr><td>{@code List[Tensor]}</td><td>{@link NDList}; in {@link #call} not an empty one</td></tr>
 * <tr><td>{@code int}, {@code float}, {@code bool}</td><td>{@link Integer} or {@link Long},
 *     {@link Float} or {@link Double}, {@link Boolean}</td></tr>
 * <tr><td>{@code List[int]}, {@code List[float]}</td><td>{@code long[]}, {@code double[]}; not
 *     in {@link #call}</td></tr>
 * <tr><td>any</td><td>{@link KernelValue}; not in {@link #call}</td></tr>
 * </table>
 *
 * <p>What a function returns, be it a tensor, a list or a tuple, comes back as one list of arrays;
 * a result that holds anything else can be had by {@link #value} only. An array of a type that DJL
 * does not know, such as bfloat16, must stay inside of kernels: use {@link #value} for it.
 */
public final class Kernel {
  /** How many arrays of a list an error message describes. */
  private static final int MOST_SHOWN = 4;

  private final PtSymbolBlock module;
  private final KernelSource source;
  private final Signature signature;
  private final boolean returnsArrays;

  Kernel(PtSymbolBlock module, KernelSource source, Signature signature) {
    this.module = module;
    this.source = source;
    this.signature = signature;
    this.returnsArrays = signature.returnsArrays();
  }

  /**
   * Runs the function so that gradients can flow through it, if this thread records gradients (see
   * {@link GradientMode}).
   *
   * @param manager what the result is attached to
   * @param arguments as the function's parameters are
   * @return what the function returned
   * @throws IllegalArgumentException if an argument is not what the parameter wants
   * @throws UnsupportedOperationException if the function returns something else than tensors
   * @throws KernelException if the function fails, for instance because shapes do not match
   * @throws IllegalStateException if the kernels, the manager or an argument are closed
   */
  public NDList call(NDManager manager, Object... arguments) {
    requireCount(arguments);
    requireArrays();
    PtNDManager pytorch = requireOpen(manager);
    List<PtNDArray> aliases = new ArrayList<>();
    NDList inputs = new NDList(arguments.length + 1);
    try {
      inputs.add(alias(aliases, new Alias(pytorch, "module_method:" + signature.trainingName())));
      for (int i = 0; i < arguments.length; i++) {
        Signature.Parameter parameter = signature.parameters().get(i);
        Object argument = arguments[i];
        if (parameter.type().equals("Tensor") && argument instanceof NDArray array) {
          inputs.add(alias(aliases, new Alias(pytorch, tensor(parameter, array), null)));
        } else if (parameter.type().equals("List[Tensor]") && argument instanceof NDList list) {
          if (list.isEmpty()) {
            throw mismatch(parameter, "an empty list, which cannot be passed in training mode");
          }
          for (NDArray array : list) {
            PtNDArray tensor = tensor(parameter, array);
            inputs.add(alias(aliases, new Alias(pytorch, tensor, "list" + i + "[]")));
          }
        } else if (parameter.scalar()) {
          String text = scalar(parameter, argument);
          PtNDArray string = new PtNDArray(pytorch, new String[] {text}, new Shape());
          inputs.add(string);
        } else {
          throw mismatch(parameter, describe(argument));
        }
      }
      JniUtils.setGraphExecutorOptimize(false);
      return IValueUtils.forward(module, inputs, true);
    } catch (EngineException e) {
      throw failed(arguments, e);
    } catch (IllegalStateException e) {
      throw closed(e);
    } finally {
      aliases.forEach(array -> pytorch.detachInternal(array.getUid()));
    }
  }

  /**
   * Runs the function in inference mode: a little faster, never with gradients; its results cannot
   * take part in a computation that needs gradients.
   *
   * @param manager what the result is attached to
   * @param arguments as the function's parameters are
   * @return what the function returned
   * @throws IllegalArgumentException if an argument is not what the parameter wants
   * @throws UnsupportedOperationException if the function returns something else than tensors
   * @throws KernelException if the function fails
   * @throws IllegalStateException if the kernels, the manager or an argument are closed
   */
  public NDList infer(NDManager manager, Object... arguments) {
    requireCount(arguments);
    requireArrays();
    PtNDManager pytorch = requireOpen(manager);
    try (IValue result = run(arguments)) {
      return result.toNDList(pytorch);
    }
  }

  /**
   * Runs the function in inference mode and leaves its result inside of the engine, to be passed to
   * other kernels: tensors of any type, and no Java object for each.
   *
   * @param manager what the result lives with
   * @param arguments as the function's parameters are
   * @return what the function returned
   * @throws IllegalArgumentException if an argument is not what the parameter wants
   * @throws KernelException if the function fails
   * @throws IllegalStateException if the kernels, the manager or an argument are closed
   */
  public KernelValue value(NDManager manager, Object... arguments) {
    requireCount(arguments);
    return new KernelValue(this, requireOpen(manager), run(arguments));
  }

  @Override
  public String toString() {
    return source.name() + "." + signature.name();
  }

  private IValue run(Object[] arguments) {
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < arguments.length; i++) {
        values[i] = toValue(signature.parameters().get(i), arguments[i]);
      }
      JniUtils.setGraphExecutorOptimize(false);
      return IValueUtils.runMethod(module, signature.name(), values);
    } catch (EngineException e) {
      throw failed(arguments, e);
    } catch (IllegalStateException e) {
      throw closed(e);
    } finally {
      for (int i = 0; i < values.length; i++) {
        if (values[i] != null && !(arguments[i] instanceof KernelValue)) {
          values[i].close();
        }
      }
    }
  }

  private IValue toValue(Signature.Parameter parameter, Object argument) {
    if (argument instanceof KernelValue value) {
      return value.value();
    }
    switch (parameter.type()) {
      case "Tensor" -> {
        if (argument instanceof NDArray array) {
          return IValue.from(tensor(parameter, array));
        }
      }
      case "List[Tensor]" -> {
        if (argument instanceof NDList list) {
          PtNDArray[] tensors = new PtNDArray[list.size()];
          for (int i = 0; i < tensors.length; i++) {
            tensors[i] = tensor(parameter, list.get(i));
          }
          return IValue.listFrom(tensors);
        }
      }
      case "int" -> {
        if (argument instanceof Integer || argument instanceof Long) {
          return IValue.from(((Number) argument).longValue());
        }
      }
      case "float" -> {
        if (argument instanceof Float || argument instanceof Double) {
          return IValue.from(((Number) argument).doubleValue());
        }
      }
      case "bool" -> {
        if (argument instanceof Boolean truth) {
          return IValue.from(truth);
        }
      }
      case "List[int]" -> {
        if (argument instanceof long[] list) {
          return IValue.listFrom(list);
        }
      }
      case "List[float]" -> {
        if (argument instanceof double[] list) {
          return IValue.listFrom(list);
        }
      }
      default -> {}
    }
    throw mismatch(parameter, describe(argument));
  }

  private String scalar(Signature.Parameter parameter, Object argument) {
    if (parameter.type().equals("bool") && argument instanceof Boolean truth) {
      return truth ? "1" : "0";
    }
    boolean whole = argument instanceof Integer || argument instanceof Long;
    boolean real = argument instanceof Float || argument instanceof Double;
    if (parameter.type().equals("int") ? whole : real) {
      return argument.toString();
    }
    throw mismatch(parameter, describe(argument));
  }

  /** Refuses arrays of strings, which have no tensor, and those of other engines. */
  private PtNDArray tensor(Signature.Parameter parameter, NDArray array) {
    if (array instanceof PtNDArray tensor && tensor.getDataType() != DataType.STRING) {
      return tensor;
    }
    throw mismatch(
        parameter,
        array instanceof PtNDArray ? "an array of strings" : "a " + array.getClass().getName());
  }

  private static PtNDArray alias(List<PtNDArray> aliases, Alias alias) {
    aliases.add(alias);
    return alias;
  }

  private void requireCount(Object[] arguments) {
    if (arguments.length != signature.parameters().size()) {
      throw new IllegalArgumentException(
          "kernel " + this + " takes " + parameters() + ", but was given " + describe(arguments));
    }
  }

  /** Refuses what the engine cannot turn into arrays, or only into arrays that end the JVM. */
  void requireArrays() {
    if (!returnsArrays) {
      throw new UnsupportedOperationException(
          "kernel "
              + this
              + " returns "
              + signature.result()
              + ", which is nothing but a KernelValue");
    }
  }

  private PtNDManager requireOpen(NDManager manager) {
    PtNDManager pytorch = Kernels.requirePyTorch(manager);
    if (!pytorch.isOpen()) {
      throw new IllegalStateException("kernel " + this + ": the manager for its result is closed");
    }
    return pytorch;
  }

  private IllegalStateException closed(IllegalStateException e) {
    return new IllegalStateException("kernel " + this + ": " + e.getMessage(), e);
  }

  private IllegalArgumentException mismatch(Signature.Parameter parameter, String found) {
    return new IllegalArgumentException(
        "kernel "
            + this
            + ": parameter "
            + parameter.name()
            + " must be a "
            + parameter.type()
            + ", but is "
            + found);
  }

  private KernelException failed(Object[] arguments, EngineException e) {
    return new KernelException(
        "kernel "
            + this
            + " called with "
            + parameters()
            + " = "
            + describe(arguments)
            + ": "
            + Kernels.reason(source, e),
        e);
  }

  private String parameters() {
    return signature.parameters().stream()
        .map(parameter -> parameter.name() + ": " + parameter.type())
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String describe(Object[] arguments) {
    return Arrays.stream(arguments)
        .map(Kernel::describe)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String describe(Object argument) {
    if (argument instanceof NDArray array) {
      return array.getDataType() + array.getShape().toString();
    }
    if (argument instanceof NDList list) {
      String shown =
          list.stream().limit(MOST_SHOWN).map(Kernel::describe).collect(Collectors.joining(", "));
      int others = list.size() - MOST_SHOWN;
      return "[" + shown + (others > 0 ? ", … " + others + " more]" : "]");
    }
    if (argument instanceof Number || argument instanceof Boolean) {
      return argument.toString();
    }
    return "a " + argument.getClass().getSimpleName();
  }
}
