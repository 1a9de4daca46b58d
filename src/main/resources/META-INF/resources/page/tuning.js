// The tuning of a task, to be watched: its loss as a line, and all that the line says as text.

import { tuned } from "./api.js";

const WIDTH = 100;
const HEIGHT = 30;

const at = (id) => document.getElementById(id);

/** Draws the loss before each step; one more is that after the last step. */
function draw(losses, steps) {
  const most = Math.max(...losses, Number.MIN_VALUE);
  const points = losses.map((loss, step) => `${(WIDTH * step) / steps},${HEIGHT * (1 - loss / most)}`);
  at("loss-line").setAttribute("points", points.join(" "));
  at("losses").textContent = losses.map((loss) => loss.toFixed(3)).join(" → ");
}

function soFar({ step, steps, loss, left_ms: left }) {
  const seen = loss === undefined ? "" : `, loss ${loss.toFixed(3)}`;
  const rest = left === undefined ? "" : `, ${(left / 1000).toFixed(1)} s left`;
  return `Step ${step} of ${steps}${seen}${rest}`;
}

function outcome({ tuning, cached, timing_ms: millis }) {
  switch (tuning.state) {
    case "diverged":
      return "The loss grew, so the adapter from before serves.";
    default: {
      const time = cached ? "were taken before" : `took ${(millis.tune / 1000).toFixed(1)} s`;
      const end = tuning.cut_short ? ", cut short for want of time" : "";
      return `${tuning.steps} steps ${time}${end}: loss ${tuning.loss_before.toFixed(3)} before, ${tuning.loss_after.toFixed(3)} after.`;
    }
  }
}

/**
 * Tunes on a task's examples, and shows how the loss falls.
 *
 * @param say is given a sentence at each step
 */
export async function watchTuning(task, say, signal) {
  const losses = [];
  const share = at("tuning-share");
  draw(losses, 1);
  at("tuning-note").textContent = "";
  share.value = 0;
  share.hidden = false;
  at("tuning").hidden = false;
  try {
    const adapter = await tuned(
      task,
      (progress) => {
        share.value = progress.done;
        at("tuning-note").textContent = soFar(progress);
        if (progress.step > losses.length && progress.loss !== undefined) {
          losses.push(progress.loss);
          draw(losses, progress.steps);
          say(`Tuning on your examples: step ${progress.step} of ${progress.steps}`);
        }
      },
      signal,
    );
    const { loss_before: before, loss_after: after } = adapter.tuning;
    if (after !== undefined) {
      if (losses.length === 0) losses.push(before);
      losses.push(after);
      draw(losses, losses.length - 1);
    }
    at("tuning-note").textContent = outcome(adapter);
  } finally {
    share.hidden = true;
  }
}
