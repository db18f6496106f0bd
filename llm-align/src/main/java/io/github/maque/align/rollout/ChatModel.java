package io.github.maque.align.rollout;

import io.github.maque.align.internal.ModelFingerprint;
import io.github.maque.model.Decoder;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A decoder with all that it takes to have a conversation with it.
 *
 * @param decoder the decoder, which stays the caller's to close
 * @param tokenizer the tokenizer that it was trained with
 * @param template how conversations are laid out for it
 */
public record ChatModel(Decoder decoder, Tokenizer tokenizer, ChatTemplate template) {

  /**
   * Checks that the parts go together.
   *
   * @throws IllegalArgumentException if the tokenizer lacks special tokens of the template, or has
   *     more ids than the decoder
   */
  public ChatModel {
    template.checkVocabulary(tokenizer);
    int most = decoder.config().vocabularySize();
    if (tokenizer.vocabularySize() > most) {
      throw new IllegalArgumentException(
          "tokenizer must have at most the decoder's "
              + most
              + " ids, got "
              + tokenizer.vocabularySize());
    }
  }

  /**
   * Returns for each prompt what asks for its answers. Each request has the template's stop ids,
   * and a seed that is made of the options' seed, the messages and the number of the answer: so
   * different prompts do not get the same draws, and neither their order nor what else is asked
   * changes an answer.
   *
   * @param prompts conversations that end with a message of the user's
   * @param answers how many each is to get
   * @throws IllegalArgumentException if the template does not take a prompt, or it has more tokens
   *     than the decoder's context and the options do not make it shorter; names its number
   */
  public List<List<GenerationRequest>> requests(
      List<List<ChatMessage>> prompts, GenerationOptions options, int answers) {
    GenerationOptions stopping = options.toBuilder().stopIds(template.stopIds(tokenizer)).build();
    List<List<GenerationRequest>> requests = new ArrayList<>();
    for (List<ChatMessage> prompt : prompts) {
      int[] ids = encode(requests.size(), prompt, options);
      requests.add(
          IntStream.range(0, answers)
              .mapToLong(number -> seed(options, prompt, number))
              .mapToObj(seed -> new GenerationRequest(ids, stopping.withSeed(seed)))
              .toList());
    }
    return requests;
  }

  private int[] encode(int number, List<ChatMessage> prompt, GenerationOptions options) {
    int[] ids;
    try {
      ids = template.encodePrompt(tokenizer, prompt).ids();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("prompt " + number + ": " + e.getMessage(), e);
    }
    int most = decoder.config().contextLength();
    boolean cut = options.beyondContext() instanceof BeyondContext.Slide;
    if (ids.length == 0 || ids.length > most && !cut) {
      throw new IllegalArgumentException(
          String.format(
              "prompt %d must have from 1 to %d tokens, the context length, got %d",
              number, most, ids.length));
    }
    return ids;
  }

  private static long seed(GenerationOptions options, List<ChatMessage> prompt, int number) {
    return new Fingerprint("maque rollout seed 1")
        .add(options.seed())
        .add(prompt)
        .add(number)
        .bits();
  }

  /**
   * Returns 64 hexadecimal digits that are the same for models that answer alike: the SHA-256 of
   * the decoder's configuration, precision, weights and low-rank updates as they are now, of the
   * tokenizer and of the template. Reads all weights.
   *
   * @throws IllegalArgumentException if the tokenizer has no {@linkplain TokenizerFiles#fingerprint
   *     fingerprint}, or the decoder has blocks of a user's, of which only the weights are known
   */
  public String fingerprint() {
    return new Fingerprint("maque chat model 1")
        .add(ModelFingerprint.of(decoder))
        .add(TokenizerFiles.fingerprint(tokenizer))
        .add(template.jinja())
        .hex();
  }
}
