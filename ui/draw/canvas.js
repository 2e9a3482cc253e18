// What the canvas cannot be told by its settings (see ui/draw/canvas.py): a name for who does not see
// it, to send a stroke at once, to hide its toolbar, to leave Ctrl+Z to the field that somebody types
// in, to come into view when something is put on it, and how wide its place is.

const BUTTON = "[aria-label='Update the app with this drawing']";
const FIELD = "input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable]";

// Undo and Clear are ours. The toolbar stays in the document, since its first button is pressed.
const sheet = new CSSStyleSheet();
sheet.replaceSync(".dc-toolbar { display: none !important }");
let watcher; // there is one canvas at a time, and a new one after each Clear

function hideToolbar(box) {
  for (const host of box.querySelectorAll("[data-testid=stBidiComponentIsolated]"))
    if (host.shadowRoot) host.shadowRoot.adoptedStyleSheets = [sheet];
    else requestAnimationFrame(() => hideToolbar(box));
}

// The canvas sends a stroke 200 ms after its end, or when its own button is pressed. It is pressed
// at the end of each stroke: so the answer comes 200 ms sooner, and no click that follows finds the
// drawing without its last stroke. Without the button it is the 200 ms.
function pressAfter(end) {
  return event => {
    const canvas = event.composedPath()[0];
    if (canvas.tagName !== "CANVAS") return;
    const press = () => canvas.getRootNode().querySelector(BUTTON)?.click();
    // A moment later: the canvas has to take the stroke in first.
    addEventListener(end, () => setTimeout(press), { once: true });
  };
}

// Streamlit gives a key with Ctrl to a button even while somebody types, and listens at the document.
function keepInField(event) {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  if (isUndo && event.composedPath()[0].matches?.(FIELD)) event.stopPropagation();
}

// A canvas for numbers is as wide as its place, which only the browser knows.
function tellWidth(box) {
  if (box.sizes) return;
  box.sizes = new ResizeObserver(() => {
    clearTimeout(box.later);
    box.later = setTimeout(() => {
      const width = Math.min(box.most, 10 * Math.floor(box.clientWidth / 10));
      if (width && width !== box.told) box.tell("width", (box.told = width));
    }, box.told ? 300 : 0); // while a window is being resized it changes many times
  });
  box.sizes.observe(box);
}

export default function ({ data, parentElement, setStateValue }) {
  const box = parentElement.closest(".st-key-draw_canvas");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", data.label);
  box.onmousedown = pressAfter("mouseup");
  box.ontouchstart = pressAfter("touchend");
  watcher?.disconnect();
  watcher = new MutationObserver(() => hideToolbar(box));
  watcher.observe(box, { childList: true, subtree: true });
  hideToolbar(box);
  Object.assign(box, { most: data.most, tell: setStateValue });
  if (data.most) tellWidth(box);
  if (data.put > (box.put ?? data.put)) box.scrollIntoView({ block: "nearest" });
  box.put = data.put;
  document.documentElement.addEventListener("keydown", keepInField); // once, as it is one function
}
