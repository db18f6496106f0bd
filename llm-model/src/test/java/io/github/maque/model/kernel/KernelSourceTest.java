package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts are taken as kernels, and what is said of others. */
class KernelSourceTest {
  private static final NDManager MANAGER = NDManager.newBaseManager("PyTorch");
  private static final String IDENTITY = "def same(self, x: Tensor) -> Tensor:\n  return x\n";

  @AfterAll
  static void close() {
    MANAGER.close();
  }

  private static void assertDoesNotCompile(KernelSource source, String... parts) {
    assertThatThrownBy(() -> Kernels.compile(MANAGER, source))
        .isInstanceOf(KernelException.class)
        .hasMessageStartingWith("kernel source " + source.name() + " does not compile: ")
        .hasMessageContainingAll(parts)
        .hasMessageNotContainingAny("Exception raised from", "frame #", "__torch__.py", ".so");
  }

  private static void assertMalformed(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Kernels.compile(MANAGER, KernelSource.of("odd", text)))
        .withMessage("kernel source odd" + message);
  }

  @Test
  void mistakesAreToldWithTheirLine() {
    KernelSource source =
        KernelSource.of(
            "mistaken",
            """
            def fine(self, x: Tensor) -> Tensor:
              return x

            def wrong(self, x: Tensor) -> Tensor:
              y = x + 1
              return torch.nonsense(y)
            """);
    assertDoesNotCompile(source, "aten::nonsense", "kernel source mistaken, line 6");
    assertDoesNotCompile(
        source.with("C", 1).with("D", false), "aten::nonsense", "kernel source mistaken, line 6");
  }

  @Test
  void mistakesOfEachKindAreTold() {
    String head = "def f(self, x: Tensor) -> Tensor:\n";
    assertDoesNotCompile(
        KernelSource.of("m", head + "  return y\n"), "undefined value y", "line 2");
    assertDoesNotCompile(KernelSource.of("m", head + "  return x +\n"), "expected ident");
    assertDoesNotCompile(KernelSource.of("m", head), "line 2");
    assertDoesNotCompile(KernelSource.of("m", head + "  return \"a\n"), "expected a valid token");
    assertDoesNotCompile(
        KernelSource.of("m", head + "    y = x\n  return y\n"), "indent", "line 3");
    assertDoesNotCompile(KernelSource.of("m", head + "  return 3\n"), "actually of type int");
    assertDoesNotCompile(KernelSource.of("m", head + "  return self.f(x)\n"), "recursively");
    assertDoesNotCompile(KernelSource.of("m", head + "  return self.g(x)\n"), "method 'g'");
    assertDoesNotCompile(
        KernelSource.of("m", "def f(self, x: Nonsense) -> Tensor:\n  return x\n"),
        "Unknown type name 'Nonsense'",
        "line 1");
    assertDoesNotCompile(
        KernelSource.of("m", "def f(self, class: Tensor) -> Tensor:\n  return x\n"), "'class'");
    assertDoesNotCompile(KernelSource.of("m", "y = 3\n" + IDENTITY), "line 1");
    assertDoesNotCompile(KernelSource.of("m", head + "  return x\u0000\n"), "valid token");
  }

  @Test
  void firstLinesMustBeComplete() {
    String expected =
        ": expected \"def name(self, parameter: Type, …) -> Type:\" on one line, but found ";
    for (String line :
        new String[] {
          "def f(x: Tensor) -> Tensor:",
          "def f(self, x) -> Tensor:",
          "def f(self, x: Tensor):",
          "def f(self, x: Tensor) -> Tensor",
          "def f(self, x: Tensor) -> Tensor: return x",
          "def f(self, x: Tensor, n: int = 3) -> Tensor:",
          "def f(self,",
          "def f",
          "def"
        }) {
      assertMalformed(line + "\n  return x\n", expected + "\"" + line + "\"");
      assertMalformed(IDENTITY + line + "\n  return x\n", expected + "\"" + line + "\"");
    }
  }

  @Test
  void functionsMustHaveNamesOfTheirOwn() {
    assertMalformed(IDENTITY + IDENTITY, " has two functions named same");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Kernels.compile(MANAGER, KernelSource.of("odd", IDENTITY).with("same", 3)))
        .withMessage("kernel source odd has a function and a constant named same");
  }

  @Test
  void thereMustBeAFunction() {
    String message = " has no function: no line begins with \"def \"";
    assertMalformed("", message);
    assertMalformed("# nothing\n", message);
    assertMalformed("  " + IDENTITY, message);
  }

  @Test
  void differentLineEndsAndSpacesAreTaken() {
    for (String text :
        new String[] {
          IDENTITY.replace("\n", "\r\n"),
          IDENTITY.strip(),
          "\n\n# é 麻雀\n" + IDENTITY,
          "def  same ( self , x : Tensor )->Tensor :\n  return x"
        }) {
      try (Kernels kernels = Kernels.compile(MANAGER, KernelSource.of("spaces", text))) {
        float[] numbers = {1, 2};
        assertThat(
                kernels
                    .get("same")
                    .call(MANAGER, MANAGER.create(numbers))
                    .singletonOrThrow()
                    .toFloatArray())
            .isEqualTo(numbers);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"forward", "training", "init", "Tensor", "torch", "lambda"})
  void functionsMayBeNamedLikeWhatTheEngineHas(String name) {
    String text =
        IDENTITY.replace("same", name)
            + "def f(self, n: int) -> Tensor:\n  return torch.ones([n])\n";
    try (Kernels kernels = Kernels.compile(MANAGER, KernelSource.of("names", text))) {
      float[] numbers = {1, 2};
      assertThat(
              kernels
                  .get(name)
                  .call(MANAGER, MANAGER.create(numbers))
                  .singletonOrThrow()
                  .toFloatArray())
          .isEqualTo(numbers);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"return", "class", "if", "None"})
  void keywordsAreRefusedAsNames(String keyword) {
    assertDoesNotCompile(KernelSource.of(keyword, IDENTITY), "");
    assertDoesNotCompile(KernelSource.of("k", IDENTITY).with(keyword, 1), "");
    assertDoesNotCompile(KernelSource.of("k", IDENTITY.replace("same", keyword)), "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"training", "__parameters__", "__buffers__"})
  void constantsMustNotHaveNamesOfTheEngine(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSource.of("k", IDENTITY).with(name, true))
        .withMessage("constant must not be named " + name + ", which is PyTorch's own");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "1st", "a.b", "a b", "a\n", "é", "x:int"})
  void namesMustBeIdentifiers(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSource.of(name, IDENTITY))
        .withMessage(
            "name must consist of letters, digits and underscores, but is \"" + name + "\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSource.of("k", IDENTITY).with(name, 1))
        .withMessageStartingWith("constant must consist of letters, digits and underscores");
  }

  @Test
  void constantsMustBeOfKnownTypes() {
    for (Object value : new Object[] {"text", 3, 2.5f, new long[] {1}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new KernelSource("k", List.of(), Map.of("c", value)))
          .withMessage(
              "constant c must be a Long, a Double or a Boolean, but is a "
                  + value.getClass().getSimpleName());
    }
  }

  @Test
  void constantsStayAsTheyWere() {
    Map<String, Object> constants = new LinkedHashMap<>(Map.of("c", 1L));
    KernelSource source = new KernelSource("k", List.of(), constants);
    constants.put("c", "text");
    assertThat(source.constants()).containsOnly(Map.entry("c", 1L));
    assertThatThrownBy(() -> source.constants().put("d", 2L))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void sourcesWithOneConstantOfTwoValuesAreNotJoined() {
    KernelSource first = KernelSource.of("first", IDENTITY).with("c", 1);
    assertThat(first.followedBy(KernelSource.of("second", "").with("c", 1)).constants())
        .containsOnly(Map.entry("c", 1L));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> first.followedBy(KernelSource.of("second", "").with("c", 2.0)))
        .withMessage("constant c is 1 in first, but 2.0 in second");
  }

  /** Whether a part ends with the end of a line or not, and whatever constants there are. */
  @Test
  void mistakesAreToldOfThePartTheyAreIn() {
    String head = "def %s(self, x: Tensor) -> Tensor:\n";
    for (String end : new String[] {"", "\n", "\n\n"}) {
      KernelSource source =
          KernelSource.of("first", head.formatted("f") + "  return x" + end)
              .followedBy(KernelSource.of("empty", ""))
              .with("C", 1)
              .followedBy(
                  KernelSource.of("last", "# one line\n" + head.formatted("g") + "  return y"));
      assertDoesNotCompile(source, "undefined value y", "kernel source last, line 3");
      KernelSource other =
          KernelSource.of("first", head.formatted("f") + "  return y" + end)
              .followedBy(KernelSource.of("last", head.formatted("g") + "  return x" + end));
      assertDoesNotCompile(other, "undefined value y", "kernel source first, line 2");
    }
  }

  @Test
  void resourcesMustExist() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSource.resource(KernelSource.class, "missing.py"))
        .withMessage(
            "no resource missing.py beside " + KernelSource.class.getName() + " on the class path");
  }
}
