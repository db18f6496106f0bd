package com.example.consumer;

/**
 * Uses the library as its users do. Ends with a line that starts with "ok"; anything else is a
 * failure.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws ReflectiveOperationException {
    Class<?> tokenizer = Class.forName("io.github.maque.tokenizer.Tokenizer");
    System.out.println("ok: found " + tokenizer.getName());
  }
}
