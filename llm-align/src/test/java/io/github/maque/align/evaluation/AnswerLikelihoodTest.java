package io.github.maque.align.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.TinyChat;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AnswerLikelihoodTest {
  private static NDManager manager;
  private static Decoder decoder;

  @BeforeAll
  static void createDecoder() {
    manager = NDManager.newBaseManager("PyTorch");
    decoder = TinyChat.decoder(manager, 1);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  @Test
  void packedDialoguesAreAsLikelyAsOneByOne() {
    SplittableRandom random = new SplittableRandom(1);
    List<EncodedDialogue> dialogues = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int length = i == 0 ? TinyChat.CONTEXT : 1 + random.nextInt(60);
      int[] ids = random.ints(length, 0, TinyChat.TOKENIZER.vocabularySize()).toArray();
      boolean[] learned = new boolean[length];
      for (int place = 0; place < length; place++) {
        learned[place] = random.nextInt(3) > 0;
      }
      dialogues.add(new EncodedDialogue(ids, learned));
    }
    List<AnswerLikelihood> likelihoods = AnswerLikelihood.of(decoder, dialogues);
    for (int i = 0; i < dialogues.size(); i++) {
      AnswerLikelihood expected = naive(decoder, dialogues.get(i));
      assertThat(likelihoods.get(i).tokens()).isEqualTo(expected.tokens());
      assertThat(likelihoods.get(i).logProbability())
          .isCloseTo(
              expected.logProbability(), within(1e-5 * (1 + Math.abs(expected.logProbability()))));
    }
  }

  /** One token after the other, with a softmax in double precision. */
  static AnswerLikelihood naive(Decoder decoder, EncodedDialogue dialogue) {
    try (NDManager scope = decoder.manager().newSubManager()) {
      float[] logits =
          decoder
              .logits(scope, DecoderInput.of(scope, new int[][] {dialogue.ids()}))
              .toFloatArray();
      int vocabulary = decoder.config().vocabularySize();
      double sum = 0;
      int tokens = 0;
      for (int place = 1; place < dialogue.size(); place++) {
        if (dialogue.learned()[place]) {
          int row = (place - 1) * vocabulary;
          double exponentials = 0;
          for (int id = 0; id < vocabulary; id++) {
            exponentials += Math.exp(logits[row + id]);
          }
          sum += logits[row + dialogue.ids()[place]] - Math.log(exponentials);
          tokens++;
        }
      }
      return new AnswerLikelihood(sum, tokens);
    }
  }

  @Test
  void dialoguesThatDoNotFitAreNamed() {
    EncodedDialogue good = new EncodedDialogue(new int[3], new boolean[3]);
    EncodedDialogue bad = new EncodedDialogue(new int[97], new boolean[97]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerLikelihood.of(decoder, List.of(good, bad)))
        .withMessage("dialogue 1 must have at most 96 tokens, the context length, got 97");
    EncodedDialogue empty = new EncodedDialogue(new int[0], new boolean[0]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerLikelihood.of(decoder, List.of(good, empty)))
        .withMessageContaining("sample 1");
  }

  @Test
  void nothingLearntIsCertain() {
    EncodedDialogue silent = new EncodedDialogue(new int[3], new boolean[3]);
    assertThat(AnswerLikelihood.of(decoder, List.of(silent)))
        .containsExactly(new AnswerLikelihood(0, 0));
    assertThat(AnswerLikelihood.of(decoder, List.of())).isEmpty();
  }
}
