// The request of the page, for another client.

import { kept } from "./chats.js";

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function asCurl(address, body) {
  return [
    `curl ${address}/generate`,
    "  -H 'Content-Type: application/json'",
    `  -d ${quoted(JSON.stringify(body, null, 2))}`,
  ].join(" \\\n");
}

export function asPython(address, model, { task, inputs, labels, schema }) {
  // A JSON text is a Python string too, once it is quoted as one.
  const extra = JSON.stringify({ task, ...kept({ labels, schema }) });
  return `import json

from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(`${address}/v1`)}, api_key="none")
reply = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": ${JSON.stringify(inputs[0])}}],
    temperature=0,
    extra_body=json.loads(${JSON.stringify(extra)}),
)
print(reply.choices[0].message.content)
`;
}
