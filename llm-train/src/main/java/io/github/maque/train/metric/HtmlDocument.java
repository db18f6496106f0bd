package io.github.maque.train.metric;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * A page of HTML that is XML too: what reports are written in. Whatever is called text is shown as
 * it is and never read as markup. Names of elements and classes are taken as they are, and every
 * element that is opened must be closed.
 */
public final class HtmlDocument {
  private static final Set<String> INLINE = Set.of("b", "small");

  private final StringBuilder html = new StringBuilder();

  /**
   * Begins a page that browsers allow nothing but its own styles and pictures.
   *
   * @param owner whose resource the page's own styles are, which follow those of all pages
   * @param css the name of that resource
   */
  public HtmlDocument(String title, Class<?> owner, String css) {
    html.append(
        """
        <!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        """);
    element("title", "", title);
    html.append("<style>\n").append(read(HtmlDocument.class, "page.css")).append(read(owner, css));
    html.append("</style>\n</head>\n<body>\n");
  }

  private static String read(Class<?> owner, String resource) {
    try (InputStream in = Objects.requireNonNull(owner.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  /** Adds an element; its classes may be none. */
  public HtmlDocument element(String name, String classes, String text) {
    return open(name, classes).text(text).close(name);
  }

  /** Opens an element; its classes may be none. */
  public HtmlDocument open(String name, String classes) {
    html.append('<').append(name);
    if (!classes.isEmpty()) {
      html.append(" class=\"").append(classes).append('"');
    }
    html.append('>');
    return this;
  }

  /** Closes an element. */
  public HtmlDocument close(String name) {
    html.append("</").append(name).append('>');
    // Within a line of text a break would show.
    if (!INLINE.contains(name)) {
      html.append('\n');
    }
    return this;
  }

  /** Adds text, in which what XML has no character for is replaced. */
  public HtmlDocument text(String text) {
    text.codePoints().forEach(this::character);
    return this;
  }

  /** Adds a picture, {@code width} by {@code height} units, given as a PNG file in Base64. */
  public HtmlDocument picture(String base64, String description, int width, int height) {
    html.append("<img width=\"").append(width).append("\" height=\"").append(height);
    html.append("\" alt=\"");
    text(description);
    html.append("\" src=\"data:image/png;base64,").append(base64).append("\"/>\n");
    return this;
  }

  /** Begins a table. Columns whose names begin with # are numbers. */
  public HtmlDocument table(List<String> columns) {
    open("div", "wide").open("table", "").open("thead", "").open("tr", "");
    for (String column : columns) {
      boolean number = column.startsWith("#");
      element("th", number ? "number" : "", number ? column.substring(1) : column);
    }
    return close("tr").close("thead").open("tbody", "");
  }

  /** Ends a table. */
  public HtmlDocument endTable() {
    return close("tbody").close("table").close("div");
  }

  /** Adds a cell of a column of numbers. */
  public HtmlDocument number(String text) {
    return element("td", "number", text);
  }

  HtmlDocument number(long value) {
    return number(String.format(Locale.ROOT, "%,d", value));
  }

  /** Adds a number, of which there is none if it is NaN. */
  HtmlDocument number(String format, double value) {
    return number(Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value));
  }

  /** Adds a cell of a column of text. */
  public HtmlDocument cell(String text) {
    return element("td", "", text);
  }

  /** Returns the whole page. */
  public String end() {
    return html.append("</body>\n</html>\n").toString();
  }

  private void character(int c) {
    switch (c) {
      case '<' -> html.append("&lt;");
      case '>' -> html.append("&gt;");
      case '&' -> html.append("&amp;");
      case '"' -> html.append("&quot;");
      case '\t', '\n' -> html.append((char) c);
      // A bare one would be read as a line break and lost.
      case '\r' -> html.append("&#13;");
      default -> html.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
    }
  }

  // The characters of XML 1.0, less the controls that HTML forbids.
  private static boolean isAllowed(int c) {
    return c >= 0x20 && c < 0x7F
        || c >= 0xA0 && c <= 0xD7FF
        || c >= 0xE000 && c <= 0xFFFD
        || c >= 0x10000;
  }
}
