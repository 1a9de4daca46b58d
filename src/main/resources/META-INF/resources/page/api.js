// The function's interface, as far as the page needs it.

/** What the function refused, in words for a person; with its status, if it answered. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function refusal(response) {
  const body = await response.json().catch(() => ({}));
  const told = body.errors?.map((e) => e.message).join("; ") || body.detail || body.error?.message || body.title;
  if (response.status === 429 && body.type?.endsWith(":queue-full")) {
    return new Refusal("Too many requests are waiting. Try again in a moment.", 429);
  }
  return new Refusal(told || `The function answered ${response.status} ${response.statusText}.`, response.status);
}

export async function reach(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Refusal("The function cannot be reached. Is it still running?");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export const send = (path, body, signal, accept = "*/*") =>
  reach(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify(body),
    signal,
  });

/** Answers all inputs and says how: selection, timing, adapter. */
export async function generate(body, signal) {
  return (await send("generate", body, signal)).json();
}

/** Tunes an adapter on a task's examples, tells `progress` how far it is, and describes the adapter. */
export async function tuned(task, progress, signal) {
  const response = await send("adapter", { task, tune: {} }, signal, "text/event-stream");
  for await (const event of events(response.body)) {
    if (event.error) throw new Refusal(event.error.detail || event.error.title, event.error.status);
    if (event.reply) return event.reply;
    progress(event);
  }
  throw new Refusal("The function broke off in the middle of tuning.");
}

export async function baseModel(signal) {
  return (await (await reach("v1/models", { signal })).json()).data[0].id;
}

/** Streams the answer to a chat into `grew`, piece by piece. */
export async function chat(body, grew, signal) {
  const response = await send("v1/chat/completions", { ...body, stream: true }, signal);
  for await (const event of events(response.body)) {
    if (event.error) throw new Refusal(event.error.message);
    grew(event.choices[0]?.delta?.content ?? "");
  }
}

/** The JSON objects of a stream of server-sent events. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const data = part.replace(/^data: /, "");
      if (data !== "[DONE]") yield JSON.parse(data);
    }
  }
}
