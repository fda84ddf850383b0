// Single keys of a page. They are silent in fields and can be turned off (WCAG 2.1.4); the list
// of them is shown where they work.
const OFF = "counterpart-keys-off";
const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";

export const listen = (keys) => {
  const help = document.querySelector("[data-keys]");
  if (!help) return;
  const turn = help.querySelector("[data-keys-off]");
  const isOff = () => localStorage.getItem(OFF) === "true";
  const show = () => turn.setAttribute("aria-pressed", String(isOff()));
  help.hidden = false;
  turn.addEventListener("click", () => {
    localStorage.setItem(OFF, String(!isOff()));
    show();
  });
  show();

  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest?.(FIELDS);
    if (isOff() || inField || event.ctrlKey || event.metaKey || event.altKey) return;
    keys[event.key]?.();
  });
};
