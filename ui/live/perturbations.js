// Disturbed pictures: mnist_models/robustness once more. Each takes 784 grey levels and a strength, and
// gives as many; what a strength of 0 gives is the very same picture.
// tests/browser/test_robustness.py compares the two.

const SIDE = 28, MIDDLE = 13.5; // pixels: of the picture, and where it is turned about
const FINE = 32; // parts of a standard deviation, in which noise is given

export function perturbed(picture, name, strength, noise) {
  return strength === 0 ? picture : { noise: noisy, square: hidden, pen, turn: turned }[name](
    picture, strength, noise,
  );
}

const rounded = grey => Math.floor(Math.min(Math.max(grey, 0), 255) + 0.5);

function noisy(picture, strength, noise) {
  const scale = (255 * strength) / FINE;
  return Uint8Array.from(picture, (grey, k) => rounded(grey + scale * noise[k]));
}

// A black square over the centre of the ink.
function hidden(picture, side) {
  let total = 0, down = 0, across = 0;
  picture.forEach((grey, k) => {
    total += grey, down += grey * Math.floor(k / SIDE), across += grey * (k % SIDE);
  });
  const startOf = moment =>
    Math.floor((2 * moment + (2 - side) * total) / Math.max(2 * total, 1));
  const top = startOf(down), left = startOf(across);
  const isIn = (place, start) => place >= start && place < start + side;
  return picture.map((grey, k) =>
    (isIn(Math.floor(k / SIDE), top) && isIn(k % SIDE, left) ? 0 : grey));
}

// A pen thicker by that radius, or thinner by one below 0.
function pen(picture, radius) {
  if (radius >= 0) return Uint8Array.from(dilated(picture, radius, 0), rounded);
  const paper = Float64Array.from(picture, grey => 255 - grey);
  return Uint8Array.from(dilated(paper, -radius, 255), grey => rounded(255 - grey));
}

function dilated(greys, radius, beyond) {
  const reach = Math.ceil(radius), lightest = Float64Array.from(greys);
  for (let down = -reach; down <= reach; down++) for (let across = -reach; across <= reach; across++) {
    const counts = Math.min(radius + 1 - Math.sqrt(down * down + across * across), 1);
    if (counts <= 0) continue;
    for (let row = 0; row < SIDE; row++) for (let column = 0; column < SIDE; column++) {
      const y = row + down, x = column + across;
      const isOn = y >= 0 && y < SIDE && x >= 0 && x < SIDE;
      const grey = counts * (isOn ? greys[y * SIDE + x] : beyond), k = row * SIDE + column;
      if (grey > lightest[k]) lightest[k] = grey;
    }
  }
  return lightest;
}

// Clockwise, by bilinear interpolation.
function turned(picture, degrees) {
  const angle = (degrees * Math.PI) / 180, cosine = Math.cos(angle), sine = Math.sin(angle);
  const at = (row, column) =>
    (row >= 0 && row < SIDE && column >= 0 && column < SIDE ? picture[row * SIDE + column] : 0);
  return picture.map((_, k) => {
    const down = Math.floor(k / SIDE) - MIDDLE, across = (k % SIDE) - MIDDLE;
    const x = cosine * across + sine * down + MIDDLE, y = cosine * down - sine * across + MIDDLE;
    const left = Math.floor(x), top = Math.floor(y), right = x - left, below = y - top;
    const upper = (1 - right) * at(top, left) + right * at(top, left + 1);
    const lower = (1 - right) * at(top + 1, left) + right * at(top + 1, left + 1);
    return rounded((1 - below) * upper + below * lower);
  });
}
