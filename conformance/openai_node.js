// What OpenAI's Node SDK does with the function.
import assert from "node:assert/strict";

import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.env.ICM_LORA_URL}/v1`, apiKey: "none", timeout: 600_000 });
const model = (await client.models.list()).data[0].id;
const hello = { model, messages: [{ role: "user", content: "Say hello" }], max_tokens: 8, temperature: 0 };

const checks = {
  async chatAndStream() {
    const whole = await client.chat.completions.create(hello);
    let text = "";
    for await (const piece of await client.chat.completions.create({ ...hello, stream: true })) {
      text += piece.choices[0]?.delta?.content ?? "";
    }
    assert.equal(text, whole.choices[0].message.content);
  },

  async task() {
    const task = { description: "Write the plural of the word." };
    const reply = await client.chat.completions.create({ ...hello, task });
    assert.match(reply.model, /^sha256:/);
  },

  async schema() {
    const reply = await client.chat.completions.create({
      ...hello,
      max_tokens: 40,
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "colour",
          schema: {
            type: "object",
            properties: { colour: { enum: ["red", "green"] } },
            required: ["colour"],
            additionalProperties: false,
          },
        },
      },
    });
    assert.ok(["red", "green"].includes(JSON.parse(reply.choices[0].message.content).colour));
  },

  async embeddings() {
    const reply = await client.embeddings.create({ model: "e5-small-v2.Q8_0", input: "The cat sleeps." });
    assert.equal(reply.data[0].embedding.length, 384);
  },

  async errors() {
    await assert.rejects(client.chat.completions.create({ ...hello, model: "gpt-4" }), OpenAI.NotFoundError);
    await assert.rejects(
      client.chat.completions.create({ ...hello, n: 1000 }),
      (error) => error instanceof OpenAI.BadRequestError && error.param === "n",
    );
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log("ok", name);
}
