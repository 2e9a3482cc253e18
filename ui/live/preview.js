// The picture and both answers while somebody draws; see ui/live/preview.py. It listens to the canvas
// beside it and computes with the modules that it is given the addresses of.

const CLOSE = 0.4; // pixels
const MODULES = ["rasterise", "networks", "channel"];
let last = null; // the number and the paths of the drawing, for a preview that is built anew beside it
const soon = window.requestIdleCallback ?? setTimeout; // Safari has no other
const idle = () => new Promise(done => soon(done, { timeout: 2000 })); // milliseconds, at most

function build(parent) {
  const box = document.createElement("div");
  parent.append(box);
  return (parent.live = { box, paths: [], points: null, stacks: {}, frame: 0 });
}

// What is on the page, and what of it changes.
function lay(live, { content, networks }) {
  live.box.innerHTML = content;
  live.context = live.box.querySelector("canvas").getContext("2d");
  live.places = {};
  for (const approach of Object.keys(networks)) {
    const [answer, ...bars] = live.box.querySelectorAll(`.${approach}`);
    const [digit, percent] = ["b", "small"].map(name => answer.querySelector(name));
    live.places[approach] = { digit, percent, bars };
  }
}

// Once the page has appeared: first what draws, then the networks one by one.
async function load(live) {
  const { scripts, networks } = live.data;
  const wanted = JSON.stringify(networks);
  if (live.loaded === wanted) return;
  Object.assign(live, { loaded: wanted, stacks: {} });
  await idle();
  const modules = MODULES.map(name => import(at(scripts[name])));
  Object.assign(live, ...(await Promise.all(modules)));
  show(live);
  for (const [approach, address] of Object.entries(networks)) {
    await idle(); // what the server has answered meanwhile is shown first
    const stack = await live.fetchStack(at(address));
    if (live.loaded !== wanted) return; // another run was chosen meanwhile
    live.stacks[approach] = stack;
    show(live);
  }
  check(live);
}

// The server says which picture it has seen and what it has read. It is told if we read it otherwise.
function check({ data: { answered }, stacks, predictProba, report }) {
  if (!answered) return;
  const picture = bytes(answered.picture);
  for (const [approach, stack] of Object.entries(stacks)) {
    const proba = predictProba(stack, picture);
    if (proba.indexOf(Math.max(...proba)) !== answered.best[approach]) return report("fault", approach);
  }
}

// Points where the pen went as Fabric.js draws them: curves from the middle between two to the next.
function pathOf(points) {
  const curves = points.slice(1).map(([x, y], k) => {
    const [fromX, fromY] = points[k];
    return ["Q", fromX, fromY, (fromX + x) / 2, (fromY + y) / 2];
  });
  return { path: [["M", ...points[0]], ...curves, ["L", ...points.at(-1)]] };
}

// At the end of a stroke it drops those that are too close to the one before, and the last but one.
function decimated(points) {
  const [first, ...others] = points, kept = [first], last = others.pop() ?? first;
  for (const [x, y] of others.slice(0, -1)) {
    const [beforeX, beforeY] = kept.at(-1);
    if (Math.hypot(x - beforeX, y - beforeY) >= CLOSE) kept.push([x, y]);
  }
  return [...kept, last];
}

function follow(live, event) {
  const canvas = event.composedPath()[0];
  if (canvas.tagName !== "CANVAS" || !event.isPrimary || event.button > 0) return;
  if (live.points && live.pointer !== event.pointerId) return; // one draws already
  live.stroke?.abort();
  const stroke = new AbortController(), { signal } = stroke;
  const move = ({ pointerId, clientX, clientY }) => {
    if (pointerId !== live.pointer) return; // another finger
    const { left, top, width } = canvas.getBoundingClientRect(), scale = live.data.side / width;
    live.points.push([(clientX - left) * scale, (clientY - top) * scale]);
    showOncePerFrame(live);
  };
  const end = ({ pointerId }) => {
    if (pointerId !== live.pointer) return;
    stroke.abort();
    live.paths.push(pathOf(decimated(live.points)));
    live.points = null;
    show(live);
  };
  Object.assign(live, { points: [], pointer: event.pointerId, stroke });
  move(event);
  addEventListener("pointermove", move, { signal });
  for (const last of ["pointerup", "pointercancel"]) addEventListener(last, end, { signal });
}

// At once, and then not again before the screen has shown it: some pens move more often.
function showOncePerFrame(live) {
  live.isLate = Boolean(live.frame);
  if (live.isLate) return;
  show(live);
  live.frame = requestAnimationFrame(() => {
    live.frame = 0;
    if (live.isLate) showOncePerFrame(live);
  });
}

function show(live) {
  const { data, paths, points, stacks, rasterise, readPaths, predictProba, tell } = live;
  live.isLate = false;
  if (!rasterise) return;
  const drawn = points ? [...paths, pathOf(points)] : paths;
  const picture = rasterise(readPaths(drawn, data.side, data.side));
  paint(live.context, picture ?? new Uint8Array(784));
  for (const [approach, place] of Object.entries(live.places)) {
    const stack = stacks[approach];
    fill(place, data, approach, picture && stack && predictProba(stack, picture));
  }
  tell({ picture, isMoving: Boolean(points) });
}

function paint(context, picture) {
  const image = context.createImageData(28, 28);
  const pixels = new Uint32Array(image.data.buffer);
  picture.forEach((grey, k) => (pixels[k] = 0xff000000 | (grey * 0x010101))); // opaque
  context.putImageData(image, 0, 0);
}

function fill({ digit, percent, bars }, { classes, yes, doubt, nothing }, approach, proba) {
  const best = proba ? proba.indexOf(Math.max(...proba)) : -1;
  const isNone = proba && approach === "multi" && proba[best] < yes;
  write(digit, !proba ? nothing : isNone ? doubt : classes[best]);
  write(percent, proba ? share(proba[best]) : "");
  bars.forEach((bar, k) => {
    const width = proba ? Math.round(1000 * proba[k]) / 10 : 0;
    if (bar.percent !== width) bar.style.width = `${(bar.percent = width)}%`;
  });
}

// The text of a place, and not its children: of those the page's style asks, and all of it would be
// worked out anew at each movement. What stays as it is costs nothing.
function write(place, text) {
  const node = place.firstChild ?? place.appendChild(new Text());
  if (node.data !== text) node.data = text;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const live = parentElement.live ?? build(parentElement);
  if (live.data?.content !== data.content) lay(live, data);
  const { number, objects } = data.given;
  if (live.data?.given.number !== number) {
    live.paths = !live.data && last?.number === number ? last.paths : [...objects];
    last = { number, paths: live.paths };
  }
  const isAnother = data.answered?.picture !== live.data?.answered?.picture;
  Object.assign(live, { data, report: setTriggerValue });
  const beside = document.querySelector(".st-key-draw_canvas");
  if (beside) beside.onpointerdown = event => follow(live, event);
  const loading = load(live), { loaded } = live; // forgets the networks of another run at once
  show(live);
  if (isAnother) check(live);
  loading.catch(error => { // the server answers all the same
    console.warn("No preview:", error);
    if (live.loaded === loaded) live.loaded = null; // so that it is tried again
  });
}
