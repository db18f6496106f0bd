package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.AddedToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Learns a byte-pair encoding from text.
 *
 * <pre>{@code
 * BpeTraining training =
 *     BpeTrainer.byteLevel()
 *         .vocabularySize(6400)
 *         .preTokenizer(PreTokenPattern.CHINESE)
 *         .eos("<|endoftext|>")
 *         .train(TextSource.files(Path.of("stories.txt")));
 * TokenizerFiles.save(training.tokenizer(), Path.of("my-tokenizer"), TokenizerConfig.DEFAULT);
 * }</pre>
 *
 * <p>The result depends on the texts and the settings alone, not on the number of threads. Merges
 * of byte-level training are those of Hugging Face's {@code BpeTrainer} given the whole byte
 * alphabet, except that counts have 64 bits here.
 */
public final class BpeTrainer {
  private final BpeVocabulary.Alphabet alphabet;
  private int vocabularySize = 8192;
  private long minimumFrequency = 2;
  private int maximumTokenLength = Integer.MAX_VALUE;
  private double characterCoverage = 0.9995;
  private PreTokenizer preTokenizer = PreTokenPattern.CHINESE;
  private Normalizer normalizer = Normalizer.none();
  private final Set<String> specialTokens = new LinkedHashSet<>();
  private @Nullable String bos;
  private @Nullable String eos;
  private @Nullable String pad;
  private @Nullable String unk;
  private int threads = Runtime.getRuntime().availableProcessors();
  private long memoryLimit = Runtime.getRuntime().maxMemory() / 5 * 3;
  private TrainingProgress progress = (stage, done, total) -> {};
  private BooleanSupplier cancelled = () -> false;
  private long smallCorpus = MergeLearner.SMALL_CORPUS;

  private BpeTrainer(BpeVocabulary.Alphabet alphabet) {
    this.alphabet = alphabet;
  }

  /**
   * Returns a trainer for a vocabulary over bytes, which can spell any input: GPT-2's and most
   * later models' kind. Ids are the special tokens, then the 256 bytes, then the merged pieces.
   */
  public static BpeTrainer byteLevel() {
    return new BpeTrainer(BpeVocabulary.Alphabet.BYTES);
  }

  /**
   * Returns a trainer for a vocabulary over characters with byte fallback, as SentencePiece makes
   * it for Llama 2: a space in front of words is spelled {@code ▁}, and characters too rare for a
   * piece of their own are spelled as bytes. Ids are UNK, BOS, EOS and the other special tokens,
   * 256 bytes, the merged pieces, and the single characters by frequency.
   */
  public static BpeTrainer characterLevel() {
    BpeTrainer trainer = new BpeTrainer(BpeVocabulary.Alphabet.CHARACTERS);
    return trainer.unk("<unk>").bos("<s>").eos("</s>");
  }

  /** Sets how many pieces the vocabulary has in the end, all included; 8,192 if not set. */
  public BpeTrainer vocabularySize(int size) {
    vocabularySize = require("vocabularySize", size, 1, BpeVocabulary.MAX_SIZE);
    return this;
  }

  /** Sets how often a pair must occur to be merged; 2 if not set. */
  public BpeTrainer minimumFrequency(long frequency) {
    if (frequency < 0) {
      throw new IllegalArgumentException("minimumFrequency must not be negative, got " + frequency);
    }
    minimumFrequency = frequency;
    return this;
  }

  /**
   * Adds special tokens, in the order of their ids. Those that play a part need not be named here
   * again.
   */
  public BpeTrainer specialTokens(String... tokens) {
    return specialTokens(Arrays.asList(tokens));
  }

  /** Adds special tokens, in the order of their ids. */
  public BpeTrainer specialTokens(Collection<String> tokens) {
    tokens.forEach(this::addSpecial);
    return this;
  }

  /** Makes {@code token} a special token that begins a document. */
  public BpeTrainer bos(String token) {
    bos = addSpecial(token);
    return this;
  }

  /** Makes {@code token} a special token that ends a document. */
  public BpeTrainer eos(String token) {
    eos = addSpecial(token);
    return this;
  }

  /** Makes {@code token} a special token that fills batches. */
  public BpeTrainer pad(String token) {
    pad = addSpecial(token);
    return this;
  }

  /** Makes {@code token} a special token that stands for what cannot be spelled. */
  public BpeTrainer unk(String token) {
    unk = addSpecial(token);
    return this;
  }

  /**
   * Sets the length that merged pieces stay below, in bytes for a vocabulary over bytes and in
   * characters otherwise (Hugging Face's {@code max_token_length}); no limit if not set.
   */
  public BpeTrainer maximumTokenLength(int length) {
    maximumTokenLength = require("maximumTokenLength", length, 2, Integer.MAX_VALUE);
    return this;
  }

  /**
   * Sets which share of all characters in the text gets pieces of its own, the most frequent ones
   * first; the rest is spelled as bytes. For a vocabulary over characters only; 0.9995 if not set.
   */
  public BpeTrainer characterCoverage(double coverage) {
    if (!(coverage > 0 && coverage <= 1)) {
      throw new IllegalArgumentException(
          "characterCoverage must be above 0 and at most 1, got " + coverage);
    }
    if (alphabet == BpeVocabulary.Alphabet.BYTES) {
      throw new IllegalArgumentException(
          "characterCoverage is for characterLevel() only: bytes spell every character");
    }
    characterCoverage = coverage;
    return this;
  }

  /**
   * Sets how texts are split; {@link PreTokenPattern#CHINESE} if not set. A vocabulary over
   * characters is only learned with it: its tokenizer merges over whole texts, as SentencePiece
   * does.
   */
  public BpeTrainer preTokenizer(PreTokenizer splitter) {
    preTokenizer = splitter;
    return this;
  }

  /** Sets how texts are normalised, in training and by the tokenizer; not at all if not set. */
  public BpeTrainer normalizer(Normalizer normalizer) {
    this.normalizer = normalizer;
    return this;
  }

  /** Sets the number of threads; as many as there are processors if not set. */
  public BpeTrainer threads(int count) {
    threads = require("threads", count, 1, Integer.MAX_VALUE);
    return this;
  }

  /**
   * Sets how many bytes the distinct pre-tokens may take, now and as symbols; three fifths of the
   * largest heap if not set. Where they do not fit, the rarest are forgotten, and {@link
   * BpeTraining#prunedPreTokens} says how many.
   */
  public BpeTrainer memoryLimit(long bytes) {
    if (bytes < 1 << 20) {
      throw new IllegalArgumentException("memoryLimit must be at least 1 MiB, got " + bytes);
    }
    memoryLimit = bytes;
    return this;
  }

  /** Sets who hears of the progress. */
  public BpeTrainer progress(TrainingProgress listener) {
    progress = listener;
    return this;
  }

  /**
   * Sets a question asked between the steps of the work; once the answer is yes, training ends with
   * a {@link java.util.concurrent.CancellationException}. So does the interruption of the training
   * thread.
   */
  public BpeTrainer cancelWhen(BooleanSupplier question) {
    cancelled = question;
    return this;
  }

  /**
   * Sets from how many symbols on a corpus is read with falling thresholds, so that tests reach it.
   */
  BpeTrainer smallCorpus(long symbols) {
    smallCorpus = symbols;
    return this;
  }

  /**
   * Learns a vocabulary.
   *
   * @throws IOException if the texts cannot be read
   * @throws IllegalArgumentException if the vocabulary size leaves no room for the smallest pieces
   */
  public BpeTraining train(TextSource source) throws IOException {
    boolean characters = alphabet == BpeVocabulary.Alphabet.CHARACTERS;
    requireRoom(specialTokens.size() + 256, "special tokens and bytes");
    long start = System.nanoTime();
    WordCounter counter =
        new WordCounter(
            characters
                ? Normalizer.sequence(List.of(normalizer, Normalizer.prepend(" ")))
                : normalizer,
            preTokenizer,
            characters,
            threads,
            memoryLimit,
            SymbolArray.bytesPerSymbol(vocabularySize),
            progress,
            this::isCancelled);
    counter.count(source);
    long counted = System.nanoTime();
    long unique = counter.counts().size();
    Learned learned = characters ? learnCharacters(counter.counts()) : learnBytes(counter.counts());
    long merged = System.nanoTime();
    return new BpeTraining(
        learned.tokenizer(),
        counter.texts(),
        counter.characters(),
        counter.preTokens(),
        unique,
        counter.prunedWords(),
        counter.prunedOccurrences(),
        learned.merges(),
        Duration.ofNanos(counted - start),
        Duration.ofNanos(merged - counted));
  }

  private record Learned(BpeTokenizer tokenizer, int merges) {}

  private Learned learnBytes(WordCounts words) {
    // Hugging Face's trainer compares texts as they stand in the vocabulary file: a special token
    // that is spelled like a piece is that piece.
    List<byte[]> initial = new ArrayList<>();
    for (String special : specialTokens) {
      byte[] spelled = ByteAlphabet.read(special);
      initial.add(spelled == null ? new byte[0] : spelled);
    }
    int[] symbolOfByte = new int[256];
    for (int value : bytesByCharacter()) {
      int special = indexOfSpecial(String.valueOf(ByteAlphabet.characterOf(value)));
      symbolOfByte[value] = special >= 0 ? special : initial.size();
      if (special < 0) {
        initial.add(new byte[] {(byte) value});
      }
    }
    MergeLearner learner =
        learnMerges(words, new InitialSymbols.Bytes(symbolOfByte), initial, vocabularySize);

    BpeVocabulary.Builder vocabulary = BpeVocabulary.byteLevel();
    Set<Integer> reached = new HashSet<>(learner.merges().values());
    Arrays.stream(symbolOfByte).forEach(reached::add);
    int id = 0;
    for (String special : specialTokens) {
      if (!reached.contains(id)) {
        vocabulary.decodeOnlyPiece(id, special.getBytes(StandardCharsets.UTF_8));
      } else {
        vocabulary.piece(id, initial.get(id));
      }
      id++;
    }
    for (; id < learner.pieces().size(); id++) {
      vocabulary.piece(id, learner.pieces().get(id));
    }
    for (long pair : learner.merges().keySet()) {
      vocabulary.merge(ActivePairs.left(pair), ActivePairs.right(pair));
    }
    if (unk != null) {
      vocabulary.unk(indexOfSpecial(unk));
    }
    return new Learned(
        tokenizer(vocabulary.build()).normalizer(normalizer).preTokenizer(preTokenizer).build(),
        learner.merges().size());
  }

  /** The bytes in the order of the characters that stand for them. */
  private static int[] bytesByCharacter() {
    int[] bytes = new int[256];
    int count = 0;
    for (char c = 0; count < 256; c++) {
      if (ByteAlphabet.byteOf(c) >= 0) {
        bytes[count++] = ByteAlphabet.byteOf(c);
      }
    }
    return bytes;
  }

  private Learned learnCharacters(WordCounts words) {
    CharacterAlphabet characters = CharacterAlphabet.of(words, characterCoverage);
    int fixed = specialTokens.size() + 256;
    requireRoom(
        fixed + characters.size(),
        "special tokens, bytes and characters (a lower characterCoverage takes fewer)");
    List<byte[]> initial = new ArrayList<>();
    for (int symbol = 0; symbol < characters.size(); symbol++) {
      initial.add(characters.utf8(symbol));
    }
    MergeLearner learner = learnMerges(words, characters, initial, vocabularySize - fixed);

    BpeVocabulary.Builder vocabulary = BpeVocabulary.characterLevel().byteFallback(true);
    int id = 0;
    for (String special : specialTokens) {
      vocabulary.decodeOnlyPiece(id++, special.getBytes(StandardCharsets.UTF_8));
    }
    for (int value = 0; value < 256; value++) {
      vocabulary.bytePiece(id++, value);
    }
    int[] ranks = new int[fixed + learner.pieces().size()];
    Arrays.fill(ranks, -1);
    for (int i = characters.size(); i < learner.pieces().size(); i++) {
      ranks[id] = i - characters.size();
      vocabulary.piece(id++, learner.pieces().get(i));
    }
    for (int symbol : characters.byFrequency()) {
      vocabulary.piece(id++, characters.utf8(symbol));
    }
    vocabulary.ranks(ranks);
    if (unk != null) {
      vocabulary.unk(indexOfSpecial(unk));
    }
    return new Learned(
        tokenizer(vocabulary.build())
            .normalizer(
                Normalizer.sequence(
                    List.of(normalizer, Normalizer.prepend("▁"), Normalizer.replace(" ", "▁"))))
            .decodesMetaspace(true)
            .stripsLeadingSpace(true)
            .build(),
        learner.merges().size());
  }

  private MergeLearner learnMerges(
      WordCounts words, InitialSymbols symbols, List<byte[]> initial, int size) {
    // One thread may hold 2^31 places at most.
    long places = words.utf8Length() + words.size();
    int shards = (int) Math.min(WordCounts.PARTITIONS, Math.max(threads, places >> 30));
    List<CorpusShard> corpus = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      corpus.add(CorpusShard.take(words, s, shards, symbols, Math.max(size, initial.size())));
    }
    try (ShardTeam team = new ShardTeam(corpus)) {
      MergeLearner learner =
          new MergeLearner(
              team, initial, size, Math.max(1, minimumFrequency), maximumTokenLength, smallCorpus);
      learner.learn(progress, this::isCancelled);
      return learner;
    }
  }

  private BpeTokenizer.Builder tokenizer(BpeVocabulary vocabulary) {
    List<AddedToken> added = new ArrayList<>();
    for (String special : specialTokens) {
      added.add(AddedToken.special(added.size(), special));
    }
    BpeTokenizer.Builder builder = BpeTokenizer.builder(vocabulary).addedTokens(added);
    if (bos != null) {
      builder.bos(indexOfSpecial(bos));
    }
    if (eos != null) {
      builder.eos(indexOfSpecial(eos));
    }
    if (pad != null) {
      builder.pad(indexOfSpecial(pad));
    }
    return builder;
  }

  private int indexOfSpecial(String token) {
    return List.copyOf(specialTokens).indexOf(token);
  }

  private String addSpecial(String token) {
    if (token.isEmpty()) {
      throw new IllegalArgumentException("a special token must not be empty");
    }
    specialTokens.add(token);
    return token;
  }

  private boolean isCancelled() {
    return cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
  }

  private void requireRoom(int needed, String what) {
    if (vocabularySize < needed) {
      throw new IllegalArgumentException(
          "vocabularySize must be at least "
              + needed
              + " to hold the "
              + what
              + ", got "
              + vocabularySize);
    }
  }

  private static int require(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be in " + least + "…" + most + ", got " + value);
    }
    return value;
  }
}
