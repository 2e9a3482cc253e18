// Cells that can be pointed at for their facts and pressed for more; see ui/widgets/cells.py.

// Cells are in reading order: so up and down are a row of them away.
const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: n => -n, ArrowDown: n => n };

function build(parent) {
  const box = document.createElement("div");
  const facts = Object.assign(document.createElement("p"), { className: "cell-facts" });
  const cells = Object.assign(document.createElement("div"), { className: "cells" });
  box.append(cells, facts);
  parent.append(box);
  const tell = ({ target }) => {
    const cell = target.closest("[data-facts]");
    if (cell) facts.textContent = cell.dataset.facts;
  };
  cells.addEventListener("pointerover", tell);
  cells.addEventListener("focusin", tell);
  return (parent.cells = cells);
}

function fill(cells, { content, hint }) {
  if (cells.content === content) return; // what is focused stays so
  cells.innerHTML = cells.content = content;
  cells.nextSibling.textContent = hint;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const cells = parentElement.cells ?? build(parentElement);
  fill(cells, data);
  const buttons = [...cells.querySelectorAll("button")];
  const chosen = buttons.find(button => button.value === data.chosen);
  // One stop for the Tab key; from there the arrow keys go on.
  const stop = to => buttons.forEach(button => (button.tabIndex = button === to ? 0 : -1));
  buttons.forEach(button => button.setAttribute("aria-pressed", button === chosen));
  for (const frame of cells.querySelectorAll("[data-cell]"))
    frame.classList.toggle("chosen", frame.dataset.cell === data.chosen);
  stop(buttons.find(button => button === document.activeElement) ?? chosen ?? buttons[0]);
  cells.onclick = ({ target }) => {
    const cell = target.closest("button, [data-cell]");
    if (!cell) return;
    setTriggerValue("cell", cell.value ?? cell.dataset.cell);
    // On a phone what shows it is below the cells.
    document.querySelector(`.st-key-${data.shows}`)?.scrollIntoView({ block: "nearest" });
  };
  cells.onkeydown = event => {
    const next = buttons[buttons.indexOf(event.target) + STEPS[event.key]?.(data.columns)];
    if (!next) return;
    event.preventDefault(); // or the page scrolls
    stop(next);
    next.focus();
  };
}
