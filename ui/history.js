// One step in the browser's history for each thing that a visitor does, so that Back undoes it.
// Streamlit adds a step whenever the address changes: on the way to another page also one with the
// path of the old page and parameters of the new one, where Back would end.

if (!window.stepByStep) {
  window.stepByStep = true;
  let acted = true;
  for (const act of ["click", "keydown"]) addEventListener(act, () => (acted = true), true);
  addEventListener("popstate", () => (acted = false)); // Back and Forward add none, be it by key
  const { pushState, replaceState } = history;
  history.pushState = (...step) => {
    (acted ? pushState : replaceState).apply(history, step);
    acted = false;
  };
}
