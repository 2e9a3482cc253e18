// Pictures of 28 × 28 pixels on canvases, which are black where nothing is painted. Colours are those
// of ui/live/relevance.py: { for, against }, each red, green and blue.

export const largest = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);

// Ink as ui/inside/attribution.py's `tint`: white where nothing was said; all of it without a relevance.
export function paintInk(canvas, picture, relevance, colours) {
  const image = new ImageData(28, 28), most = relevance ? largest(relevance) : 1;
  for (let k = 0; k < 784; k++) {
    const said = relevance ? relevance[k] : 0, strength = Math.abs(said) / most;
    for (let part = 0; part < 3 && picture[k]; part++) {
      const colour = said > 0 ? colours.for[part] : said < 0 ? colours.against[part] : 255;
      image.data[4 * k + part] = ((255 + strength * (colour - 255)) * picture[k]) / 255;
    }
    image.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Weights in both colours, with full light where they are as large as `most`: what `light` lights.
export function coloured(weights, colours, most = largest(weights)) {
  const image = new ImageData(28, 28);
  for (let k = 0; k < 784; k++) {
    const colour = weights[k] > 0 ? colours.for : colours.against;
    for (let part = 0; part < 3; part++) image.data[4 * k + part] = colour[part];
  }
  // By the root, so that small ones are seen beside the largest.
  return { image, strengths: weights.map(weight => 255 * Math.sqrt(Math.abs(weight) / most)) };
}

// Weights with this much of their light everywhere, and this much more where the ink is full.
export function light(canvas, { image, strengths }, everywhere, picture, more) {
  const { data } = image, each = more / 255;
  for (let k = 0; k < 784; k++) data[4 * k + 3] = strengths[k] * (everywhere + each * picture[k]);
  canvas.getContext("2d").putImageData(image, 0, 0);
}
