// How logits grow with what a layer hears: mnist_models/learning/attribution.py's `input_gradient` once
// more; tests/browser/test_live.py compares the two.

import { activations } from "./networks.js";

// The gradient of a weighted sum of the logits, with one weight for each. At depth 0 it is by the pixels,
// each in [0, 1]: (784), over all members. At a depth of 1 and more it is by the activations of that
// hidden layer: (members × units). At a kink of the LeakyReLU the slope below zero counts.
export function gradient(stack, picture, weightsOfLogits, depth = 0) {
  const { layers, negativeSlope } = stack, values = activations(stack, picture);
  let own = Float64Array.from(weightsOfLogits);
  for (let above = layers.length - 1; above >= depth; above--) {
    own = backwards(layers[above], own, above === 0);
    if (above > depth)
      own = own.map((slope, unit) => (values[above - 1][unit] > 0 ? slope : negativeSlope * slope));
  }
  return own;
}

// Through one layer: from its outputs to its inputs, which are the members' own or the same for all.
function backwards({ members, inputs, outputs, weights, scales }, ofOutputs, isShared) {
  const ofInputs = new Float64Array(isShared ? inputs : members * inputs);
  for (let member = 0; member < members; member++) {
    const factors = [], units = []; // those that count: half of a hidden layer is often silent
    for (let unit = 0; unit < outputs; unit++) {
      const factor = ofOutputs[member * outputs + unit] * scales[member * outputs + unit];
      if (factor !== 0) factors.push(factor), units.push(unit);
    }
    if (!units.length) continue;
    const start = isShared ? 0 : member * inputs;
    for (let input = 0; input < inputs; input++) {
      const row = (member * inputs + input) * outputs;
      let sum = 0;
      for (let k = 0; k < units.length; k++) sum += factors[k] * weights[row + units[k]];
      ofInputs[start + input] += sum;
    }
  }
  return ofInputs;
}
