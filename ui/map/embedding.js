// A map of test pictures in the browser: mnist_models/embedding/projection.py once more. Both compute
// with the same numbers; tests/browser/test_map.py compares them.

// The arrays of a map's file, made ready to compute with.
export function readMap({ weights, scales, offset, points, steps, labels, answers }) {
  const size = offset.numbers.length; // components
  return {
    size,
    weights: weights.numbers,
    scales: scales.numbers,
    offset: offset.numbers,
    steps: steps.numbers,
    places: Float32Array.from(points.numbers, (number, k) => number * steps.numbers[k % size]),
    labels: labels.numbers,
    answers: answers.numbers,
  };
}

// Where a picture is, by what the last hidden layer says of it: (units) → (components).
export function placeOf({ size, weights, scales, offset }, hidden) {
  const sums = new Float64Array(size);
  hidden.forEach((value, unit) => {
    for (let k = 0; k < size; k++) sums[k] += value * weights[unit * size + k];
  });
  return sums.map((sum, k) => sum * scales[k] + offset[k]);
}

// The numbers of the test pictures nearest to a place, the nearest first.
export function nearest({ size, places }, place, count) {
  const found = []; // [distance², number], ascending
  for (let row = 0; row * size < places.length; row++) {
    let away = 0;
    for (let k = 0; k < size; k++) away += (places[row * size + k] - place[k]) ** 2;
    if (found.length === count && away >= found[count - 1][0]) continue;
    const before = found.findLastIndex(([other]) => other <= away);
    found.splice(before + 1, 0, [away, row]);
    found.length = Math.min(found.length, count);
  }
  return found.map(([, row]) => row);
}
