// The hidden units behind both answers, live; see ui/inside/hidden_units.py. It hears of every movement
// of the pen, and computes with the modules of ui/live/ that it is given the addresses of.

const PAUSE = 150; // ms for which the units stay the same while the pen is down, so that eyes can follow
const DIM = 0.5; // how much of its light a weight has where there is no ink
const GAMMA = 0.5; // of weights, so that small ones are seen beside the largest
const FULL = 1; // the least contribution to a logit that gives full light
const BLACK = [0, 0, 0];
const MODULES = ["networks", "gradients", "contributions", "channel"];

const at = address => new URL(address, document.baseURI).href;
const say = (template, fields) => template.replace(/\{(\w+)\}/g, (_, name) => fields[name]);
const written = (value, digits = 2) =>
  (Number(value.toFixed(digits)) || 0).toFixed(digits).replace("-", "−"); // and no minus before 0
const signed = value => (value > 0 ? "+" : "") + written(value);
const share = p => (p < 0.01 ? "< 1 %" : p > 0.99 ? "> 99 %" : `${Math.round(100 * p)} %`);
const largest = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);

function build(parent) {
  const box = document.createElement("div");
  box.className = "hidden-units";
  parent.append(box);
  const inside = { box, stacks: {}, views: [], picture: null, isMoving: false };
  box.onclick = event => press(inside, event.target.closest("button"));
  return (parent.inside = inside);
}

function viewOf(section) {
  const find = selector => section.querySelector(selector);
  const tiles = [...section.querySelectorAll(".unit")].map(button => ({
    button, side: button.parentElement.classList.contains("for") ? 1 : -1, unit: null,
    pixels: pixelsOf(button.querySelector("canvas")),
  }));
  const sum = find(".sum"), pictures = [...sum.querySelectorAll("canvas")].map(pixelsOf);
  return {
    find, tiles, sum, pictures, ink: pixelsOf(find(".answer canvas")),
    members: [...section.querySelectorAll(".member")],
    approach: section.dataset.approach, count: Number(section.dataset.units),
    output: null, best: null, pinned: null, opened: null, chosenAt: 0,
  };
}

// A canvas of 28 × 28 and its pixels, which are opaque or not painted at all.
function pixelsOf(canvas) {
  const context = canvas.getContext("2d");
  return { context, image: context.createImageData(28, 28) };
}

// The levels of red, green and blue that a function gives for each pixel.
function paint({ context, image }, levelsOf) {
  const { data } = image;
  for (let k = 0; k < 784; k++) data.set(levelsOf(k), 4 * k), (data[4 * k + 3] = 255);
  context.putImageData(image, 0, 0);
}

// Values from -1 to 1 as light of the two colours.
function weigh({ context, image }, colours, values) {
  const { data } = image;
  for (let k = 0; k < 784; k++) {
    const value = values[k], colour = value > 0 ? colours.for : colours.against;
    const size = Math.abs(value);
    for (let part = 0; part < 3; part++) data[4 * k + part] = colour[part] * size;
    data[4 * k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

async function load(inside) {
  const { networks, scripts } = inside.data, wanted = JSON.stringify(networks);
  if (inside.loaded === wanted) return;
  Object.assign(inside, { loaded: wanted, stacks: {}, status: "loading" });
  show(inside);
  try {
    const modules = await Promise.all(MODULES.map(name => import(at(scripts[name]))));
    inside.live = Object.assign({}, ...modules);
    listen(inside);
    for (const [approach, address] of Object.entries(networks)) {
      const stack = await inside.live.fetchStack(at(address));
      if (inside.loaded !== wanted) return; // another run was chosen meanwhile
      inside.stacks[approach] = stack;
      show(inside);
    }
    inside.status = "empty";
  } catch (error) {
    console.warn("No hidden units:", error);
    Object.assign(inside, { status: "failed", loaded: null });
  }
  show(inside);
}

// Where no pen is down the server's picture is shown: it is told after each stroke, Undo and Clear.
function listen(inside) {
  inside.stop?.();
  inside.stop = inside.live.hear(({ picture, isMoving }) => {
    if (!inside.box.isConnected) return inside.stop?.();
    if (!isMoving && !inside.isMoving) return;
    Object.assign(inside, { picture, isMoving });
    show(inside);
  });
}

function press(inside, button) {
  const view = button && inside.views.find(({ find }) => find("h2").parentElement.contains(button));
  if (!view || !inside.stacks[view.approach] || !inside.picture) return;
  const tile = view.tiles.find(tile => tile.button === button);
  if (tile) view.opened = view.opened === tile.unit ? null : tile.unit;
  else if (button.matches(".close")) close(view);
  else {
    const member = view.members.indexOf(button);
    view.pinned = [view.pinned, view.best].includes(member) ? null : member;
  }
  render(inside, view);
}

// The focus goes back to where it came from.
function close(view) {
  const tile = view.tiles.find(({ unit }) => unit === view.opened) ?? view.tiles[0];
  view.opened = null;
  tile.button.focus();
}

function show(inside) {
  for (const view of inside.views) render(inside, view);
}

function render(inside, view) {
  const { data: { classes, words, yes, colours }, live, picture, isMoving } = inside;
  const stack = inside.stacks[view.approach];
  if (!stack || !picture) return empty(view, words, inside.status);
  const proba = live.predictProba(stack, picture), logits = live.activations(stack, picture).at(-1);
  const best = proba.indexOf(Math.max(...proba));
  view.best = best;
  const output = view.pinned ?? best, label = classes[output];
  const isDoubted = view.approach === "multi" && proba[best] < yes;
  answer(view, words, isDoubted ? "doubted" : "answer", classes[best], share(proba[best]));
  members(view, words, proba, yes, output);

  const other = logits.reduce((next, logit, k) =>
    (k !== best && (next === null || logit > logits[next]) ? k : next), null);
  const weights = logits.map((_, k) => Number(k === output));
  if (view.pinned === null && other !== null) weights[other] = -1;
  tint(view.ink, picture, live.relevance(stack, picture, weights), colours);
  view.find(".margin").textContent = view.pinned !== null ? say(words.pinned, { label })
    : other === null ? "" : say(words.margin, { answer: label, other: classes[other] });

  const parts = live.contributions(stack, picture, output);
  const count = view.count.toLocaleString("en");
  view.find(".total").textContent = say(words.total, {
    label, count, units: written(parts.units), rest: written(parts.rest), logit: written(parts.logit),
  });
  for (const side of ["for", "against"])
    view.find(`h3.${side}`).textContent = say(words[side], { label });
  if (view.output !== output) Object.assign(view, { output, chosenAt: 0 });
  const isOther = view.approach === "multi" && Math.floor(view.opened / view.count) !== output;
  if (isOther) view.opened = null;
  const now = performance.now();
  if (!isMoving || now - view.chosenAt >= PAUSE) {
    view.chosenAt = now;
    choose(view, stack, live, parts.said, isMoving);
  }
  light(view, picture, parts.said, words, colours);
  writeSum(inside, view, stack, parts, label, proba[output]);
}

function empty(view, words, status) {
  for (const field of [".says", ".margin", ".total", "h3.for", "h3.against"])
    view.find(field).textContent = field === ".says" ? words[status ?? "loading"] : "";
  paint(view.ink, () => BLACK);
  for (const member of view.members) fill(member, words.nothing, "", false, false);
  for (const tile of view.tiles) fit(tile, null);
  for (const { button } of view.tiles) button.querySelector("b").textContent = words.nothing;
  view.sum.hidden = true;
  Object.assign(view, { opened: null, chosenAt: 0 });
}

function answer(view, words, kind, label, detail) {
  const big = Object.assign(document.createElement("b"), { textContent: label });
  const [before, after] = words[kind].split("{label}");
  view.find(".says").replaceChildren(before, big, `${after} (${detail})`);
}

function members(view, words, proba, yes, output) {
  view.members.forEach((member, k) => {
    const says = proba[k] >= yes;
    fill(member, says ? words.yes : words.no, share(proba[k]), says, k === output);
  });
}

function fill(member, text, detail, isYes, isShown) {
  member.querySelector("span").textContent = text;
  member.querySelector("small").textContent = detail;
  member.classList.toggle("yes", isYes);
  member.setAttribute("aria-pressed", isShown);
}

// As ui/draw/attribution.py's `tint`: white ink where nothing was said.
function tint(pixels, picture, relevance, colours) {
  const most = largest(relevance);
  paint(pixels, k => {
    const strength = Math.abs(relevance[k]) / most;
    const colour = relevance[k] > 0 ? colours.for : colours.against;
    return colour.map(part => ((255 + strength * (part - 255)) * picture[k]) / 255);
  });
}

// The units that said most for the logit and most against it. While the pen is down those that are
// still among them stay where they are; at its end they are put in order.
function choose(view, stack, live, said, isMoving) {
  const first = view.approach === "multi" ? view.output * view.count : 0;
  const order = Array.from({ length: view.count }, (_, k) => first + k);
  order.sort((a, b) => said[b] - said[a]);
  for (const side of [1, -1]) {
    const tiles = view.tiles.filter(tile => tile.side === side);
    const most = (side > 0 ? order : order.toReversed()).slice(0, tiles.length)
      .filter(unit => side * said[unit] > 0);
    const kept = isMoving ? tiles.map(({ unit }) => most.includes(unit)) : tiles.map(() => false);
    const fresh = most.filter(unit => !tiles.some((tile, k) => kept[k] && tile.unit === unit));
    tiles.forEach((tile, k) => kept[k] || fit(tile, fresh.shift() ?? null, stack, live));
  }
}

// Another unit's weights in a tile: what is lit at each movement. Where there is none it is dark.
function fit(tile, unit, stack, live) {
  if (tile.unit === unit) return;
  tile.unit = unit;
  tile.button.disabled = unit === null;
  if (unit === null) {
    paint(tile.pixels, () => BLACK);
    tile.button.querySelector("i").style.width = "0";
    return;
  }
  tile.strengths = strengths(live.incoming(stack, unit).weights);
}

// From -1 to 1, as large as the largest of these or of others.
function strengths(weights, most = largest(weights)) {
  return weights.map(weight => Math.sign(weight) * (Math.abs(weight) / most) ** GAMMA);
}

function light(view, picture, said, words, colours) {
  const most = Math.max(FULL, ...view.tiles.map(({ unit }) => Math.abs(said[unit] ?? 0)));
  for (const { button, unit, strengths, pixels } of view.tiles) {
    button.setAttribute("aria-expanded", unit !== null && unit === view.opened);
    button.querySelector("b").textContent = unit === null ? words.nothing : signed(said[unit]);
    if (unit === null) continue;
    const shareOfMost = Math.abs(said[unit]) / most;
    const glow = ((1 - DIM) * Math.sqrt(shareOfMost)) / 255;
    weigh(pixels, colours, strengths.map((strength, k) => strength * (DIM + glow * picture[k])));
    button.querySelector("i").style.width = `${100 * shareOfMost}%`;
    button.querySelector("span").textContent =
      say(words.unit, { number: (unit % view.count) + 1, count: view.count });
  }
}

function writeSum(inside, view, stack, parts, label, proba) {
  const { data: { words, colours }, live, picture } = inside, { sum, opened, count } = view;
  sum.hidden = opened === null;
  if (opened === null) return;
  const { weights, bias } = live.incoming(stack, opened);
  const products = weights.map((weight, k) => (weight * picture[k]) / 255);
  const total = products.reduce((a, b) => a + b), slope = parts.slopes[opened];
  const lines = {
    products: total, bias, sum: total + bias,
    activation: live.activations(stack, picture)[0][opened], slope, said: parts.said[opened],
    units: parts.units, rest: parts.rest, logit: parts.logit,
  };
  const inked = picture.reduce((inked, grey) => inked + (grey > 0), 0);
  sum.querySelector("h3").textContent = say(view.members.length ? words.unit_of : words.unit,
    { number: (opened % count) + 1, count: count.toLocaleString("en"), label });
  for (const row of sum.querySelectorAll("tr")) {
    const [title, value] = row.children;
    title.textContent = say(title.dataset.text, { label, count: inked });
    value.textContent = row.dataset.name in lines ? written(lines[row.dataset.name]) : share(proba);
  }
  const [ofWeights, ofInk, ofProducts] = view.pictures;
  paint(ofInk, k => [picture[k], picture[k], picture[k]]);
  weigh(ofWeights, colours, strengths(weights));
  weigh(ofProducts, colours, strengths(products, largest(weights)));
}

export default function ({ data, parentElement }) {
  const inside = parentElement.inside ?? build(parentElement);
  const isAnother = inside.data?.content !== data.content;
  inside.data = data;
  if (isAnother) {
    inside.box.innerHTML = data.content;
    inside.views = [...inside.box.children].map(viewOf);
  }
  if (!inside.isMoving)
    inside.picture = data.picture && Uint8Array.from(atob(data.picture), grey => grey.charCodeAt(0));
  if (inside.live) listen(inside);
  show(inside);
  load(inside);
  return () => inside.stop?.();
}
