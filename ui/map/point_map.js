// Test pictures as points; see ui/map/point_map.py. It computes with the modules that it is given the
// addresses of.

const MARGIN = 10, DOT = 2, RING = 3.5, LIT = 3.5, TAP = 6; // pixels
const NEAREST = 5; // as in point_map.py
const TRAIL = 200; // places that a drawing has been at
const AFLOAT_MS = 1500; // after the end of a stroke

function build(parent) {
  const box = document.createElement("div");
  parent.append(box);
  const view = (parent.pointMaps = { box, maps: [], stacks: [], trails: [] });
  new ResizeObserver(() => paint(view)).observe(box);
  return view;
}

async function load(view) {
  const { scripts, maps } = view.data;
  const wanted = JSON.stringify(maps.map(({ file, network }) => [file, network]));
  if (view.loaded === wanted) return;
  view.loaded = wanted;
  Object.assign(view, { maps: [], stacks: [], trails: [] });
  for (const canvas of view.box.querySelectorAll("canvas")) canvas.width += 0; // wiped
  const modules = await Promise.all(scripts.map(address => import(at(address))));
  Object.assign(view, ...modules);
  const read = await Promise.all(maps.map(async ({ file }) =>
    view.readMap(await view.fetchArrays(at(file)))));
  if (view.loaded !== wanted) return; // others were chosen meanwhile
  view.maps = read;
  paint(view);
  if (!view.box.querySelector(".near")) return;
  view.stop ??= view.hear(drawing => follow(view, drawing));
  for (const [k, { network }] of maps.entries()) {
    const stack = network && await view.fetchStack(at(network));
    if (view.loaded !== wanted) return;
    view.stacks[k] = stack;
    follow(view, view.drawing);
  }
}

// A map's scale: from places to pixels of its square canvas, and back to numbers of a byte.
function scaleOf({ places, size, steps }, side) {
  const scale = [0, 1].map(k => {
    let low = Infinity, high = -Infinity;
    for (let n = k; n < places.length; n += size) {
      low = Math.min(low, places[n]), high = Math.max(high, places[n]);
    }
    const zoom = (side - 2 * MARGIN) / (high - low || 1);
    return {
      pixels: value => MARGIN + (k ? high - value : value - low) * zoom,
      byte: pixel => Math.max(-128, Math.min(128, Math.round(
        (k ? high - (pixel - MARGIN) / zoom : low + (pixel - MARGIN) / zoom) / steps[k]))),
    };
  });
  return { xy: place => scale.map((axis, k) => axis.pixels(place[k])),
           bytes: xy => scale.map((axis, k) => axis.byte(xy[k])) };
}

function contextOf(canvas) {
  const side = canvas.clientWidth, context = canvas.getContext("2d");
  canvas.width = canvas.height = side * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  return context;
}

function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function paint(view) {
  view.maps.forEach((map, k) => {
    const canvas = view.box.querySelectorAll(".dots")[k];
    if (!canvas?.clientWidth) return;
    map.scale = scaleOf(map, canvas.clientWidth);
    map.xy = Array.from(map.labels, (_, row) => map.scale.xy(map.places.subarray(row * map.size)));
    paintDots(contextOf(canvas), map, view.data);
    map.marks = contextOf(view.box.querySelectorAll(".marks")[k]);
  });
  if (view.drawing) follow(view, view.drawing);
}

function paintDots(context, { xy, labels, answers }, { lit, colours, classes, ink, paper }) {
  const colour = row => colours[labels[row] % colours.length];
  context.globalAlpha = lit ? 0.15 : 0.8;
  xy.forEach(([x, y], row) => {
    context.fillStyle = colour(row);
    context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
  });
  context.globalAlpha = 1;
  context.strokeStyle = ink;
  for (const row of lit ?? xy.keys()) {
    context.fillStyle = colour(row);
    if (lit) circle(context, xy[row], LIT), context.fill();
    if (labels[row] !== answers[row]) circle(context, xy[row], RING), context.stroke();
  }
  Object.assign(context, { font: "bold 20px sans-serif", textAlign: "center", fillStyle: ink,
    textBaseline: "middle", strokeStyle: paper, lineWidth: 4, lineJoin: "round" });
  classes.forEach((name, place) => {
    const own = xy.filter((_, row) => labels[row] === place);
    if (!own.length) return;
    const [x, y] = [0, 1].map(k => own.reduce((sum, spot) => sum + spot[k], 0) / own.length);
    context.strokeText(name, x, y);
    context.fillText(name, x, y);
  });
}

// The drawing as a point: while somebody draws as the browser sees it, else as the server has.
function follow(view, drawing) {
  view.drawing = drawing;
  if (!view.box.isConnected) { // the section is closed
    view.stop?.();
    return (view.stop = null);
  }
  const isDrawn = document.querySelector(".st-key-live"), { data } = view;
  const boxes = [...view.box.querySelectorAll(".near")];
  const spoken = view.maps.map((map, k) => {
    const { picture } = drawing, stack = isDrawn && view.stacks[k];
    const place = !stack ? data.maps[k].place
      : picture && view.placeOf(map, view.activations(stack, picture).at(-2));
    const rows = place ? view.nearest(map, place, NEAREST) : [];
    view.trails[k] = place && stack ? [...(view.trails[k] ?? []), place].slice(-TRAIL) : [];
    mark(view, k, place, rows);
    const digits = rows.map(row => data.classes[map.labels[row]]);
    [...(boxes[k]?.children ?? [])].forEach((box, n) => {
      const [image, digit] = box.children, url = data.pictures[rows[n]] ?? "";
      if (digit.textContent !== (digits[n] ?? "")) digit.textContent = digits[n] ?? "";
      image.hidden = !url;
      if (url && image.getAttribute("src") !== url) image.src = url;
    });
    return digits.length
      ? say(data.spoken, { name: data.names[k], digits: digits.join(" ") }) : "";
  }).join(" ");
  if (drawing.isMoving) float(view);
  else if (boxes.length) announce(view.box.querySelector(".spoken"), spoken);
}

// A screen reader says what is new, once.
function announce(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

// Who draws sees the maps: where they are below the window, they come up until the strokes are drawn.
function float(view) {
  const { box, sinking } = view;
  clearTimeout(sinking);
  view.sinking = setTimeout(() => {
    view.sinking = null;
    box.classList.remove("afloat");
    box.parentElement.style.minHeight = "";
  }, AFLOAT_MS);
  if (sinking) return; // looked at where this stroke began
  const { top, height } = box.getBoundingClientRect();
  if (top + height / 3 < innerHeight) return;
  box.parentElement.style.minHeight = `${height}px`; // nothing moves below
  box.classList.add("afloat");
}

function mark(view, k, place, rows) {
  const map = view.maps[k], { data } = view, context = map.marks;
  if (!context) return;
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  Object.assign(context, { strokeStyle: data.ink, lineWidth: 1, lineJoin: "round" });
  if (!place) return;
  context.globalAlpha = 0.5;
  line(context, view.trails[k].map(map.scale.xy));
  context.stroke();
  context.globalAlpha = 1;
  const spot = map.scale.xy(place);
  for (const row of rows) {
    line(context, [spot, map.xy[row]]);
    context.stroke();
    circle(context, map.xy[row], 4);
    context.fillStyle = data.colours[map.labels[row] % data.colours.length];
    context.fill();
    context.stroke();
  }
  circle(context, spot, 8);
  Object.assign(context, { fillStyle: data.ink, strokeStyle: data.paper, lineWidth: 3 });
  context.fill();
  context.stroke();
}

function line(context, spots) {
  context.beginPath();
  for (const [x, y] of spots) context.lineTo(x, y);
}

// A line around points; a tap is a small square.
function lasso(view, k, event) {
  const map = view.maps[k], canvas = event.target, most = view.data.corners;
  if (!map?.scale || !event.isPrimary || event.button > 0) return;
  const path = [], add = ({ offsetX, offsetY }) => {
    path.push([offsetX, offsetY]);
    const context = contextOf(canvas);
    Object.assign(context, { strokeStyle: view.data.ink, fillStyle: view.data.ink, lineWidth: 2 });
    line(context, path);
    context.stroke();
    context.globalAlpha = 0.1;
    context.fill();
  };
  const end = () => {
    canvas.onpointermove = canvas.onpointerup = canvas.onpointercancel = null;
    contextOf(canvas); // wipes the line
  };
  canvas.setPointerCapture(event.pointerId);
  canvas.onpointermove = add;
  canvas.onpointercancel = end;
  canvas.onpointerup = () => {
    end();
    const [[x, y]] = path, isTap = path.every(([a, b]) => Math.hypot(a - x, b - y) < TAP);
    const around = [[-TAP, -TAP], [TAP, -TAP], [TAP, TAP], [-TAP, TAP]];
    if (isTap && !map.xy.some(([a, b]) => Math.max(Math.abs(a - x), Math.abs(b - y)) < TAP)) return;
    const step = Math.max(1, path.length / most);
    const corners = isTap ? around.map(([a, b]) => [x + a, y + b])
      : path.filter((_, n) => Math.floor(n / step) !== Math.floor((n - 1) / step)).slice(0, most);
    if (corners.length > 2) view.choose("lasso", corners.flatMap(map.scale.bytes));
  };
  add(event);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const view = parentElement.pointMaps ?? build(parentElement);
  if (view.data?.content !== data.content) view.box.innerHTML = data.content;
  Object.assign(view, { data, choose: setTriggerValue });
  view.box.style.setProperty("--paper", data.paper);
  view.box.querySelectorAll(".marks").forEach((canvas, k) => {
    canvas.classList.toggle("lasso", data.corners > 0);
    canvas.onpointerdown = data.corners ? event => lasso(view, k, event) : null;
  });
  const loading = load(view), { loaded } = view; // forgets another run's maps at once
  paint(view);
  loading.catch(error => {
    console.warn("No map:", error);
    if (view.loaded !== loaded) return; // another run was chosen meanwhile
    view.box.textContent = data.failed;
    view.data = view.loaded = null; // so that it is tried again
  });
}
