// Streamlit's uploader refuses a file without telling the page, and keeps the file before it: the
// page would go on about that one. So only the file that came last stays; see ui/draw/sources.py.

const CHIP = "[data-testid=stFileChip]";
const REMOVE = "[data-testid=stFileChipDeleteBtn] button";
let watcher; // there is one uploader at a time

export default function ({ parentElement }) {
  const box = parentElement.closest(".st-key-upload");
  const keepLast = () => {
    const [old, ...later] = box.querySelectorAll(CHIP);
    if (later.length) old.querySelector(REMOVE)?.click();
  };
  watcher?.disconnect();
  watcher = new MutationObserver(keepLast);
  watcher.observe(box, { childList: true, subtree: true });
}
