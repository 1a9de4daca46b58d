// What CloudEvents' JavaScript SDK sends, in both modes, does what it says.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { CloudEvent, HTTP } from "cloudevents";

const bucket = process.env.EVENTS_DIRECTORY;
const task = {
  task: { description: "Write the plural of the word." },
  mode: "plain",
  max_tokens: 4,
  inputs: ["dog", "bus"],
};

function upload(name) {
  mkdirSync(`${bucket}/tasks`, { recursive: true });
  writeFileSync(`${bucket}/${name}.part`, JSON.stringify(task));
  renameSync(`${bucket}/${name}.part`, `${bucket}/tasks/${name}.json`);
}

// As a broker does: again while it is answered 503.
async function send({ headers, body }) {
  for (;;) {
    const { status } = await fetch(process.env.ICM_LORA_URL, { method: "POST", headers, body });
    if (status !== 503) return status;
    await pause(200);
  }
}

const event = (type, data) =>
  new CloudEvent({ type, source: "urn:node", subject: "tasks", datacontenttype: "application/json", data });

for (const [mode, encode] of Object.entries({ binary: HTTP.binary, structured: HTTP.structured })) {
  const name = `node-${mode}-${process.pid}`;
  upload(name);
  const data = { bucket: `file:${bucket}`, key: `tasks/${name}.json` };
  assert.equal(await send(encode(event("dev.icmlora.task.submitted", data))), 204);
  const lines = readFileSync(`${bucket}/results/${name}.jsonl`, "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).input),
    task.inputs,
  );

  assert.equal(await send(encode(event("com.example.other", {}))), 204);
  assert.equal(await send(encode(event("google.cloud.storage.object.v1.finalized", { name: "no bucket" }))), 400);
  console.log("ok", mode);
}
