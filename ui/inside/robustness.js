// How much a drawing can be disturbed until each approach gives way; see ui/inside/robustness.py. It
// hears of every movement of the pen, and computes with the modules of ui/live/ that it is given.

const REST = 250; // ms without a movement, after which it is looked for where each gives way
const SLICE = 8; // ms of computing, after which the page gets its turn
const MODULES = ["networks", "channel", "pixels", "perturbations", "deepfool"];
const BLANK = new Uint8Array(784);

const largest = values => values.indexOf(Math.max(...values));

function build(parent) {
  const box = document.createElement("div");
  box.className = "robustness";
  parent.append(box);
  const room = { box, stacks: {}, original: [], picture: null, isMoving: false, search: 0 };
  box.oninput = ({ target }) => show(room, target.closest("section"));
  box.onclick = ({ target }) => target.matches(".points button") && jump(room, target);
  return (parent.room = room);
}

async function load(room) {
  const { networks, scripts } = room.data, wanted = JSON.stringify(networks);
  if (room.loaded === wanted) return;
  Object.assign(room, { loaded: wanted, stacks: {}, status: "loading" });
  update(room);
  try {
    const modules = await Promise.all(MODULES.map(name => import(at(scripts[name]))));
    room.live = Object.assign({}, ...modules);
    listen(room);
    const stacks = await Promise.all(Object.values(networks).map(a => room.live.fetchStack(at(a))));
    if (room.loaded !== wanted) return; // another run was chosen meanwhile
    Object.keys(networks).forEach((approach, k) => (room.stacks[approach] = stacks[k]));
    room.status = "empty";
  } catch (error) {
    console.warn("Nothing to break:", error);
    Object.assign(room, { status: "failed", loaded: null });
  }
  update(room);
}

// Where no pen is down the server's picture is shown: it is told after each stroke, Undo and Clear.
function listen(room) {
  room.stop?.();
  room.stop = room.live.hear(({ picture, isMoving }) => {
    if (!room.box.isConnected) return room.stop?.();
    if (!isMoving && !room.isMoving) return;
    Object.assign(room, { picture, isMoving });
    room.frame ??= requestAnimationFrame(() => update(room)); // the answers come before all this
  });
}

function update(room) {
  room.frame = null;
  const { box, picture, status, data: { words } } = room, isReady = Object.keys(room.stacks).length;
  room.search++;
  clearTimeout(room.timer);
  room.original = isReady && picture
    ? Object.values(room.stacks).map(stack => largest(room.live.predictProba(stack, picture)))
    : [];
  for (const section of box.querySelectorAll("[data-name]")) show(room, section);
  for (const part of [box, ...box.querySelectorAll("section")])
    part.classList.toggle("searching", Boolean(isReady && picture));
  const search = isReady && picture && !room.isMoving;
  if (search) room.timer = setTimeout(() => find(room), REST);
  else if (!isReady || !picture) forget(room, words[isReady ? "empty" : status]);
}

function forget({ box, data: { nothing } }, text) {
  write(box.querySelector(".result"), text);
  for (const button of box.querySelectorAll(".points button"))
    Object.assign(button, { textContent: nothing, disabled: true });
  for (const line of box.querySelectorAll(".lines i")) line.style.background = "";
  for (const canvas of box.querySelectorAll(".changes canvas"))
    canvas.getContext("2d").clearRect(0, 0, 28, 28);
  for (const text of box.querySelectorAll(".changes p")) text.textContent = nothing;
}

// One disturbance at the strength of its slider, and what both answer.
function show(room, section) {
  const { data, live, picture, stacks } = room, trial = data.trials[section.dataset.name];
  const slider = section.querySelector("input"), strength = trial.strengths[slider.value];
  const text = strengthText(trial, strength);
  slider.setAttribute("aria-valuetext", text);
  section.querySelector("output").textContent = text;
  const disturbed = live && picture && disturb(room, section.dataset.name, strength);
  live?.paintInk(section.querySelector("canvas"), disturbed || BLANK);
  for (const answer of section.querySelectorAll(".answers > div")) {
    const number = Object.keys(stacks).indexOf(answer.className.split(" ")[0]);
    const proba = disturbed && number >= 0
      ? live.predictProba(Object.values(stacks)[number], disturbed) : null;
    fill(answer, data, proba, room.original[number]);
  }
}

function disturb({ data, live, picture }, name, strength) {
  return live.perturbed(picture, name, strength, data.field);
}

function fill(answer, { classes, words, yes, nothing, doubt }, proba, before) {
  const best = proba ? largest(proba) : -1, isOther = proba && best !== before;
  const isNone = proba && answer.classList.contains("multi") && proba[best] < yes;
  answer.querySelector("b").textContent = proba ? classes[best] + (isNone ? doubt : "") : nothing;
  answer.querySelector("small").textContent = !proba ? ""
    : isOther ? `${share(proba[best])}, ${say(words.before, { label: classes[before] })}`
    : share(proba[best]);
  answer.classList.toggle("broken", Boolean(isOther));
}

function strengthText({ texts, scale, digits }, strength) {
  const amount = Math.abs(strength * scale).toFixed(digits);
  return say(texts[Math.sign(strength) + 1], { amount });
}

// Where each gives way to each disturbance, and then the smallest change; the pen may stop it.
async function find(room) {
  const search = room.search, { box, data } = room, approaches = Object.keys(room.stacks);
  let since = performance.now();
  const pause = async () => {
    if (performance.now() - since > SLICE) {
      await (window.scheduler?.yield?.() ?? new Promise(done => setTimeout(done)));
      since = performance.now();
    }
    return room.search !== search;
  };
  const wins = { single: 0, multi: 0 };
  const count = breaking => { // the strength at which each gives way, as a distance from 0
    const [single, multi] = ["single", "multi"].map(approach => breaking[approach]);
    if (single < multi) wins.single++;
    if (multi < single) wins.multi++;
  };
  write(box.querySelector(".result"), data.words.computing, { silent: true });
  const sections = [...box.querySelectorAll("[data-name]")];
  for (const section of sections) {
    const breaking = await scan(room, section, approaches, pause);
    if (!breaking) return;
    count(breaking);
  }
  const lengths = {};
  for (const approach of approaches) {
    const change = await room.live.smallestChange(room.stacks[approach], room.picture, pause);
    if (!change) return;
    lengths[approach] = change.length;
    showChange(room, approach, change);
  }
  count(lengths);
  const fields = { count: sections.length + 1, ...wins };
  write(box.querySelector(".result"), approaches.length > 1 ? say(data.words.verdict, fields) : "");
  for (const part of [box, ...box.querySelectorAll("section")]) part.classList.remove("searching");
}

async function scan(room, section, approaches, pause) {
  const { name } = section.dataset, { strengths } = room.data.trials[name], breaking = {};
  const holds = approaches.map(() => []); // at each strength, whether the answer is as before
  for (const strength of strengths) {
    const disturbed = disturb(room, name, strength);
    for (let k = 0; k < approaches.length; k++) {
      const proba = room.live.predictProba(room.stacks[approaches[k]], disturbed);
      holds[k].push(largest(proba) === room.original[k]);
      if (await pause()) return null;
    }
  }
  approaches.forEach((approach, k) => {
    const broken = strengths.filter((_, step) => !holds[k][step]);
    broken.sort((a, b) => Math.abs(a) - Math.abs(b));
    breaking[approach] = broken.length ? Math.abs(broken[0]) : Infinity;
    showPoint(room, section, approach, holds[k], broken[0]);
  });
  section.classList.remove("searching");
  return breaking;
}

function showPoint({ data }, section, approach, holds, strength) {
  const trial = data.trials[section.dataset.name], isBroken = strength !== undefined;
  const button = section.querySelector(`button.${approach}`);
  button.disabled = !isBroken;
  button.value = isBroken ? trial.strengths.indexOf(strength) : "";
  button.textContent = isBroken
    ? say(data.says.breaks[approach], { strength: strengthText(trial, strength) })
    : data.says.holds[approach];
  const width = 100 / (holds.length - 1), stops = holds.map((isHeld, step) =>
    `${isHeld ? "var(--accent)" : "transparent"} ${(step - 0.5) * width}% ${(step + 0.5) * width}%`);
  section.querySelector(`i.${approach}`).style.background = `linear-gradient(90deg, ${stops})`;
}

function showChange({ box, data, live, picture }, approach, { picture: changed, length, answer }) {
  const place = box.querySelector(`.changes .${approach}`);
  const by = [...changed].map((grey, k) => grey - picture[k]);
  live.paintInk(place.querySelector(".changed"), changed);
  live.light(place.querySelector(".difference"), live.coloured(by, data.colours), 1, picture, 0);
  place.querySelector("p").textContent = Number.isFinite(length)
    ? say(data.says.smallest[approach], { length: length.toFixed(2), label: data.classes[answer] })
    : data.says.none[approach];
}

// To where an approach gives way.
function jump(room, button) {
  const section = button.closest("section");
  section.querySelector("input").value = button.value;
  show(room, section);
}

// A screen reader says what is new; while something is sought it says nothing.
function write(result, text, { silent = false } = {}) {
  result.setAttribute("aria-live", silent ? "off" : "polite");
  if (result.textContent !== text) result.textContent = text;
}

export default function ({ data, parentElement }) {
  const room = parentElement.room ?? build(parentElement);
  const isNew = room.data?.content !== data.content;
  const isOther = isNew || room.data.picture !== data.picture || room.loaded === undefined;
  room.data = { ...data, field: bytes(data.noise, Int8Array) };
  if (isNew) room.box.innerHTML = data.content;
  if (!room.isMoving) room.picture = data.picture && bytes(data.picture);
  if (room.live) listen(room);
  if (isOther || room.isLeft) update(room);
  room.isLeft = false;
  load(room);
  return () => { // nothing is sought for who has gone on
    room.stop?.();
    room.search++;
    clearTimeout(room.timer);
    cancelAnimationFrame(room.frame);
    Object.assign(room, { frame: null, isLeft: true });
  };
}
