package io.github.maque.train.metric;

/**
 * Values for TensorBoard, as {@code tensorflow.Summary} of {@code summary.proto} lays them out; the
 * numbers of the fields are from there.
 */
final class TensorBoardSummary {
  private static final int DATA_CLASS_TENSOR = 2;
  private static final int TYPE_STRING = 7;

  private final ProtobufMessage values = new ProtobufMessage();

  /** Adds a number, as a float; all that they are drawn with. */
  TensorBoardSummary scalar(String tag, double number) {
    values.message(1, new ProtobufMessage().text(1, tag).number(2, (float) number));
    return this;
  }

  /**
   * Adds a text for the text dashboard, which reads it as Markdown.
   *
   * @param markdown see {@link #literally}
   */
  TensorBoardSummary text(String tag, String markdown) {
    ProtobufMessage plugin = new ProtobufMessage().text(1, "text");
    ProtobufMessage metadata =
        new ProtobufMessage().message(1, plugin).integer(4, DATA_CLASS_TENSOR);
    ProtobufMessage shape = new ProtobufMessage().message(2, new ProtobufMessage().integer(1, 1));
    ProtobufMessage tensor =
        new ProtobufMessage().integer(1, TYPE_STRING).message(2, shape).text(8, markdown);
    values.message(1, new ProtobufMessage().text(1, tag).message(8, tensor).message(9, metadata));
    return this;
  }

  ProtobufMessage message() {
    return values;
  }

  /** Returns Markdown that shows {@code text} as it is, whatever it holds. */
  static String literally(String text) {
    StringBuilder markdown = new StringBuilder();
    for (String line : text.split("\\R", -1)) {
      String indent = line.substring(0, line.length() - line.stripLeading().length());
      markdown.append("&#160;".repeat(indent.length()));
      line.substring(indent.length())
          .chars()
          .forEach(
              c -> {
                if (c < 0x80 && !Character.isLetterOrDigit(c) && c != ' ') {
                  markdown.append("&#").append(c).append(';');
                } else {
                  markdown.append((char) c);
                }
              });
      // Two spaces break a line and do not end the paragraph.
      markdown.append("  \n");
    }
    return markdown.toString().stripTrailing();
  }

  /** Returns Markdown that shows {@code text} as it is, in letters of one width. */
  static String asCode(String text) {
    return text.lines().map(line -> "    " + line + "\n").reduce("", String::concat);
  }
}
