// The smallest change of pixels that makes an answer another: mnist_models/robustness/deepfool.py once
// more, for one picture; tests/browser/test_robustness.py compares the two.

import { gradient } from "./gradients.js";
import { activations } from "./networks.js";

const STEPS = 60, NEAR = 3, STEP = 0.5, LEAST = 1e-3, RETURNS = 2, BEYOND = 1.05;
const HALVINGS = 12, DOUBLINGS = 30;

// Of 784 grey levels the changed ones, the length of the change in whole pixels, and the class that is
// read now. Null if `pause`, which is awaited now and then, says that nobody wants to know any more.
export async function smallestChange(stack, picture, pause = () => false) {
  const start = Float64Array.from(picture, grey => grey / 255);
  const answer = largest(logitsOf(stack, start));
  const isOther = rows => largest(logitsOf(stack, rows)) !== answer;
  let changed = start;
  for (let step = 0; step < STEPS && !isOther(changed); step++) {
    if (await pause()) return null;
    changed = stepped(stack, changed, answer);
  }
  if (!isOther(changed)) return { picture, length: Infinity, answer };
  changed = await nearestOnLine(start, changed, isOther, pause);
  for (let again = 0; again < RETURNS && changed; again++) {
    const back = returned(stack, start, changed, answer);
    const nearer = isOther(back) ? await nearestOnLine(start, back, isOther, pause) : changed;
    changed = nearer && length(start, nearer) < length(start, changed) ? nearer : nearer && changed;
  }
  return changed && {
    picture: changed.map(light => 255 * light),
    length: length(start, changed),
    answer: largest(logitsOf(stack, changed)),
  };
}

// Half of the way to the nearest of the borders to other classes.
function stepped(stack, rows, answer) {
  const logits = logitsOf(stack, rows);
  let shortest = Infinity, step = null;
  for (const other of othersOf(logits, answer).slice(0, NEAR)) {
    const slopes = leadGradient(stack, rows, answer, other).map((slope, k) =>
      ((rows[k] <= 0 && slope < 0) || (rows[k] >= 1 && slope > 0) ? 0 : slope));
    const lead = logits[answer] - logits[other] + LEAST;
    const size = Math.max(Math.sqrt(product(slopes, slopes)), 1e-6);
    if (lead / size >= shortest) continue;
    shortest = lead / size;
    step = slopes.map(slope => (STEP * lead * slope) / size ** 2);
  }
  return rows.map((light, k) => clipped(light + step[k]));
}

// The nearest point to `start` on the border at `rows`, taken as linear, and a bit beyond.
function returned(stack, start, rows, answer) {
  const logits = logitsOf(stack, rows), [other] = othersOf(logits, answer);
  const slopes = leadGradient(stack, rows, answer, other);
  const moved = by => start.map((light, k) => clipped(light + by * slopes[k]));
  const needed = logits[answer] - logits[other] + LEAST + product(slopes, difference(rows, start));
  const isEnough = by => product(slopes, difference(moved(by), start)) >= needed;
  let low = 0, high = 1e-3;
  for (let k = 0; k < DOUBLINGS && !isEnough(high); k++) high *= 2;
  for (let k = 0; k < 2 * HALVINGS; k++) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  const border = moved(high);
  return start.map((light, k) => clipped(light + BEYOND * (border[k] - light)));
}

// How little of a change gives another answer.
async function nearestOnLine(start, rows, isOther, pause) {
  const moved = part => start.map((light, k) => clipped(light + part * (rows[k] - light)));
  let low = 0, high = 1;
  for (let k = 0; k < HALVINGS; k++) {
    if (await pause()) return null;
    const middle = (low + high) / 2;
    if (isOther(moved(middle))) high = middle;
    else low = middle;
  }
  return moved(high);
}

// What the last layer says to pixels between 0 and 1. Of the same pixels it and the gradient are asked
// with the same picture, so the networks compute it once.
const pictures = new WeakMap();
function pictureOf(rows) {
  if (!pictures.has(rows)) pictures.set(rows, rows.map(light => 255 * light));
  return pictures.get(rows);
}
const logitsOf = (stack, rows) => activations(stack, pictureOf(rows)).at(-1);

// How another class's logit grows with each pixel beside the answer's.
function leadGradient(stack, rows, answer, other) {
  const weights = logitsOf(stack, rows).map((_, k) => (k === other) - (k === answer));
  return gradient(stack, pictureOf(rows), weights);
}

// All classes but the answer by their logits, largest first.
const othersOf = (logits, answer) =>
  [...logits.keys()].filter(k => k !== answer).sort((a, b) => logits[b] - logits[a]);
const largest = logits => logits.indexOf(Math.max(...logits));
const clipped = light => Math.min(Math.max(light, 0), 1);
const difference = (a, b) => a.map((value, k) => value - b[k]);
const product = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
const length = (a, b) => Math.sqrt(product(difference(a, b), difference(a, b)));
