// Functions that learn: the answers that a person corrects, what comes of that, and what was measured of their versions.
// Nothing of it is shown where the function keeps no inputs, or has no functions.

import { reach, send } from "./api.js";
import { plot, told } from "./versions.js";

/** One a label; the labels after these have buttons alone. */
const KEYS = "123456789abcdefghijklmnopqrstuvwxyz";
const MOST_TOLD = 10;

const at = (id) => document.getElementById(id);
const read = async (path) => (await reach(path)).json();
const ask = async (path, body) => (await send(path, body)).json();
const chosen = () => at("learner").value;

/** The answers to correct, and the place of the one that is shown. */
let doubts = [];
let place = 0;
let improving = false;

async function start() {
  const { functions } = await read("functions");
  if (functions.length === 0) return;
  // Refused where no inputs are kept, and to callers that may not read what others asked.
  await read(`functions/${functions[0].name}/unsure`);
  const html = await (await reach("page/learning.html")).text();
  const section = new DOMParser().parseFromString(html, "text/html").getElementById("learning");
  document.querySelector("main").append(section);
  at("learner").append(...functions.map(({ name }) => new Option(name)));
  at("learner").addEventListener("change", () => {
    at("improved").hidden = true;
    unlessRefused(show());
  });
  at("doubt").addEventListener("submit", (event) => {
    event.preventDefault();
    unlessRefused(correct(at("doubt-right").value));
  });
  at("doubt").addEventListener("keydown", key);
  at("doubt-back").addEventListener("click", () => go(-1));
  at("doubt-skip").addEventListener("click", () => go(1));
  at("improve").addEventListener("click", () => unlessRefused(improve()));
  await show();
  section.hidden = false;
}

async function unlessRefused(work) {
  at("learning-error").hidden = true;
  try {
    await work;
  } catch (failure) {
    at("learning-status").textContent = "";
    at("learning-error").textContent = failure.message;
    at("learning-error").hidden = false;
  }
}

/** Shows the function that is chosen. */
async function show() {
  const name = chosen();
  at("learning").ariaBusy = "true";
  try {
    await showFunction(name);
  } finally {
    if (chosen() === name) at("learning").ariaBusy = "false";
  }
}

async function showFunction(name) {
  const paths = ["", "/improvements", "/unsure"].map((path) => `functions/${name}${path}`);
  const [{ labels = [] }, { improvements }, { answers }] = await Promise.all(paths.map(read));
  if (chosen() !== name) return; // another one was chosen meanwhile
  plot(at("accuracy"), improvements);
  list(at("tried"), improvements.slice(0, MOST_TOLD).map(told));
  at("versions").hidden = improvements.length === 0;
  at("doubt-labels").replaceChildren(...labels.map(labelButton));
  for (const id of ["doubt-labels", "doubt-hint"]) at(id).hidden = labels.length === 0;
  at("doubt-text").hidden = labels.length > 0;
  begin(answers);
}

function list(element, sentences) {
  element.replaceChildren(
    ...sentences.map((sentence) => {
      const line = document.createElement("li");
      line.textContent = sentence;
      return line;
    }),
  );
}

function labelButton(label, index) {
  const button = document.createElement("button");
  button.type = "button";
  button.value = label;
  if (KEYS[index]) {
    const key = document.createElement("kbd");
    key.textContent = KEYS[index];
    key.ariaHidden = "true";
    button.setAttribute("aria-keyshortcuts", KEYS[index]);
    button.append(key);
  }
  button.append(label);
  button.addEventListener("click", () => unlessRefused(correct(label)));
  return button;
}

function begin(answers) {
  const hadFocus = at("doubt").contains(document.activeElement);
  doubts = answers;
  at("doubt").hidden = doubts.length === 0;
  at("no-doubts").hidden = doubts.length > 0;
  if (hadFocus && doubts.length === 0) at("doubt-title").focus();
  go(-place);
}

/** Goes on by some answers, or back. */
function go(step) {
  place = Math.max(0, Math.min(place + step, doubts.length - 1));
  const { input, output, confidence, said } = doubts[place] ?? {};
  const sure = confidence === undefined ? "" : ` (${Math.round(100 * confidence)} %)`;
  const now = said === undefined ? "" : ` You said: ${said}.`;
  at("doubt-input").textContent = input;
  at("doubt-output").textContent = `Answered: ${output ?? "nothing"}${sure}.${now}`;
  at("doubt-place").textContent = `${place + 1} of ${doubts.length}`;
  at("doubt-right").value = said ?? output ?? "";
  at("doubt-back").ariaDisabled = String(place === 0);
  at("doubt-skip").ariaDisabled = String(place === doubts.length - 1);
  for (const button of at("doubt-labels").children) button.classList.toggle("main", button.value === (said ?? output));
}

function key(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.target === at("doubt-right")) {
    if (event.key !== "Enter" || event.shiftKey) return;
    at("doubt").requestSubmit();
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    go(event.key === "ArrowLeft" ? -1 : 1);
  } else {
    const button = event.key.length === 1 && at("doubt-labels").children[KEYS.indexOf(event.key.toLowerCase())];
    if (!button) return;
    unlessRefused(correct(button.value));
  }
  event.preventDefault();
}

/** Goes on at once, and comes back if the function refuses this. */
async function correct(output) {
  const name = chosen();
  const doubt = doubts[place];
  const isLast = place === doubts.length - 1;
  doubt.said = output;
  go(1);
  try {
    const { feedback } = await ask(`functions/${name}/feedback`, { id: doubt.id, output });
    at("learning-status").textContent = `Saved: ${output}. There are ${feedback} pieces of feedback.`;
  } catch (failure) {
    doubt.said = undefined;
    if (doubts.includes(doubt)) {
      go(doubts.indexOf(doubt) - place);
      at("doubt-right").value = output;
    }
    throw failure;
  }
  if (!isLast) return;
  const { answers } = await read(`functions/${name}/unsure`);
  if (chosen() === name) begin(answers);
}

async function improve() {
  if (improving) return;
  const name = chosen();
  improving = true;
  at("improve").ariaDisabled = "true";
  at("learning-status").textContent = `Improving ${name}: that takes half a minute, or some minutes.`;
  try {
    const improvement = await ask(`functions/${name}/improve`, {});
    at("learning-status").textContent = "";
    await show();
    tell(name, improvement);
  } finally {
    improving = false;
    at("improve").ariaDisabled = "false";
  }
}

function tell(name, improvement) {
  const { from, version = from, changes = [] } = improvement;
  at("improved-title").textContent = `${name}@${version} ${version === from ? "still serves" : "serves now"}`;
  at("improved-told").textContent = told(improvement);
  const changed = { better: changes.filter(({ better }) => better), worse: changes.filter(({ better }) => !better) };
  for (const [id, all] of Object.entries(changed)) {
    list(
      at(id).querySelector("ul"),
      all.map(({ input, output, before = "nothing", after = "nothing" }) =>
        id === "better" ? `“${input}” → ${after}, before: ${before}` : `“${input}” → ${after}, where ${output} is right`,
      ),
    );
    at(id).hidden = all.length === 0;
  }
  at("improved").hidden = false;
  at("improved-title").focus();
}

// The page is whole without it.
start().catch(() => {});
