// What hidden units and ink said for a logit. Both are an activation × its gradient: between its kinks a
// network of LeakyReLUs is linear, so what all units of a layer say and the biases above it sum to the
// logit. mnist_models/learning/attribution.py has more of it; tests/browser/test_live.py compares.

import { gradient } from "./gradients.js";
import { activations } from "./networks.js";

// Of one logit: how it grows with the activation of each unit of the first hidden layer, `slopes`, which
// is the outgoing weight where there is no other hidden layer; what each unit said for it, `said`, both
// (members × units); what all `units` said together; and the `rest`, of the biases above.
export function contributions(stack, picture, output) {
  const values = activations(stack, picture), logit = values.at(-1)[output];
  const ofThisOne = values.at(-1).map((_, k) => Number(k === output));
  const slopes = gradient(stack, picture, ofThisOne, 1);
  const said = new Float64Array(slopes.length);
  let units = 0;
  for (let unit = 0; unit < said.length; unit++)
    if (slopes[unit]) units += said[unit] = slopes[unit] * values[0][unit];
  return { logit, slopes, said, units, rest: logit - units };
}

// What each pixel said for a weighted sum of the logits: (784), 0 where there is no ink.
export function relevance(stack, picture, weightsOfLogits) {
  return gradient(stack, picture, weightsOfLogits).map((slope, k) => (slope * picture[k]) / 255);
}

// What a unit of the first hidden layer is made of: its 784 incoming weights and its bias.
export function incoming({ layers: [{ inputs, outputs, weights, scales, biases }] }, unit) {
  const start = Math.floor(unit / outputs) * inputs * outputs + (unit % outputs);
  const own = Float64Array.from({ length: inputs }, (_, k) => weights[start + k * outputs]);
  return { weights: own.map(weight => weight * scales[unit]), bias: biases[unit] };
}
