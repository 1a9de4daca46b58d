// The gallery: functions that are shipped with the page, and what was measured of them.

async function fetched(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} is a ${response.status}`);
  return response;
}

const read = async (path) => (await fetched(path)).json();

const INPUTS = 4;

/** Which functions there are, and what was measured of them: scripts/gallery writes it. */
export const gallery = () => read("page/gallery.json");

/** A task that comes with the page, as the form shows it. */
export const task = (name) => read(`tasks/${name}.json`);

/**
 * A function of the gallery, with some inputs of its hold-out set.
 *
 * @param measured what was measured of it; the input that it failed at is among them
 */
export async function definition({ name, failure }) {
  const lines = (await (await fetched(`gallery/${name}.holdout.jsonl`)).text()).trim().split("\n");
  const inputs = lines.map((line) => JSON.parse(line).input);
  if (failure) inputs.unshift(failure.input);
  return { ...(await read(`gallery/${name}.json`)), inputs: [...new Set(inputs)].slice(0, INPUTS) };
}

const percent = (share) => `${Math.round(100 * share)} %`;

/** What was measured of a function, in words: its figures, and a failure. */
export function figures({ of, counted, right, failure, measured }) {
  const share = (count) => percent(count / of);
  const shares =
    `On inputs that are not among the examples, ${share(right.plain)} of ${of} ${counted} were right by the ` +
    `description alone, ${share(right.examples)} with the examples in the prompt, and ${share(right.auto)} in mode ` +
    `auto (${measured}).`;
  if (!failure) return `${shares} There, none was wrong.`;
  const { input, answer, confidence, output } = failure;
  return (
    `${shares} The wrong answer that it was surest of there: “${input}” → ${answer ?? "not complete"} ` +
    `(${percent(confidence)}), where ${output} is right.`
  );
}
