// What was measured of a function's versions, as a plot and in words.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 40;
const RIGHT = 300;
const TOP = 10;
const BOTTOM = 125;
/** As many have room for their numbers. */
const NUMBERED = 10;

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

const height = (share) => BOTTOM - share * (BOTTOM - TOP);

function scale() {
  return [0, 0.5, 1].flatMap((share) => [
    element("line", { x1: LEFT, x2: RIGHT, y1: height(share), y2: height(share) }),
    element("text", { x: LEFT - 6, y: height(share) + 4, "text-anchor": "end" }, `${100 * share} %`),
  ]);
}

/**
 * Draws each comparison: a point for the version that served, and a line to the one that took its place.
 *
 * @param improvements as the function lists them
 */
export function plot(svg, improvements) {
  const compared = improvements.filter(({ right_before: before }) => before !== undefined);
  const numbers = [...new Set(compared.flatMap(({ from, version = from }) => [from, version]))].sort((a, b) => a - b);
  const x = (version) => LEFT + ((numbers.indexOf(version) + 0.5) / numbers.length) * (RIGHT - LEFT);
  const points = compared.flatMap(({ from, version, held_back: of, right_before: before, right_after: after }) => {
    const ends = [[x(from), height(before / of)]];
    if (version) ends.push([x(version), height(after / of)]);
    return [
      element("polyline", { points: ends.map((end) => end.join()).join(" ") }),
      ...ends.map(([cx, cy]) => element("circle", { cx, cy, r: 3.5 })),
    ];
  });
  const named = numbers.length > NUMBERED ? [numbers[0], numbers.at(-1)] : numbers;
  const names = named.map((version) => element("text", { x: x(version), y: BOTTOM + 18, "text-anchor": "middle" }, `@${version}`));
  svg.replaceChildren(...scale(), ...points, ...names);
  svg.toggleAttribute("hidden", compared.length === 0);
}

/** What came of an improvement, in words. */
export function told(improvement) {
  const { from, version, reason, measured_by: judge, held_back: of, right_before: before, right_after: after } = improvement;
  const { better, worse } = improvement;
  const by = judge ? `, by a ${judge}` : "";
  const counts = before === undefined ? "" : `${before} of ${of} right before, ${after} after; ${better} better, ${worse} worse${by}`;
  return version ? `@${from} → @${version}: ${counts}.` : `@${from} stays: ${[reason, counts].filter(Boolean).join(". ")}.`;
}
