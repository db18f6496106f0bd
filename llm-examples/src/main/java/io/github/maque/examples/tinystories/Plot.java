package io.github.maque.examples.tinystories;

import java.util.List;

/**
 * A course of events: who and what takes part, and what happens, beat by beat.
 *
 * @param title names the plot
 * @param features what every story of this plot has, such as a twist
 * @param parts who and what takes part, in the order of drawing
 * @param summaries sentences that each say what happens
 * @param beats what is told one after the other; each beat is one of several lines
 */
record Plot(
    String title,
    List<String> features,
    List<Part> parts,
    List<Template> summaries,
    List<List<Line>> beats) {

  /**
   * Somebody or something that takes part.
   *
   * @param name what templates call it
   * @param tables where it is drawn from: any row of any of them, but none that is taken already
   * @param subject whether a story may be asked for by this word
   */
  record Part(String name, List<String> tables, boolean subject) {}

  /**
   * A way to tell a beat.
   *
   * @param features what a story has that is told so, such as a moral
   */
  record Line(Template template, List<String> features) {}
}
