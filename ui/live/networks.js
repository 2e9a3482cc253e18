// A stack of networks in the browser: mnist_models/learning/stack.py once more. It reads the very file
// that the server reads, and both compute with the same numbers; tests/browser/test_live.py compares
// their answers.

const ARRAYS = { "|i1": Int8Array, "<f4": Float32Array };

// The stack in an .npz, as `Stack.save` writes it. Per layer: weights (members, inputs, outputs), and
// scales and biases (members, outputs).
export async function readStack(buffer) {
  const files = zipped(buffer);
  const read = async name => asArray(await inflated(files.get(`${name}.npy`)));
  const layers = [];
  for (let depth = 0; files.has(`weights_${depth}.npy`); depth++) {
    const weights = await read(`weights_${depth}`), biases = await read(`biases_${depth}`);
    const [members, inputs, outputs] = weights.shape;
    const scales = files.has(`scales_${depth}.npy`)
      ? (await read(`scales_${depth}`)).numbers
      : new Float32Array(members * outputs).fill(1);
    layers.push({ members, inputs, outputs, weights: weights.numbers, scales, biases: biases.numbers });
  }
  const [negativeSlope] = (await read("negative_slope")).numbers;
  return { layers, negativeSlope };
}

// The stack at an address that names its contents, for all that ask: a page reads it once, and a
// browser that has it asks nobody.
const stacks = new Map();
export function fetchStack(address) {
  if (!stacks.has(address)) {
    stacks.set(address, fetched(address));
    stacks.get(address).catch(() => stacks.delete(address)); // whoever asks again tries again
  }
  return stacks.get(address);
}

async function fetched(address) {
  return readStack(await fetchBytes(address));
}

async function fetchBytes(address) {
  const response = await fetch(address, { cache: "force-cache", priority: "low" });
  if (!response.ok) throw new Error(`Nothing at ${address}: ${response.status}`);
  return response.arrayBuffer();
}

// All arrays of the .npz at an address: by name their numbers and shapes.
export async function fetchArrays(address) {
  const arrays = {};
  for (const [name, file] of zipped(await fetchBytes(address)))
    arrays[name.replace(".npy", "")] = asArray(await inflated(file));
  return arrays;
}

// What each layer says to a picture of 784 grey levels: the hidden ones after their LeakyReLU, the last
// one's logits. Each is (members × outputs). Whoever asks of the same picture again gets the same.
export function activations(stack, picture) {
  if (stack.last?.picture !== picture) stack.last = { picture, values: computed(stack, picture) };
  return stack.last.values;
}

function computed({ layers, negativeSlope }, picture) {
  const values = [Float64Array.from(picture, grey => grey / 255)];
  for (const layer of layers) {
    const before = values.at(-1);
    const heard = values.length === 1 ? before
      : before.map(value => (value > 0 ? value : negativeSlope * value));
    values[values.length - 1] = heard;
    values.push(weightedSums(layer, heard));
  }
  return values.slice(1);
}

// One probability per class: (784) grey levels → (classes).
export function predictProba(stack, picture) {
  const logits = activations(stack, picture).at(-1);
  if (stack.layers.at(-1).outputs === 1) return logits.map(logit => 1 / (1 + Math.exp(-logit)));
  const largest = Math.max(...logits), exponentials = logits.map(l => Math.exp(l - largest));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map(exponential => exponential / sum);
}

// All members hear the same picture, and each its own hidden units. What is 0 is passed over: in a
// picture that is all but the ink, which is most of the work. Of the rest four are summed at a time,
// so that each sum is fetched and stored a quarter as often.
function weightedSums({ members, inputs, outputs, weights, scales, biases }, values) {
  const sums = new Float64Array(members * outputs);
  const shared = values.length === inputs;
  for (let member = 0; member < members; member++) {
    const own = sums.subarray(member * outputs, (member + 1) * outputs);
    const factors = [], rows = []; // of the weights
    for (let input = 0; input < inputs; input++) {
      const value = values[shared ? input : member * inputs + input];
      if (value !== 0) factors.push(value), rows.push((member * inputs + input) * outputs);
    }
    while (rows.length % 4) factors.push(0), rows.push(0);
    for (let k = 0; k < rows.length; k += 4) {
      const a = factors[k], b = factors[k + 1], c = factors[k + 2], d = factors[k + 3];
      const ofA = rows[k], ofB = rows[k + 1], ofC = rows[k + 2], ofD = rows[k + 3];
      for (let unit = 0; unit < outputs; unit++)
        own[unit] += a * weights[ofA + unit] + b * weights[ofB + unit]
          + c * weights[ofC + unit] + d * weights[ofD + unit];
    }
  }
  return sums.map((sum, unit) => sum * scales[unit] + biases[unit]);
}

// The files in a zip archive without comment: their names, and how and where they are packed.
function zipped(buffer) {
  const view = new DataView(buffer), files = new Map();
  const end = buffer.byteLength - 22; // where the archive says what is in it
  let entry = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map(at => view.getUint16(entry + at, true));
    const local = view.getUint32(entry + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const bytes = new Uint8Array(buffer, start, view.getUint32(entry + 20, true));
    const title = new TextDecoder().decode(new Uint8Array(buffer, entry + 46, name));
    files.set(title, { bytes, isDeflated: view.getUint16(entry + 10, true) === 8 });
    entry += 46 + name + extra + comment;
  }
  return files;
}

async function inflated({ bytes, isDeflated }) {
  if (!isDeflated) return bytes.slice().buffer;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
}

// An array as NumPy's .npy has it: a header that Python could read, then the numbers row by row.
function asArray(buffer) {
  const start = 10 + new DataView(buffer).getUint16(8, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, 10, start - 10));
  const [, type] = header.match(/'descr': '([^']*)'/);
  const [, shape] = header.match(/'shape': \(([^)]*)\)/);
  if (!ARRAYS[type] || header.includes("'fortran_order': True"))
    throw new Error(`No array that can be read here: ${header}`);
  return {
    numbers: new ARRAYS[type](buffer, start),
    shape: shape.split(",").filter(size => size.trim()).map(Number),
  };
}
