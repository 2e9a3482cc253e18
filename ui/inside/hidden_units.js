// The hidden units behind both answers, live; see ui/inside/hidden_units.py. It hears of every movement
// of the pen, and computes with the modules of ui/live/ that it is given the addresses of.

const PAUSE = 150; // ms for which texts and units stay while the pen moves, so that eyes can follow
const DIM = 0.45; // how much of its light a weight has where there is no ink
const FULL = 1; // the least contribution to a logit that gives full light
const MODULES = ["networks", "contributions", "pixels", "channel"];

const written = value => (Number(value.toFixed(2)) || 0).toFixed(2).replace("-", "−"); // no −0.00
const signed = value => (value > 0 ? "+" : "") + written(value);
const counted = count => count.toLocaleString("en");

// Only what changes is touched: a page asks about its style again whatever else is.
function write(element, text) {
  if (element.firstChild) {
    if (element.firstChild.data !== text) element.firstChild.data = text;
  } else if (text) element.textContent = text;
}

function mark(element, attribute, isSo) {
  if (element.getAttribute(attribute) !== String(isSo)) element.setAttribute(attribute, isSo);
}

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
    ...Object.fromEntries(["canvas", "i", "b", "span"].map(tag => [tag, button.querySelector(tag)])),
  }));
  return {
    section, find, tiles, sum: find(".sum"), ink: find(".answer canvas"), says: find(".says").children,
    members: [...section.querySelectorAll(".member")],
    approach: section.dataset.approach, count: Number(section.dataset.units),
    output: null, best: null, pinned: null, opened: null, writtenAt: -Infinity,
  };
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
  const view = button && inside.views.find(({ section }) => section.contains(button));
  if (!view || !inside.stacks[view.approach] || !inside.picture) return;
  const tile = view.tiles.find(tile => tile.button === button), member = view.members.indexOf(button);
  if (tile) view.opened = view.opened === tile.unit ? null : tile.unit;
  else if (member >= 0)
    view.pinned = [view.pinned, view.best].includes(member) ? null : member;
  else close(view);
  renew(inside, view);
}

// The focus goes back to where it came from.
function close(view) {
  const tile = view.tiles.find(({ unit }) => unit === view.opened) ?? view.tiles[0];
  view.opened = null;
  tile.button.focus();
}

// At each movement all is lit anew; one of the two is also written anew, if it is time for it.
function show(inside) {
  const { views, isMoving, picture, stacks } = inside, now = performance.now();
  const isDue = view => now - view.writtenAt >= PAUSE;
  const [first] = views.filter(isDue).sort((a, b) => a.writtenAt - b.writtenAt);
  for (const view of views) {
    if (!picture || !stacks[view.approach]) empty(inside, view);
    else if (!isMoving || view === first) renew(inside, view);
    else if (view.output !== null) light(inside, view);
  }
}

function empty({ data: { words }, status }, view) {
  [words[status ?? "loading"], "", ""].forEach((text, k) => write(view.says[k], text));
  for (const field of [".margin", ".total", "h3.for", "h3.against"]) write(view.find(field), "");
  for (const member of view.members) fill(member, words.nothing, "", false, false);
  for (const tile of view.tiles) fit(tile, null), write(tile.b, words.nothing);
  view.ink.getContext("2d").clearRect(0, 0, 28, 28);
  view.sum.hidden = true;
  Object.assign(view, { output: null, opened: null, writtenAt: -Infinity });
}

// What is asked of the picture: the answer, or the member that was pressed.
function renew(inside, view) {
  const { data: { classes, words, yes }, live, picture, isMoving } = inside;
  const stack = inside.stacks[view.approach];
  const proba = live.predictProba(stack, picture), logits = live.activations(stack, picture).at(-1);
  const best = proba.indexOf(Math.max(...proba)), output = view.pinned ?? best;
  const others = [...logits.keys()].filter(k => k !== best).sort((a, b) => logits[b] - logits[a]);
  const runnerUp = view.pinned === null ? others[0] : undefined;
  const weights = logits.map((_, k) => (k === output) - (k === runnerUp));
  Object.assign(view, { best, output, weights, writtenAt: performance.now() });
  if (view.members.length && Math.floor(view.opened / view.count) !== output) view.opened = null;

  const parts = live.contributions(stack, picture, output), label = classes[output];
  choose(inside, view, parts.said, isMoving);
  light(inside, view, parts);

  const kind = view.members.length && proba[best] < yes ? words.doubted : words.answer;
  const [before, after] = kind.split("{label}");
  [before, classes[best], `${after} (${share(proba[best])})`].forEach((text, k) =>
    write(view.says[k], text));
  view.members.forEach((member, k) => {
    const isYes = proba[k] >= yes;
    fill(member, isYes ? words.yes : words.no, share(proba[k]), isYes, k === output);
  });
  const margin = view.pinned === null ? words.margin : words.pinned;
  write(view.find(".margin"), say(margin, { label, answer: label, other: classes[runnerUp] }));
  const { units, rest, logit } = parts, count = counted(view.count);
  const sums = { units: written(units), rest: written(rest), logit: written(logit) };
  write(view.find(".total"), say(words.total, { label, count, ...sums }));
  for (const side of ["for", "against"]) write(view.find(`h3.${side}`), say(words[side], { label }));
  for (const { button, b, span, unit } of view.tiles) {
    mark(button, "aria-expanded", unit !== null && unit === view.opened);
    write(b, unit === null ? words.nothing : signed(parts.said[unit]));
    write(span, unit === null ? "" : say(words.unit, { number: (unit % view.count) + 1, count }));
  }
  if (view.sum.hidden !== (view.opened === null)) view.sum.hidden = view.opened === null;
  if (view.opened !== null) writeSum(inside, view, parts, label, proba[output]);
}

function fill(member, text, detail, isYes, isShown) {
  const [, says, small] = member.children;
  write(says, text);
  write(small, detail);
  member.classList.toggle("yes", isYes);
  mark(member, "aria-pressed", isShown);
}

// The units that said most for the logit and most against it. While the pen is down those that are
// still among them stay where they are; at its end they are put in order.
function choose(inside, view, said, isMoving) {
  const first = view.members.length ? view.output * view.count : 0;
  const order = Array.from({ length: view.count }, (_, k) => first + k);
  order.sort((a, b) => said[b] - said[a]);
  for (const side of [1, -1]) {
    const tiles = view.tiles.filter(tile => tile.side === side);
    const most = (side > 0 ? order.slice(0, tiles.length) : order.slice(-tiles.length).reverse())
      .filter(unit => side * said[unit] > 0);
    const kept = tiles.map(({ unit }) => isMoving && most.includes(unit));
    const fresh = most.filter(unit => !tiles.some((tile, k) => kept[k] && tile.unit === unit));
    tiles.forEach((tile, k) => kept[k] || fit(tile, fresh.shift() ?? null, inside, view));
  }
}

// Another unit's weights in a tile: what is lit at each movement. Where there is none it is dark.
function fit(tile, unit, inside, view) {
  if (tile.unit === unit) return;
  Object.assign(tile, { unit, weights: null });
  if (tile.button.disabled !== (unit === null)) tile.button.disabled = unit === null;
  if (unit === null) {
    tile.canvas.getContext("2d").clearRect(0, 0, 28, 28);
    tile.i.style.transform = "scaleX(0)";
    return;
  }
  const { weights } = inside.live.incoming(inside.stacks[view.approach], unit);
  tile.weights = inside.live.coloured(weights, inside.data.colours);
}

function light({ data: { colours }, live, picture, stacks }, view, parts = null) {
  const stack = stacks[view.approach];
  const { said } = parts ?? live.contributions(stack, picture, view.output);
  live.paintInk(view.ink, picture, live.relevance(stack, picture, view.weights), colours);
  const shown = view.tiles.filter(({ unit }) => unit !== null);
  const most = Math.max(FULL, ...shown.map(({ unit }) => Math.abs(said[unit])));
  for (const { unit, canvas, weights, i, side } of shown) {
    const part = Math.max((side * said[unit]) / most, 0);
    live.light(canvas, weights, DIM, picture, (1 - DIM) * Math.sqrt(part));
    i.style.transform = `scaleX(${part.toFixed(3)})`;
  }
}

function writeSum({ data: { words, colours }, live, picture, stacks }, view, parts, label, proba) {
  const { sum, opened, count } = view, stack = stacks[view.approach];
  const { weights, bias } = live.incoming(stack, opened);
  const products = weights.map((weight, k) => (weight * picture[k]) / 255);
  const total = products.reduce((a, b) => a + b);
  const lines = {
    ...parts, products: total, bias, sum: total + bias, said: parts.said[opened],
    activation: live.activations(stack, picture)[0][opened], slope: parts.slopes[opened],
  };
  const inked = picture.reduce((inked, grey) => inked + (grey > 0), 0);
  write(sum.querySelector("h3"), say(view.members.length ? words.unit_of : words.unit,
    { number: (opened % count) + 1, count: counted(count), label }));
  for (const { cells: [title, value], dataset: { name } } of sum.querySelectorAll("tr")) {
    write(title, say(title.dataset.text, { label, count: inked }));
    write(value, name === "proba" ? share(proba) : written(lines[name]));
  }
  const [ofWeights, ofInk, ofProducts] = sum.querySelectorAll("canvas");
  live.light(ofWeights, live.coloured(weights, colours), 1, picture, 0);
  live.paintInk(ofInk, picture);
  live.light(ofProducts, live.coloured(products, colours, live.largest(weights)), 1, picture, 0);
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
    inside.picture = data.picture && bytes(data.picture);
  if (inside.live) listen(inside);
  show(inside);
  load(inside);
  return () => inside.stop?.();
}
