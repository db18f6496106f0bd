package io.github.maque.data.internal;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

  private static Object read(String json) {
    return Json.read(json.getBytes(UTF_8));
  }

  @Test
  void valuesArePlainOnesInTheOrderOfTheFile() {
    Object value =
        read(
            " {\"z\":[1,-2.5,1e3,true,false,null,\"雀\\ud83d\\ude00\"],\"a\":{},"
                + "\"big\":123456789012345678901234567890,\"long\":9223372036854775807} ");
    List<Object> list = new ArrayList<>(List.of(1L, -2.5, 1000.0, true, false, Json.NULL, "雀😀"));
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("z", list);
    expected.put("a", Map.of());
    expected.put("big", 1.2345678901234568e29);
    expected.put("long", Long.MAX_VALUE);
    assertThat(value).isEqualTo(expected);
    assertThat(((Map<?, ?>) value).keySet().toString()).isEqualTo("[z, a, big, long]");
    assertThat(Json.read("xx17yy".getBytes(UTF_8), 2, 2)).isEqualTo(17L);
  }

  @Test
  void whatIsNotOneValueIsRefused() {
    for (String json :
        List.of(
            "",
            " ",
            "{",
            "[1,]",
            "[1}",
            "1 2",
            "nul",
            "{\"a\":1,\"a\":2}",
            "{\"a\":{\"b\":1,\"b\":1}}",
            "\"\\ud83d\"",
            "{\"\\ude00\":1}",
            "\"\\ude00\\ud83d\"",
            "[".repeat(501) + "]".repeat(501),
            "NaN")) {
      assertThatIllegalArgumentException().as(json).isThrownBy(() -> read(json));
    }
    assertThat(read("[".repeat(500) + "]".repeat(500))).isInstanceOf(List.class);
    assertThatIllegalArgumentException().isThrownBy(() -> Json.read("[1]".getBytes(UTF_16LE)));
  }

  @Test
  void problemsShowOnlyTheBeginningOfLongNames() {
    String name = "雀".repeat(10_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("{\"" + name + "\":1,\"" + name + "\":2}"))
        .withMessage("an object has the name " + "雀".repeat(40) + "… twice");
    String birds = "🐦".repeat(30);
    assertThat(Json.describe("a" + birds)).isEqualTo("\"a" + "🐦".repeat(19) + "…\"");
  }

  @Test
  void problemsSayWhereInOneLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("{\"a\":1 x}"))
        .withMessageEndingWith("(column 8)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("[1,\n2 3]"))
        .withMessageEndingWith("(line 2 of it, column 3)");
    for (String cut : List.of("{\"a\": \"x", "{\"a\": 1", "[1, {")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> read(cut))
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "Source", "UNKNOWN"));
    }
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Object value = read("{\"a\":[1,2.5,\"雀\\n\",null,true,[],{}],\"b\":{\"c\":-7}}");
    String text = Json.write(value);
    assertThat(text).endsWith("}\n").contains("\n  \"b\"");
    assertThat(read(text)).isEqualTo(value);
  }

  @Test
  void whatIsNoJsonIsNotWritten() {
    for (Object value : List.of(Double.NaN, Double.POSITIVE_INFINITY, new Object(), List.of('c'))) {
      assertThatIllegalArgumentException().isThrownBy(() -> Json.write(value));
    }
  }
}
