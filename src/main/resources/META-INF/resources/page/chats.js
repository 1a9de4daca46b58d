// The three ways to ask for an answer, as chats. They have the layout of the function's own prompts, so that an answer
// here is the answer of /generate in the mode of the same name.

const turn = (role, content) => ({ role, content });

function described(task, messages) {
  if (!task.description) return messages;
  const [first, ...others] = messages;
  return [turn("user", `${task.description}\n\n${first.content}`), ...others];
}

/** How a chat is kept to labels, or to a schema. */
export const kept = ({ labels, schema }) =>
  schema ? { response_format: { type: "json_schema", json_schema: { name: "answer", schema } } } : { labels };

const common = (model, messages) => ({ model, messages, temperature: 0, max_tokens: 64 });

export const modes = [
  {
    name: "plain",
    chat: (model, task, input) => common(model, described(task, [turn("user", input)])),
  },
  {
    name: "examples",
    needsExamples: true,
    chat: (model, task, input) =>
      common(
        model,
        described(task, [
          ...task.examples.flatMap((e) => [turn("user", e.input), turn("assistant", e.output)]),
          turn("user", input),
        ]),
      ),
  },
  {
    name: "adapter",
    chat: (model, task, input) => ({ ...common(model, [turn("user", input)]), task }),
  },
];
