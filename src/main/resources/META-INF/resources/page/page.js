import { baseModel, chat, generate } from "./api.js";
import { bars } from "./bars.js";
import { kept, modes } from "./chats.js";
import { decisions } from "./decisions.js";
import { definition, figures, gallery, task as shippedTask } from "./gallery.js";
import { asCurl, asPython } from "./snippets.js";
import { watchTuning } from "./tuning.js";

const MOST_INPUTS = 8;
/** What one way of answering may be refused with, and another not. */
const PASSED_OVER = [400, 429, 504];
const PHASES = ["fingerprint", "generate", "apply", "tune", "prompt", "decode"];
const SERVED = {
  adapter: "An adapter, the description alone in the prompt",
  adapter_examples: "The shared adapter, your examples in the prompt",
  tuned: "The tuned adapter, and where it was not sure, the shared adapter with your examples too",
  examples: "The base model, your examples in the prompt",
  plain: "The base model, the description alone in the prompt",
};

const HEAD = "A head, which learned the labels from what the model makes of your examples";

const at = (id) => document.getElementById(id);
const form = at("task");
let running = null;
let last = null;

/** So that each has another name, whatever was taken away. */
function numberExamples() {
  for (const [index, row] of [...at("examples").children].entries()) {
    for (const field of row.querySelectorAll("input")) field.ariaLabel = `Example ${index + 1}, ${field.dataset.part}`;
    row.querySelector("button").ariaLabel = `Remove example ${index + 1}`;
  }
}

function addExample(example = { input: "", output: "" }) {
  const row = document.createElement("div");
  row.className = "example";
  for (const part of ["input", "output"]) {
    const field = document.createElement("input");
    field.value = example[part];
    field.dataset.part = part;
    field.placeholder = part;
    row.append(field);
  }
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "✕";
  remove.addEventListener("click", () => {
    row.remove();
    numberExamples();
    at("add-example").focus();
  });
  row.append(remove);
  at("examples").append(row);
  numberExamples();
  return row;
}

function readTask() {
  const part = (row, name) => row.querySelector(`[data-part=${name}]`).value;
  const examples = [...at("examples").children]
    .map((row) => ({ input: part(row, "input"), output: part(row, "output") }))
    .filter((example) => example.input || example.output);
  return { description: at("description").value.trim(), examples };
}

function readInputs() {
  return at("inputs")
    .value.split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Undefined for none. */
function readLabels() {
  const labels = at("labels")
    .value.split(",")
    .map((label) => label.trim())
    .filter(Boolean);
  return labels.length > 0 ? labels : undefined;
}

/** Undefined for none, null for what is no JSON. */
function readSchema() {
  const text = at("schema").value.trim();
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return null;
  }
}

/** What is wrong with the form, and where; nothing if it can be sent. */
function complaint(task, inputs, schema) {
  if (!task.description && task.examples.length === 0) {
    return ["description", "Say what to do, or give at least one example."];
  }
  if (task.examples.some((example) => !example.input || !example.output)) {
    return ["examples", "An example needs both its input and its output."];
  }
  if (inputs.length === 0) return ["inputs", "Give at least one input to answer."];
  if (inputs.length > MOST_INPUTS) return ["inputs", `That is more than ${MOST_INPUTS} inputs.`];
  if (schema === null) return ["schema", "The schema is no JSON."];
  return null;
}

function show(message) {
  at("error").textContent = message;
  at("error").hidden = !message;
}

function emptyAnswers(inputs) {
  const rows = inputs.map((input) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = input;
    row.append(head);
    for (const column of [...modes.map((mode) => mode.name), "auto"]) {
      const cell = document.createElement("td");
      cell.dataset.column = column;
      row.append(cell);
    }
    return row;
  });
  at("answers").tBodies[0].replaceChildren(...rows);
  return rows;
}

async function ask(task, inputs, type, signal) {
  const rows = emptyAnswers(inputs);
  at("measured").hidden = true;
  at("tuning").hidden = true;
  at("decisions").hidden = true;
  at("results").hidden = false;
  at("results-title").focus();
  const model = await baseModel(signal);
  const body = { task, inputs, mode: "auto", max_tokens: 64, ...type };
  const cells = rows.map((row) => row.cells[row.cells.length - 1]);
  // Labels are learned without it where the examples tell them apart.
  if (task.examples.length > 0 && !type.labels) await tune(body, cells, signal);
  at("status").textContent = "Asking in mode auto";
  const reply = await generate(body, signal);
  for (const [index, cell] of cells.entries()) cell.prepend(answer(reply, index));
  measured(reply, body, model);
  // One after the other: the function does one thing at a time, and so the reader can follow.
  for (const [index, input] of inputs.entries()) {
    for (const [column, mode] of modes.entries()) {
      const cell = rows[index].cells[column + 1];
      if (mode.needsExamples && task.examples.length === 0) {
        cell.textContent = "–";
        continue;
      }
      at("status").textContent = `Input ${index + 1} of ${inputs.length}: ${mode.name}`;
      const body = { ...mode.chat(model, task, input), ...kept(type) };
      const refused = await unlessRefused(chat(body, (piece) => (cell.textContent += piece), signal));
      if (refused) cell.append(hint(refused));
      if (!cell.textContent) cell.textContent = "(an empty answer)";
    }
  }
  at("status").textContent = "Done.";
}

/** First, so that its loss is seen falling: mode auto would tune by itself. */
async function tune(body, cells, signal) {
  at("status").textContent = "Asking the generated adapter, before it is tuned";
  await unlessRefused(showBefore(body, cells, signal));
  at("status").textContent = "Tuning on your examples";
  const say = (sentence) => (at("status").textContent = sentence);
  at("tuning").hidden = Boolean(await unlessRefused(watchTuning(body.task, say, signal)));
}

async function showBefore(body, cells, signal) {
  const generated = await generate({ ...body, mode: "adapter" }, signal);
  for (const [index, cell] of cells.entries()) cell.append(before(answer(generated, index)));
}

/**
 * Not every function generates adapters, or tunes them, or has time or room for it now; mode auto answers anyway, or says
 * what is wrong.
 *
 * @returns why it was refused; nothing if it was done
 */
async function unlessRefused(work) {
  try {
    await work;
    return undefined;
  } catch (failure) {
    if (PASSED_OVER.includes(failure.status)) return failure.message;
    throw failure;
  }
}

/** An answer, and of a label or JSON how sure it is. */
function answer(reply, index) {
  const share = reply.details?.[index].confidence;
  const sure = share === undefined ? "" : ` (${Math.round(100 * share)} %)`;
  return (reply.outputs[index] || reply.details?.[index].reason || "(an empty answer)") + sure;
}

function hint(text) {
  const line = document.createElement("span");
  line.className = "hint";
  line.textContent = text;
  return line;
}

/** What the adapter that tuning begins with answers. */
function before(output) {
  const line = hint(`before: ${output}`);
  line.classList.add("before");
  return line;
}

function measured(reply, body, model) {
  last = { body, model };
  const { served, confidence, weights } = reply.selection;
  const chance =
    confidence === undefined ? "" : ` An answer is right with a chance of about ${Math.round(100 * confidence)} %.`;
  at("served").textContent = `${weights ? head(weights) : SERVED[served]}.${chance}`;
  const tables = decisions(body.inputs, reply.details);
  at("decision-bars").replaceChildren(...tables);
  at("decisions").hidden = tables.length === 0;
  bars(
    at("timing"),
    PHASES.map((phase) => ({
      label: phase,
      value: reply.timing_ms[phase],
      text: `${reply.timing_ms[phase].toFixed(1)} ms`,
    })),
  );
  const id = reply.adapter?.id;
  at("adapter-id").textContent = id ?? "The base model served without an adapter.";
  at("download").hidden = !id;
  if (id) at("download").href = `adapters/${id}`;
  at("snippet").hidden = true;
  at("measured").hidden = false;
}

function head({ tuned }) {
  return tuned > 0 ? `${HEAD}, and beside it the tuned adapter` : HEAD;
}

/** Shows a snippet, and puts it into the clipboard where the browser lets the page do that. */
async function offer(snippet) {
  at("snippet").textContent = snippet;
  at("snippet").hidden = false;
  try {
    await navigator.clipboard.writeText(snippet);
    at("status").textContent = "Copied.";
  } catch {
    at("status").textContent = "Your browser keeps the clipboard from this page; copy the text from below.";
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (running) return;
  const task = readTask();
  const inputs = readInputs();
  const type = { labels: readLabels(), schema: readSchema() };
  const wrong = complaint(task, inputs, type.schema);
  show(wrong?.[1] ?? "");
  if (wrong) {
    (at(wrong[0]).querySelector("input") ?? at(wrong[0])).focus();
    return;
  }
  running = new AbortController();
  at("status").textContent = "";
  at("ask").disabled = true;
  at("stop").hidden = false;
  try {
    await ask(task, inputs, type, running.signal);
  } catch (failure) {
    at("status").textContent = failure.name === "AbortError" ? "Stopped." : "";
    if (failure.name !== "AbortError") show(failure.message);
  } finally {
    running = null;
    at("ask").disabled = false;
    at("stop").hidden = true;
  }
});

at("stop").addEventListener("click", () => running?.abort());
at("add-example").addEventListener("click", () => addExample().querySelector("input").focus());
at("copy-curl").addEventListener("click", () => offer(asCurl(location.origin, last.body)));
at("copy-python").addEventListener("click", () =>
  offer(asPython(location.origin, last.model, last.body)),
);

// Without it there are still the tasks that come with the page.
const galleryLoaded = gallery().catch(() => []);

at("shipped").addEventListener("change", async () => {
  const name = at("shipped").value;
  at("figures").hidden = true;
  show("");
  if (!name) return;
  try {
    await fill(name);
  } catch {
    show("The function did not give this task. Try again in a moment.");
  }
});

async function fill(name) {
  const found = (await galleryLoaded).find((one) => one.name === name);
  const { task, inputs, labels, schema } = await (found ? definition(found) : shippedTask(name));
  if (at("shipped").value !== name) return; // another one was chosen meanwhile
  at("description").value = task.description;
  at("examples").replaceChildren();
  task.examples.forEach(addExample);
  at("inputs").value = inputs.join("\n");
  at("labels").value = labels?.join(", ") ?? "";
  at("schema").value = schema ? JSON.stringify(schema) : "";
  at("figures").textContent = found ? figures(found) : "";
  at("figures").hidden = !found;
}

addExample();
at("gallery").append(...(await galleryLoaded).map(({ name }) => new Option(name.replaceAll("-", " "), name)));
