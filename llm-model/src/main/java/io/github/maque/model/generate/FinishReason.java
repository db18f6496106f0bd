package io.github.maque.model.generate;

/** Why a sequence ended. */
public enum FinishReason {
  /** The last token is one of {@link GenerationOptions#stopIds}. */
  STOP_ID,
  /** The text came to one of {@link GenerationOptions#stopStrings}. */
  STOP_STRING,
  /** There are {@link GenerationOptions#maxNewTokens} new tokens. */
  LENGTH,
  /** The context is full and {@link BeyondContext.Stop} was asked for. */
  CONTEXT,
  /** It was cancelled by a {@link Cancellation}. */
  CANCELLED
}
