// The canvas sends a stroke 200 ms after its end, or when its own button is pressed. It is pressed
// at the end of each stroke: so the answer comes three times as soon, and no click that follows
// finds the drawing without its last stroke. Without the button it is the 200 ms; see ui/canvas.py.

const BUTTON = "[aria-label='Update the app with this drawing']";

export default function ({ parentElement }) {
  const box = parentElement.closest(".st-key-draw_canvas");
  const left = new AbortController();
  let drawing = false;
  const begin = event => (drawing = event.composedPath()[0].tagName === "CANVAS");
  const end = () => {
    if (drawing) setTimeout(press); // once the canvas has taken the stroke in
    drawing = false;
  };
  const press = () => {
    const roots = [...box.querySelectorAll("*")].map(element => element.shadowRoot);
    roots.find(root => root?.querySelector(BUTTON))?.querySelector(BUTTON).click();
  };
  for (const name of ["mousedown", "touchstart"])
    box.addEventListener(name, begin, { capture: true, signal: left.signal });
  for (const name of ["mouseup", "touchend"])
    addEventListener(name, end, { signal: left.signal });
  return () => left.abort();
}
