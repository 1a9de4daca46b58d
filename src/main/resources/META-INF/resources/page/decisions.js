// Decisions: of each input, how likely each label is, as bars.

import { bars } from "./bars.js";

/** Of 255 labels most are next to nothing. */
const MOST_BARS = 10;

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const row = (label, value) => ({ label, value, text: percent(value) });

/** The likeliest first, and the others together. */
function rows(probabilities) {
  const all = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
  const shown = all.slice(0, MOST_BARS).map(([label, share]) => row(label, share));
  const rest = all.slice(MOST_BARS);
  if (rest.length === 0) return shown;
  return [...shown, row(`${rest.length} others`, rest.reduce((sum, [, share]) => sum + share, 0))];
}

/** The tables of inputs whose answers have probabilities. */
export function decisions(inputs, details = []) {
  return inputs.flatMap((input, index) => {
    const probabilities = details[index]?.probabilities;
    if (!probabilities) return [];
    const table = document.createElement("table");
    table.className = "bars decision";
    bars(table, rows(probabilities), 1);
    table.createCaption().textContent = input;
    return [table];
  });
}
