package io.github.maque.data.clean;

import java.lang.Character.UnicodeScript;

/** Han characters. */
final class HanScript {
  private HanScript() {}

  /** Returns the share of them among the letters and digits of {@code text}. */
  static double share(String text) {
    long han = 0;
    long others = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (isHan(c)) {
        han++;
      } else if (Character.isLetterOrDigit(c)) {
        others++;
      }
      i += Character.charCount(c);
    }
    return han == 0 ? 0 : (double) han / (han + others);
  }

  private static boolean isHan(int c) {
    return c >= 0x4E00 && c < 0xA000 // nearly all there are in a text
        || c >= 0x2E80 && UnicodeScript.of(c) == UnicodeScript.HAN
        || c >= 0x20000 && c < 0x40000; // those too that are newer than the JDK
  }
}
