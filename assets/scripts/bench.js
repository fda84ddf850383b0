// The keys of the match bench. All that they do is done by links and buttons too; they can be
// turned off (WCAG 2.1.4), and are silent in fields.
const OFF = "counterpart-keys-off";

const bench = document.querySelector("[data-bench]");
if (bench) {
  const help = bench.querySelector("[data-keys]");
  const turn = bench.querySelector("[data-keys-off]");
  help.hidden = false;
  const isOff = () => localStorage.getItem(OFF) === "true";
  const show = () => turn.setAttribute("aria-pressed", String(isOff()));
  turn.addEventListener("click", () => {
    localStorage.setItem(OFF, String(!isOff()));
    show();
  });
  show();

  const links = [...bench.querySelectorAll("a[data-provider]")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const follow = (link) => link && link.click();
  const keys = {
    j: () => follow(links[at + 1]),
    k: () => follow(links[at - 1]),
    n: () => follow(bench.querySelector("a[data-next]")),
    u: () => (document.querySelector("[data-undo]") ?? bench.querySelector("[data-undo]"))?.click(),
    ...Object.fromEntries(
      ["c", "r", "x"].map((key) => [key, () => decide(bench.querySelector(`[data-key="${key}"]`))]),
    ),
  };

  // A verdict has its reason: without one the key leads to the field, and with one it decides.
  const decide = (button) => {
    const reason = bench.querySelector("#reason");
    if (!button) return;
    if (reason.value.trim()) button.click();
    else reason.focus();
  };

  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (isOff() || inField || event.ctrlKey || event.metaKey || event.altKey) return;
    keys[event.key]?.();
  });

  if (window.location.hash === "#pair") bench.querySelector("#pair").focus();
}
