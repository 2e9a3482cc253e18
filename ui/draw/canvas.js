// The canvas sends a stroke 200 ms after its end, or when its own button is pressed. It is pressed
// at the end of each stroke: so the answer comes 200 ms sooner, and no click that follows finds the
// drawing without its last stroke. Without the button it is the 200 ms; see ui/draw/canvas.py.

const BUTTON = "[aria-label='Update the app with this drawing']";

function pressAfter(end) {
  return event => {
    const canvas = event.composedPath()[0];
    if (canvas.tagName !== "CANVAS") return; // a button of the canvas
    const press = () => canvas.getRootNode().querySelector(BUTTON)?.click();
    // A moment later: the canvas has to take the stroke in first.
    addEventListener(end, () => setTimeout(press), { once: true });
  };
}

export default function ({ parentElement }) {
  const box = parentElement.closest(".st-key-draw_canvas");
  box.onmousedown = pressAfter("mouseup");
  box.ontouchstart = pressAfter("touchend");
}
