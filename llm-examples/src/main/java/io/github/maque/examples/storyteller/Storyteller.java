package io.github.maque.examples.storyteller;

import io.github.maque.align.rollout.Rollout;
import io.github.maque.data.clean.CleaningReport;
import io.github.maque.data.shard.DatasetBuilder;
import io.github.maque.data.shard.Manifest;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.examples.Unfinished;
import io.github.maque.examples.align.EvaluationJob;
import io.github.maque.examples.align.FineTuneConfig;
import io.github.maque.examples.align.FineTuneJob;
import io.github.maque.examples.align.PreferenceConfig;
import io.github.maque.examples.align.PreferenceJob;
import io.github.maque.examples.align.RolloutJob;
import io.github.maque.examples.align.RolloutScore;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.ModelSource;
import io.github.maque.examples.pretrain.DataSettings;
import io.github.maque.examples.pretrain.DataTokenizer;
import io.github.maque.examples.pretrain.PretrainConfig;
import io.github.maque.examples.pretrain.Pretraining;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.model.format.GgufTensorType;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.WeightType;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.BpeTraining;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.format.AtomicFile;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import io.github.maque.train.Resume;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From stories to an aligned model, stage by stage. What is done is not done again, and what was
 * interrupted, by whatever, goes on where it was and makes the same.
 *
 * <pre>{@code
 * StorytellerConfig config = StorytellerConfig.read("quick", Map.of());
 * boolean finished = new Storyteller(config, Path.of("runs/tinystories"), view).run(Optional.empty());
 * }</pre>
 */
public final class Storyteller {
  private static final String END = "<|endoftext|>";
  private static final String VALIDATION = "validation";
  private static final String MODEL_FILE = "model.safetensors";
  private static final long SHARD_BYTES = 5_000_000_000L;

  private final StorytellerConfig config;
  private final StoryFiles files;
  private final StoryData data;
  private final StageView view;

  /**
   * Creates a job.
   *
   * @param directory where all is kept; what other settings made there is never gone on with
   * @param view sees how it goes
   * @throws IllegalArgumentException if settings do not go together
   */
  public Storyteller(StorytellerConfig config, Path directory, StageView view) {
    this.config = config;
    // A run remembers where its model is, whatever directory it is gone on with from.
    files = new StoryFiles(directory.toAbsolutePath().normalize());
    data = new StoryData(config, files);
    this.view = view;
  }

  /** Returns where everything is. */
  public StoryFiles files() {
    return files;
  }

  /** Returns what each stage has made that is done. */
  public Map<Stage, StageRecord> records() throws IOException {
    return StageLedger.open(files).records();
  }

  /**
   * Returns what was learnt, once all is done.
   *
   * @throws IOException if a file is missing or damaged
   */
  public Learned learned() throws IOException {
    return Learned.read(files, data.trainingTexts());
  }

  /**
   * Does what is left to do.
   *
   * @param from the first stage that is done anew, with all behind it, even if it was done before
   * @return whether all is done; otherwise training was ended before its time, and saved
   * @throws IOException if a file cannot be read or written, or another process is at work there
   * @throws IllegalArgumentException if what is there was made with other settings
   */
  public boolean run(Optional<Stage> from) throws IOException {
    Files.createDirectories(files.root());
    try (FileChannel channel =
            FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel)) {
      if (lock == null) {
        throw new IOException(files.root() + ": another process is at work there");
      }
      StageLedger ledger = StageLedger.open(files);
      if (from.isPresent()) {
        ledger.forgetFrom(from.get());
      }
      for (Stage stage : Stage.values()) {
        if (!run(stage, ledger)) {
          return false;
        }
      }
      return true;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // by this very process
    }
  }

  private boolean run(Stage stage, StageLedger ledger) throws IOException {
    String settings = config.settings(stage);
    String key = ledger.key(stage, stage == Stage.CORPUS ? settings + data.describe() : settings);
    Optional<StageRecord> made = ledger.made(stage, key);
    if (made.isPresent()) {
      view.wasDone(stage, made.get());
      return true;
    }
    ledger.begin(stage, key);
    view.begins(stage);
    long start = System.nanoTime();
    Map<String, String> facts = new LinkedHashMap<>();
    Optional<List<Path>> result = work(stage, facts, ledger);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (result.isEmpty()) {
      ledger.interrupt(stage, seconds);
      return false;
    }
    view.ends(stage, ledger.finish(stage, seconds, facts, result.get()));
    return true;
  }

  /** Does a stage; returns the files that it made, or nothing if it was ended before its time. */
  private Optional<List<Path>> work(Stage stage, Map<String, String> facts, StageLedger ledger)
      throws IOException {
    return switch (stage) {
      case CORPUS -> Optional.of(makeCorpus());
      case TOKENIZER -> Optional.of(learnVocabulary(facts));
      case DATA -> Optional.of(prepareData(facts));
      case PRETRAIN -> pretrain(facts);
      case SFT -> fineTune(facts);
      case ROLLOUT -> Optional.of(rollOut(facts));
      case DPO -> learnPreferences(facts);
      case EVALUATE -> Optional.of(evaluate());
      case EXPORT -> Optional.of(export(facts));
      case REPORT -> Optional.of(report(ledger));
    };
  }

  private List<Path> makeCorpus() throws IOException {
    data.make();
    return data.made();
  }

  private List<Path> learnVocabulary(Map<String, String> facts) throws IOException {
    BpeTrainer trainer =
        BpeTrainer.byteLevel()
            .vocabularySize(config.vocabulary().size())
            .preTokenizer(PreTokenPattern.CHINESE)
            .eos(END)
            .pad(END)
            .specialTokens(ChatTemplate.chatMl().specialTokens());
    config.vocabulary().maximumTokenLength().ifPresent(trainer::maximumTokenLength);
    BpeTraining training =
        trainer
            .progress((stage, done, total) -> view.advances("Learning words", done, total, ""))
            .train(data.texts());
    TokenizerFiles.save(
        training.tokenizer(),
        files.tokenizer(),
        TokenizerConfig.builder().chatTemplate(ChatTemplate.chatMl().jinja()).build());
    facts.put("tokens", count(training.tokenizer().vocabularySize()));
    facts.put("learnt from", count(training.characters()) + " characters");
    return List.of(files.tokenizer().resolve("tokenizer.json"));
  }

  private List<Path> prepareData(Map<String, String> facts) throws IOException {
    Tokenizer tokenizer = TokenizerFiles.load(files.tokenizer());
    Manifest manifest =
        DatasetBuilder.from(data.stories())
            .cleaning(data.cleaning(config.exam().heldOut()))
            .tokenizer(tokenizer)
            .split(Split.none().holdOut(VALIDATION, config.validationShare()))
            .progress((stage, done, total) -> view.advances("Preparing", done, total, ""))
            .build(files.data());
    DataTokenizer.keep(tokenizer, files.tokenizer(), files.data());
    CleaningReport cleaning = manifest.cleaning(files.data());
    String report = cleaning.toText();
    AtomicFile.write(files.cleaning(), out -> out.write(report.getBytes(StandardCharsets.UTF_8)));
    TokenDataset training = TokenDataset.open(files.data(), Split.TRAIN);
    facts.put("stories", count(training.documents()));
    facts.put("left out", count(cleaning.droppedDocuments()));
    facts.put("tokens", count(training.tokens()));
    return shards(manifest);
  }

  /**
   * Returns the files of tokens. The manifest is none of them: it names the files that were read.
   */
  private List<Path> shards(Manifest manifest) {
    return manifest.splits().values().stream()
        .flatMap(List::stream)
        .map(shard -> files.data().resolve(shard.name() + ".bin"))
        .toList();
  }

  private Optional<List<Path>> pretrain(Map<String, String> facts) throws IOException {
    DataSettings given = config.pretraining().data();
    PretrainConfig settings =
        config
            .pretraining()
            .withData(
                new DataSettings(
                    Optional.of(files.data()),
                    Optional.empty(),
                    given.sequenceLength(),
                    given.documentMask()));
    RunResult result;
    Optional<RunResult> before = Pretraining.complete(settings, files.pretrained());
    if (before.isPresent()) {
      result = before.get();
    } else {
      try (Pretraining pretraining = Pretraining.open(settings)) {
        facts.put("parameters", count(pretraining.decoder().config().parameters()));
        result =
            RunResult.of(
                view.train(
                    pretraining.trainer().directory(files.pretrained()).resume(Resume.auto())));
      }
    }
    return trained(result, facts);
  }

  private Optional<List<Path>> fineTune(Map<String, String> facts) throws IOException {
    FineTuneConfig settings =
        config.fineTuning().with(files.pretrained(), data.instructionFiles(), files.data());
    Optional<RunResult> before = FineTuneJob.complete(settings, files.sft());
    if (before.isPresent()) {
      return trained(before.get(), facts);
    }
    try (FineTuneJob job = FineTuneJob.open(settings, files.sft(), view.weights("Loading"))) {
      facts.put("dialogues", count(job.data().report().dialogues()));
      return trained(job.result(view.train(job.trainer())), facts);
    }
  }

  private List<Path> rollOut(Map<String, String> facts) throws IOException {
    RolloutSettings settings = config.rollout();
    RolloutJob job =
        new RolloutJob(
            ModelDirectory.find(files.sft(), null),
            precision(),
            data.questions(),
            settings.questions(),
            RolloutJob.Choice.BEST,
            RolloutScore.CONSTRAINTS,
            settings.margin(),
            settings.unfinished(),
            files.preferences());
    Rollout rollout =
        Rollout.builder(settings.answer().options(config.corpus().seed()))
            .samples(settings.samples())
            .slots(settings.slots())
            .cache(files.answers())
            .listener(view::answers)
            .build();
    RolloutJob.Result result = job.run(rollout, view.weights("Loading"));
    facts.put("pairs", count(result.preferences().preferences().size()));
    facts.put("left out", result.leftOutText());
    return List.of(files.preferences());
  }

  private Optional<List<Path>> learnPreferences(Map<String, String> facts) throws IOException {
    PreferenceConfig settings = config.preferences().with(files.sft(), files.preferences());
    Optional<RunResult> before = PreferenceJob.complete(settings, files.dpo());
    if (before.isPresent()) {
      return trained(before.get(), facts);
    }
    try (PreferenceJob job = PreferenceJob.open(settings, files.dpo(), view.weights("Loading"))) {
      return trained(job.result(view.train(job.trainer())), facts);
    }
  }

  /** Returns the weights of the model that a training has made, unless it is to go on. */
  private static Optional<List<Path>> trained(RunResult result, Map<String, String> facts) {
    if (!result.isComplete()) {
      return Optional.empty();
    }
    if (!result.endedEarly().isEmpty()) {
      facts.put("ended early", result.endedEarly());
    }
    result
        .training()
        .history()
        .best()
        .ifPresent(
            best -> facts.put("validation loss", String.format(Locale.ROOT, "%.4f", best.loss())));
    List<Path> made = new ArrayList<>();
    result.model().ifPresent(model -> made.add(model.resolve(MODEL_FILE)));
    return Optional.of(made);
  }

  private List<Path> evaluate() throws IOException {
    ExamSettings exam = config.exam();
    Map<String, ModelDirectory> models = new LinkedHashMap<>();
    models.put(Learned.PRETRAINED, ModelDirectory.find(files.pretrained(), null));
    models.put(Learned.SFT, ModelDirectory.find(files.sft(), null));
    models.put(Learned.DPO, ModelDirectory.find(last(), null));
    EvaluationJob job =
        new EvaluationJob(
            models,
            precision(),
            data.heldOut(),
            exam.prompts(),
            exam.heldOut(),
            Optional.of(data.trainingTexts()),
            Optional.of(files.evaluation()));
    Rollout rollout =
        Rollout.builder(exam.answer().options(config.corpus().seed()))
            .slots(config.rollout().slots())
            .listener(view::answers)
            .build();
    job.run(rollout, view.weights("Loading"));
    return List.of(files.evaluation().resolve("evaluation.json"));
  }

  /** Returns the run of the model that has learnt most: preferences may have made none. */
  private Path last() throws IOException {
    return ModelDirectory.best(files.dpo()).isPresent() ? files.dpo() : files.sft();
  }

  private List<Path> export(Map<String, String> facts) throws IOException {
    Path fresh = Unfinished.beside(files.export());
    Path model = ModelDirectory.resolve(last());
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(model)) {
      ModelSource source = ModelSource.of(directory).reportingTo(view.weights("Writing"));
      Files.createDirectory(fresh);
      source
          .huggingFace(WeightType.FLOAT32, SHARD_BYTES)
          .write(fresh.resolve(files.huggingFace().getFileName()));
      source
          .gguf(GgufTensorType.F16, "maque storyteller")
          .write(fresh.resolve(files.gguf().getFileName()));
    }
    Unfinished.delete(files.export());
    Files.move(fresh, files.export());
    Unfinished.keep(fresh);
    facts.put("from", files.root().relativize(model).toString());
    return List.of(files.huggingFace().resolve(MODEL_FILE), files.gguf());
  }

  private List<Path> report(StageLedger ledger) throws IOException {
    StoryReport.write(files.report(), learned(), ledger.records(), files);
    return List.of(files.report());
  }

  private Precision precision() {
    return config.fineTuning().engine().precision();
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
