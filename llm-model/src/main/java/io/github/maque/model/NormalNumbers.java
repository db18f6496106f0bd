package io.github.maque.model;

/**
 * Endless numbers of the standard normal distribution, each a function of a seed, a name and its
 * place: 64 bits of the generator SplitMix64 (Steele, Lea and Flood, 2014) are the place in the
 * distribution, and its inverse (Wichura, algorithm AS 241, 1988) the number.
 *
 * <p>Every operation is one that Java defines to the bit, so all machines have the same numbers.
 */
final class NormalNumbers {
  private final long key;

  NormalNumbers(long seed, String name) {
    key = SplitMix64.key(seed, name);
  }

  /** Returns number {@code place}, within 8.3 of 0. */
  double get(long place) {
    // The middle of one of 2^52 equal parts of 0 to 1, less a half: exact, never -0.5 or 0.5.
    double centered =
        ((SplitMix64.mix(key + place * SplitMix64.GAMMA) >>> 12) + 0.5) * 0x1p-52 - 0.5;
    return inverseDistribution(centered);
  }

  /**
   * Returns the number below which a share of {@code 0.5 + centered} of the normal distribution
   * lies, to about 16 digits.
   */
  static double inverseDistribution(double centered) {
    if (Math.abs(centered) <= 0.425) {
      double r = 0.180625 - centered * centered;
      double numerator = 2509.0809287301227;
      numerator = numerator * r + 33430.57558358813;
      numerator = numerator * r + 67265.7709270087;
      numerator = numerator * r + 45921.95393154987;
      numerator = numerator * r + 13731.69376550946;
      numerator = numerator * r + 1971.5909503065513;
      numerator = numerator * r + 133.14166789178438;
      numerator = numerator * r + 3.3871328727963665;
      double denominator = 5226.495278852854;
      denominator = denominator * r + 28729.085735721943;
      denominator = denominator * r + 39307.89580009271;
      denominator = denominator * r + 21213.794301586597;
      denominator = denominator * r + 5394.196021424751;
      denominator = denominator * r + 687.1870074920579;
      denominator = denominator * r + 42.31333070160091;
      denominator = denominator * r + 1;
      return centered * numerator / denominator;
    }
    double magnitude = tail(Math.sqrt(-StrictMath.log(0.5 - Math.abs(centered))));
    return centered < 0 ? -magnitude : magnitude;
  }

  /** Returns the magnitude from the root of the negative logarithm of the share beyond it. */
  private static double tail(double root) {
    if (root <= 5) {
      double r = root - 1.6;
      double numerator = 0.0007745450142783414;
      numerator = numerator * r + 0.022723844989269184;
      numerator = numerator * r + 0.2417807251774506;
      numerator = numerator * r + 1.2704582524523684;
      numerator = numerator * r + 3.6478483247632045;
      numerator = numerator * r + 5.769497221460691;
      numerator = numerator * r + 4.630337846156546;
      numerator = numerator * r + 1.4234371107496835;
      double denominator = 1.0507500716444169e-9;
      denominator = denominator * r + 0.0005475938084995345;
      denominator = denominator * r + 0.015198666563616457;
      denominator = denominator * r + 0.14810397642748008;
      denominator = denominator * r + 0.6897673349851;
      denominator = denominator * r + 1.6763848301838038;
      denominator = denominator * r + 2.053191626637759;
      denominator = denominator * r + 1;
      return numerator / denominator;
    }
    double r = root - 5;
    double numerator = 2.0103343992922881e-7;
    numerator = numerator * r + 2.7115555687434876e-5;
    numerator = numerator * r + 0.0012426609473880784;
    numerator = numerator * r + 0.026532189526576124;
    numerator = numerator * r + 0.29656057182850487;
    numerator = numerator * r + 1.7848265399172913;
    numerator = numerator * r + 5.463784911164114;
    numerator = numerator * r + 6.657904643501103;
    double denominator = 2.0442631033899397e-15;
    denominator = denominator * r + 1.421511758316446e-7;
    denominator = denominator * r + 1.8463183175100548e-5;
    denominator = denominator * r + 0.0007868691311456133;
    denominator = denominator * r + 0.014875361290850615;
    denominator = denominator * r + 0.1369298809227358;
    denominator = denominator * r + 0.599832206555888;
    denominator = denominator * r + 1;
    return numerator / denominator;
  }
}
