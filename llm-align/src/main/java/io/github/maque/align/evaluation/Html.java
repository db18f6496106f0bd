package io.github.maque.align.evaluation;

/**
 * A page of HTML that is XML too and may load nothing. Whatever is called text is shown as it is
 * and never read as markup.
 */
final class Html {
  private final StringBuilder out = new StringBuilder();

  Html(String title, String css) {
    out.append(
        """
        <!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        """);
    element("title", "", title);
    out.append("<style>\n").append(css).append("</style>\n</head>\n<body>\n");
  }

  /** Adds an element; its classes may be none. */
  Html element(String name, String classes, String text) {
    open(name, classes);
    text.codePoints().forEach(this::character);
    return close(name);
  }

  Html open(String name, String classes) {
    out.append('<').append(name);
    if (!classes.isEmpty()) {
      out.append(" class=\"").append(classes).append('"');
    }
    out.append('>');
    return this;
  }

  Html close(String name) {
    out.append("</").append(name).append(">\n");
    return this;
  }

  /** Returns the whole page. */
  String end() {
    return out.append("</body>\n</html>\n").toString();
  }

  private void character(int c) {
    switch (c) {
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '&' -> out.append("&amp;");
      case '"' -> out.append("&quot;");
      case '\t', '\n' -> out.append((char) c);
      case '\r' -> out.append("&#13;"); // a bare one would be read as a line feed
      default -> out.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
    }
  }

  /** The characters of XML 1.0, less the controls that HTML forbids. */
  private static boolean isAllowed(int c) {
    return c >= 0x20 && c < 0x7F
        || c >= 0xA0 && c <= 0xD7FF
        || c >= 0xE000 && c <= 0xFFFD
        || c >= 0x10000;
  }
}
