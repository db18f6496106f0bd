// Asks llama.cpp itself, through the npm package node-llama-cpp, what it makes of a GGUF file:
//
//     npm install node-llama-cpp
//     node ask_llama_cpp.mjs MODEL.gguf TEXTS.txt > answers.json
//     python check_gguf.py MODEL.gguf DIRECTORY TEXTS.txt answers.json
//
// For every line of the texts it writes the ids, the log-probabilities of all tokens behind each of
// the last ids, and the ids of a greedy continuation. Not part of the build.
import {readFileSync, writeFileSync} from "fs";
import {createRequire} from "module";
import {pathToFileURL} from "url";

const require = createRequire(process.cwd() + "/");
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(require.resolve("node-llama-cpp")));
const POSITIONS = 8;
const CONTINUATION = 24;

const [file, texts] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: file});
// In all of its precision: by default keys and values are F16, and so is attention.
const context = await model.createContext({
  contextSize: 256,
  threads: 1,
  experimentalKvCacheKeyType: "F32",
  experimentalKvCacheValueType: "F32",
  flashAttention: false,
});
const sequence = context.getSequence();
const size = model.fileInfo.metadata.tokenizer.ggml.tokens?.length ?? 0;
const answers = [];
for (const text of readFileSync(texts, "utf8").trimEnd().split("\n")) {
  const ids = Array.from(model.tokenize(text, false)).slice(0, 200);
  if (ids.length < POSITIONS) {
    answers.push({ids, logProbabilities: [], greedy: []});
    continue;
  }
  await sequence.clearHistory();
  const asked = ids.map((id, i) =>
    i < ids.length - POSITIONS ? id : [id, {generateNext: {probabilities: true}}]);
  const logProbabilities = [];
  for (const answer of await sequence.controlledEvaluate(asked)) {
    const probabilities = answer?.next?.probabilities;
    if (probabilities != null) {
      logProbabilities.push(
        Array.from({length: size}, (_, id) => Math.log(probabilities.get(id) ?? 0)));
    }
  }
  const greedy = [];
  await sequence.clearHistory();
  for await (const id of sequence.evaluate(ids, {temperature: 0, yieldEogToken: true})) {
    greedy.push(id);
    if (greedy.length === CONTINUATION) {
      break;
    }
  }
  answers.push({ids, logProbabilities, greedy});
}
writeFileSync(1, JSON.stringify(answers).replaceAll("null", "-Infinity"));
process.exit(0);
