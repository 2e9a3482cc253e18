// What is drawn now, for all in the page that moves with the pen. Whoever imports it has the same one.
//
// A drawing is { picture, isMoving }: the 784 grey levels that the networks see, or null for none, and
// whether the pen is still down.

const listeners = new Set();
let now = { picture: null, isMoving: false };

export function tell(drawing) {
  now = drawing;
  for (const listener of listeners) listener(drawing);
}

// The listener is told of what is drawn at once, and at every movement until it is no more wanted.
export function hear(listener) {
  listeners.add(listener);
  listener(now);
  return () => listeners.delete(listener);
}
