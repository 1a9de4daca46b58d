// The page in a real browser: a person's way through it, by keyboard and on a phone, and what axe finds.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { chromium } from "playwright-core";

const url = process.env.ICM_LORA_URL;
const results = process.env.RESULTS ?? "target";
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
assert.ok(browserPath, "no Chromium; apt-get install chromium");
mkdirSync(results, { recursive: true });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });

const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 375, height: 740 } };

async function open(options = {}) {
  const context = await browser.newContext({ viewport: SIZES.wide, bypassCSP: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (line) => {
    if (line.text().includes("Content Security Policy")) page.complaints.push(line.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) page.complaints.push(request.url());
  });
  await page.goto(url);
  return page;
}

async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
  assert.deepEqual(found, []);
}

async function closed(page) {
  assert.deepEqual(page.complaints, [], "no error, and nothing from elsewhere");
  await page.context().close();
}

async function fill(page) {
  await page.selectOption("#shipped", "intent");
  await page.waitForFunction(() => document.getElementById("description").value !== "");
  const first = (await page.inputValue("#inputs")).split("\n").slice(0, 2).join("\n");
  await page.fill("#inputs", first);
}

const done = (page) => page.waitForFunction(() => document.getElementById("status").textContent === "Done.");

async function ask(page) {
  await fill(page);
  await page.click("#ask");
  await done(page);
}

async function call(method, path, body) {
  const reply = await fetch(`${url}/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(reply.ok, `${method} ${path}: ${reply.status}`);
  return reply.status === 204 ? null : reply.json();
}

const FOOD = ["apple", "bread", "cheese", "soup", "rice", "pasta", "cake", "salad", "pear", "honey"];
const VEHICLES = ["car", "bus", "train", "bike", "truck", "plane", "boat", "tram", "ship", "van"];
/** Of each word, twice. */
const sorted = ["a", "the"].flatMap((article) =>
  FOOD.flatMap((food, index) => [
    { input: `${article} ${food}`, output: "food" },
    { input: `${article} ${VEHICLES[index]}`, output: "vehicle" },
  ]),
);

/** A function with answers to correct. One with labels has them the wrong way round. */
async function define(name, labels, ...inputs) {
  const swap = ({ input, output }) => ({ input, output: output === "food" ? "vehicle" : "food" });
  const examples = labels ? sorted.slice(0, 8).map(swap) : [];
  await call("PUT", `functions/${name}`, { task: { description: "Which is it?", examples }, labels, tune: { when: "never" } });
  await call("POST", "generate", { task: { function: name }, inputs });
}

async function chosen(page, name) {
  await page.waitForSelector("#learner");
  await page.selectOption("#learner", name);
  await page.waitForSelector("#learning[aria-busy=false]");
}

const at = (page, place) =>
  page.waitForFunction((text) => document.getElementById("doubt-place").textContent === text, place);

const checks = {
  async corrections() {
    await define("page-labels", ["food", "vehicle"], "a pie", "a yacht", "the scooter");
    // What the page's own policy refuses would fail here.
    const page = await open({ bypassCSP: false });
    await chosen(page, "page-labels");
    await at(page, "1 of 3");
    const first = await page.textContent("#doubt-input");
    assert.match(await page.textContent("#doubt-output"), /^Answered: (food|vehicle) \(\d+ %\)\.$/);
    const labels = page.getByRole("group", { name: "The right label" });
    await labels.getByRole("button", { name: "food", exact: true }).focus();
    // Keyboard alone from here: on, back, and one key a label.
    await page.keyboard.press("ArrowRight");
    await at(page, "2 of 3");
    await page.keyboard.press("ArrowLeft");
    await at(page, "1 of 3");
    await page.keyboard.press("3");
    await page.keyboard.press("Control+2");
    await at(page, "1 of 3");
    await page.keyboard.press("2");
    await at(page, "2 of 3");
    await page.waitForFunction(() => /^Saved: vehicle\./.test(document.getElementById("learning-status").textContent));
    await page.keyboard.press("ArrowLeft");
    assert.match(await page.textContent("#doubt-output"), /You said: vehicle\.$/);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("1");
    await at(page, "3 of 3");
    await page.keyboard.press("1");
    await page.waitForFunction(() => document.getElementById("doubt").hidden);
    assert.ok(await page.isVisible("#no-doubts"));
    assert.equal(await page.evaluate(() => document.activeElement.id), "doubt-title");
    const lines = (await (await fetch(`${url}/functions/page-labels/feedback`)).text()).trim().split("\n");
    const given = lines.map((line) => JSON.parse(line));
    assert.equal(given.length, 3);
    assert.equal(given.find(({ input }) => input === first).output, "vehicle");
    await closed(page);
    await call("DELETE", "functions/page-labels");
  },

  async texts() {
    await define("page-spans", undefined, "on Friday");
    await call("PUT", "functions/page-spans", { task: { description: "Find the day." }, answer: "span" });
    const page = await open({ viewport: SIZES.phone });
    await chosen(page, "page-spans");
    const field = page.getByLabel("What is right");
    await field.fill("Monday");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForFunction(() => /word for word/.test(document.getElementById("learning-error").textContent));
    assert.equal(await field.inputValue(), "Monday", "what was refused can be changed");
    await accessible(page);
    await field.fill("Friday");
    await field.press("Enter");
    await page.waitForFunction(() => document.getElementById("doubt").hidden);
    assert.ok(await page.isHidden("#learning-error"));
    await closed(page);
    await call("DELETE", "functions/page-spans");
  },

  async improves() {
    await define("page-improves", ["food", "vehicle"], "a pie");
    await call("POST", "functions/page-improves/feedback", sorted);
    const page = await open({ viewport: SIZES.phone, colorScheme: "dark" });
    await chosen(page, "page-improves");
    assert.ok(await page.isHidden("#versions"), "nothing was measured yet");
    await page.getByRole("button", { name: "Improve" }).press("Enter");
    await page.waitForFunction(() => document.activeElement.id === "improved-title");
    assert.equal(await page.textContent("#improved-title"), "page-improves@2 serves now");
    const told = await page.textContent("#improved-told");
    const [, of, before, after, better, worse] = told
      .match(/^@1 → @2: (?=\d+ of (\d+))(\d+) of \d+ right before, (\d+) after; (\d+) better, (\d+) worse\.$/)
      .map(Number);
    assert.equal(after - before, better - worse);
    assert.equal(await page.locator("#better li").count(), better);
    assert.equal(await page.locator("#worse li").count(), worse);
    assert.match(await page.locator("#better li").first().textContent(), /^“.+” → (food, before: vehicle|vehicle, before: food)$/);
    assert.deepEqual(await page.locator("#tried li").allTextContents(), [told]);
    const line = await page.evaluate(() =>
      [...document.querySelector("#accuracy polyline").points].map(({ x, y }) => [x, y]),
    );
    assert.equal(line.length, 2);
    assert.ok(line[1][0] > line[0][0] && line[1][1] < line[0][1], `the line goes up: ${line}`);
    assert.ok(Math.abs((line[0][1] - line[1][1]) / 115 - (after - before) / of) < 0.01, `by as much: ${line}`);
    assert.deepEqual(await page.locator("#accuracy text").allTextContents(), ["0 %", "50 %", "100 %", "@1", "@2"]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= SIZES.phone.width, `the page is ${width} wide`);
    await accessible(page);
    await page.screenshot({ path: `${results}/learning-phone.png`, fullPage: true });
    await closed(page);
    await call("DELETE", "functions/page-improves");
  },

  async nothingToLearn() {
    await define("page-labels", ["food", "vehicle"], "a pie");
    const refused = { status: 403, contentType: "application/problem+json", body: "{}" };
    for (const [path, reply] of [
      ["**/page/learning.js", { status: 404, body: "" }],
      ["**/unsure", refused],
      ["**/functions", { json: { functions: [] } }],
    ]) {
      const page = await open();
      await page.route(path, (route) => route.fulfill(reply));
      const looked = page.waitForResponse(path);
      await page.reload();
      await looked;
      await page.waitForLoadState("networkidle");
      assert.equal(await page.locator("#learning").count(), 0, path);
      assert.ok(await page.isVisible("#ask"));
      await closed(page);
    }
    await call("DELETE", "functions/page-labels");
  },

  async compare() {
    const page = await open();
    await accessible(page);
    await ask(page);
    for (const column of ["plain", "examples", "adapter", "auto"]) {
      const cells = await page.locator(`td[data-column=${column}]`).allTextContents();
      assert.equal(cells.length, 2);
      assert.ok(cells.every((text) => text.length > 0), column);
    }
    assert.match(await page.textContent("#timing"), /fingerprint.*generate.*decode/s);
    await accessible(page);
    await page.screenshot({ path: `${results}/page.png`, fullPage: true });
    await closed(page);
  },

  async tunes() {
    const page = await open();
    await fill(page);
    await page.fill("#description", "Refund, delivery, repair or purchase: which one is it?");
    await page.click("#ask");
    // While it tunes: how far it is, and what the shared adapter answered.
    await page.waitForFunction(() => document.getElementById("loss-line").points.length > 0);
    assert.match(await page.textContent("#tuning-note"), /^Step \d+ of \d+, loss \d+\.\d{3}/);
    assert.match(await page.textContent("#status"), /^Tuning on your examples: step \d+ of \d+$/);
    assert.ok(await page.isVisible("#tuning-share"));
    assert.match(await page.locator("td[data-column=auto]").first().textContent(), /^before: ./);
    await done(page);
    const losses = (await page.textContent("#losses")).split(" → ").map(Number);
    assert.ok(losses.length > 2 && losses.at(-1) < losses[0] / 2, `the loss falls: ${losses}`);
    const drawn = await page.evaluate(() => [...document.getElementById("loss-line").points].map(({ x, y }) => [x, y]));
    assert.equal(drawn.length, losses.length);
    assert.deepEqual([drawn[0][0], drawn.at(-1)[0]], [0, 100]);
    assert.ok(drawn.at(-1)[1] > drawn[0][1], "the line goes down");
    assert.match(await page.textContent("#tuning-note"), /^\d+ steps took .* loss \d.* before, \d.* after\.$/);
    const cell = await page.locator("td[data-column=auto]").first().textContent();
    assert.match(cell, /^.+before: .+$/s);
    await closed(page);
  },

  async labels() {
    const page = await open();
    await fill(page);
    await page.fill("#labels", "refund, delivery, repair, purchase");
    await page.click("#ask");
    await done(page);
    const label = /^(refund|delivery|repair|purchase)/;
    for (const column of ["plain", "examples", "adapter", "auto"]) {
      for (const text of await page.locator(`td[data-column=${column}]`).allTextContents()) assert.match(text, label);
    }
    assert.match(await page.locator("td[data-column=auto]").first().textContent(), /^[a-z]+ \(\d+ %\)$/);
    await page.click("#copy-curl");
    assert.match(await page.textContent("#snippet"), /"labels"/);
    await closed(page);
  },

  async bars() {
    const page = await open({ viewport: SIZES.phone });
    const labels = Array.from({ length: 12 }, (_, index) => `colour ${"abcdefghijkl"[index]}`);
    const ask = async (...all) => {
      await page.fill("#labels", all.join(", "));
      await page.focus("#labels");
      await page.keyboard.press("Enter");
      await done(page);
    };
    await page.fill("#description", "Is it about money?");
    await page.fill("#inputs", "Where is my refund?\nThe page stays white.");
    await ask("yes", "no");
    const tables = page.locator("#decision-bars table");
    assert.deepEqual(await tables.locator("caption").allTextContents(), ["Where is my refund?", "The page stays white."]);
    for (const table of await tables.all()) {
      const names = await table.locator("th").allTextContents();
      assert.deepEqual(names.toSorted(), ["no", "yes"]);
      const shares = (await table.locator(".value").allTextContents()).map((text) => Number(text.replace(" %", "")));
      assert.ok(Math.abs(shares[0] + shares[1] - 100) < 0.2 && shares[0] >= shares[1], `likeliest first: ${shares}`);
      const widths = await table.locator(".bar").evaluateAll((all) => all.map((bar) => parseFloat(bar.style.width)));
      widths.forEach((width, index) => assert.ok(Math.abs(width - shares[index]) < 0.1, `${width} for ${shares[index]} %`));
    }
    const answer = await page.locator("td[data-column=auto]").first().textContent();
    assert.ok(answer.startsWith(`${await tables.first().locator("th").first().textContent()} (`), answer);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= SIZES.phone.width, `the page is ${width} wide`);
    await accessible(page);

    await ask(...labels);
    const rows = await tables.first().locator("th").allTextContents();
    assert.equal(rows.length, 11);
    assert.equal(rows.at(-1), "2 others");

    await page.fill("#labels", "");
    await page.fill("#inputs", "x");
    await page.click("#ask");
    await done(page);
    assert.ok(await page.isHidden("#decisions"), "a text has no bars");
    await closed(page);
  },

  async gallery() {
    const page = await open();
    await page.waitForFunction(() => document.getElementById("gallery").children.length > 0);
    const names = await page.locator("#gallery option").evaluateAll((options) => options.map((option) => option.value));
    for (const name of names) {
      await page.selectOption("#shipped", name);
      await page.waitForFunction(() => !document.getElementById("figures").hidden);
      assert.match(await page.textContent("#figures"), /\d+ % of \d+ (answers|fields) .* \d+ % in mode auto .*(none was wrong|is right)\.$/s);
      assert.equal((await page.inputValue("#inputs")).split("\n").length, 4, name);
    }
    await accessible(page);
    await page.selectOption("#shipped", "product-fields");
    await page.waitForFunction(() => document.getElementById("schema").value !== "");
    assert.equal(await page.inputValue("#labels"), "", "those of the function before are gone");
    await page.fill("#inputs", "Green socks made of wool, 8.50 euros");
    await page.click("#ask");
    await done(page);
    for (const column of ["plain", "examples", "adapter", "auto"]) {
      const [text] = await page.locator(`td[data-column=${column}]`).allTextContents();
      assert.match(text, /^\{ ?"product": ?".*", ?"colour": ?"[a-z]+", ?"price": ?[-0-9.eE+]+ ?\}/, column);
    }
    await page.fill("#schema", "{");
    await page.click("#ask");
    assert.match(await page.textContent("#error"), /no JSON/);
    await page.selectOption("#shipped", "intent");
    await page.waitForFunction(() => document.getElementById("schema").value === "");
    assert.ok(await page.isHidden("#figures"));
    await closed(page);
  },

  async streams() {
    const page = await open();
    await page.fill("#description", "Tell a story about the animal.");
    await page.fill("#inputs", "a cat");
    await page.click("#ask");
    const cell = page.locator("td[data-column=plain]");
    await page.waitForFunction(() => document.querySelector("td[data-column=plain]")?.textContent.length > 0);
    const early = (await cell.textContent()).length;
    await page.waitForFunction((n) => document.querySelector("td[data-column=plain]").textContent.length > n, early);
    await page.click("#stop");
    await page.waitForFunction(() => document.getElementById("status").textContent === "Stopped.");
    assert.ok(await page.isEnabled("#ask"));
    await closed(page);
  },

  async download() {
    const page = await open();
    await ask(page);
    const id = await page.textContent("#adapter-id");
    if (id.startsWith("sha256:")) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
      assert.equal(download.suggestedFilename(), `${id.replace(":", "-")}.gguf`);
      assert.equal(readFileSync(await download.path()).subarray(0, 4).toString(), "GGUF");
    }
    await page.click("#copy-curl");
    assert.match(await page.textContent("#snippet"), /^curl .*\/generate/);
    await page.click("#copy-python");
    assert.match(await page.textContent("#snippet"), /from openai import OpenAI/);
    await closed(page);
  },

  async errorsAreWords() {
    const page = await open();
    await page.click("#ask");
    assert.match(await page.textContent("#error"), /Say what to do/);
    assert.equal(await page.evaluate(() => document.activeElement.id), "description");
    await page.fill("#description", "Repeat.");
    await page.fill("#inputs", "x ".repeat(6000));
    await page.click("#ask");
    await page.waitForFunction(() => /4096/.test(document.getElementById("error").textContent));
    await page.route("**/v1/**", (route) => route.abort());
    await page.fill("#inputs", "x");
    await page.click("#ask");
    await page.waitForFunction(() => /cannot be reached/.test(document.getElementById("error").textContent));
    await page.context().close();
  },

  async keyboardAlone() {
    const page = await open();
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.ariaLabel);
    const tabTo = async (id) => {
      for (let i = 0; i < 40 && (await focused()) !== id; i++) await page.keyboard.press("Tab");
      assert.equal(await focused(), id);
    };
    await tabTo("description");
    await page.keyboard.type("Write the plural of the word.");
    await tabTo("add-example");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "Example 2, input");
    await tabTo("inputs");
    await page.keyboard.type("dog");
    await tabTo("ask");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.id === "results-title");
    await done(page);
    await closed(page);
  },

  async phoneAndDark() {
    const page = await open({ viewport: SIZES.phone, colorScheme: "dark" });
    await ask(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= SIZES.phone.width, `the page is ${width} wide`);
    await accessible(page);
    await page.screenshot({ path: `${results}/page-phone.png`, fullPage: true });
    await closed(page);
  },
};

try {
  for (const [name, check] of Object.entries(checks)) {
    await check();
    console.log("ok", name);
  }
} finally {
  await browser.close();
}
