// Strokes → the 28 × 28 picture that the networks see: mnist_models/preprocessing/rasterise.py once
// more, so that a browser draws what the server draws, bit for bit. Numbers come from + − × ÷ √ alone,
// in the same order; tests/browser/test_live.py compares the two.

const SIDE = 28, BOX = 20, CENTRE = 14; // pixels: the picture, the digit in it, its centre of mass
const PEN = 2.5; // pixels of the box
const SUB = 4; // sub-samples per pixel, in each direction
const LEVEL = 1e-9; // sub-samples that a level line is taken to fall
const PARTS = 4; // straight pieces of a curve

// The picture of strokes, which are lists of points [x, y]: 784 grey levels row by row, light ink on
// black. Null if there are none.
export function rasterise(strokes) {
  return strokes.length ? placed(fitted(strokes)) : null;
}

// The strokes of a canvas as Fabric.js writes them, without what was drawn beyond its edges.
export function readPaths(paths, width, height) {
  return paths.flatMap(({ path }) => onCanvas(pointsOf(path), width, height));
}

// A path of M, L and Q as points; a straight line is a curve whose middle is its start.
function pointsOf(path) {
  const points = [];
  let before = null;
  for (const [command, ...numbers] of path) {
    const end = numbers.slice(-2);
    if (before === null) {
      points.push(end);
    } else {
      const middle = command === "Q" ? numbers.slice(0, 2) : before;
      for (let part = 1; part <= PARTS; part++) {
        const s = part / PARTS;
        points.push([0, 1].map(
          k => (1 - s) * (1 - s) * before[k] + 2 * (1 - s) * s * middle[k] + s * s * end[k],
        ));
      }
    }
    before = end;
  }
  return points;
}

function onCanvas(points, width, height) {
  const parts = [];
  let isOn = false;
  for (const [x, y] of points) {
    const wasOn = isOn;
    isOn = x >= 0 && x <= width && y >= 0 && y <= height;
    if (isOn && !wasOn) parts.push([]);
    if (isOn) parts.at(-1).push([x, y]);
  }
  return parts;
}

// Which sub-samples are inked when the longer side with its pen is BOX pixels.
function fitted(strokes) {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (const stroke of strokes) for (const [x, y] of stroke) {
    left = Math.min(left, x), right = Math.max(right, x);
    top = Math.min(top, y), bottom = Math.max(bottom, y);
  }
  const pen = PEN * SUB, longer = Math.max(right - left, bottom - top);
  const scale = longer > 0 ? (BOX * SUB - pen) / longer : 0;
  const cells = extent => Math.min(Math.ceil((extent * scale + pen) / SUB), BOX) * SUB;
  const width = cells(right - left), height = cells(bottom - top);
  const ink = { width, height, cells: new Uint8Array(width * height) };
  for (const stroke of strokes) {
    const line = stroke.map(([x, y]) => [(x - left) * scale + pen / 2, (y - top) * scale + pen / 2]);
    for (let k = 1; k < line.length; k++) draw(line[k - 1], line[k], pen / 2, ink);
    if (line.length === 1) draw(line[0], line[0], pen / 2, ink);
  }
  return ink;
}

// A disc that moves along a line inks a span of each row of cells. Its chord there reaches furthest
// right, or left, where its radius at the chord's end stands upright on the line, or at an end of it.
function draw([x, top], [right, bottom], radius, { width, height, cells }) {
  const dx = right - x, dy = bottom - top || LEVEL;
  const length = Math.sqrt(dx * dx + dy * dy);
  const lean = (radius * dx) / (dy < 0 ? -length : length);
  const first = Math.max(0, Math.floor(Math.min(top, bottom) - radius) - 1);
  const last = Math.min(height - 1, Math.ceil(Math.max(top, bottom) + radius) + 1);
  for (let row = first; row <= last; row++) {
    const y = row + 0.5 - top;
    let from, to, room;
    for (const side of [-1, 1]) {
      const along = Math.min(Math.max((y + side * lean) / dy, 0), 1);
      const off = y - along * dy;
      room = radius * radius - off * off;
      from = to, to = x + along * dx + side * Math.sqrt(Math.max(room, 0));
    }
    if (room < 0) continue; // the line passes above or below
    const start = Math.max(Math.ceil(from - 0.5), 0);
    const end = Math.min(Math.floor(to - 0.5), width - 1) + 1;
    if (start < end) cells.fill(1, row * width + start, row * width + end);
  }
}

// The inked cells as grey levels, their centre of mass on pixel CENTRE.
function placed({ width, height, cells }) {
  let total = 0, down = 0, across = 0;
  for (let row = 0, k = 0; row < height; row++)
    for (let column = 0; column < width; column++, k++)
      if (cells[k]) total++, down += row, across += column;
  const startOf = (moment, size) => {
    const twice = (2 * CENTRE * SUB + SUB - 1) * total - 2 * moment; // to the centre, × 2 total
    return Math.min(Math.max(Math.floor((twice + total) / (2 * total)), 0), SIDE * SUB - size);
  };
  const top = startOf(down, height), left = startOf(across, width);
  const counts = new Uint8Array(SIDE * SIDE);
  for (let row = 0, k = 0; row < height; row++) {
    const pixels = Math.floor((top + row) / SUB) * SIDE;
    for (let column = left; column < left + width; column++, k++)
      counts[pixels + ((column / SUB) | 0)] += cells[k];
  }
  return counts.map(count => Math.floor((2 * 255 * count + SUB * SUB) / (2 * SUB * SUB)));
}
