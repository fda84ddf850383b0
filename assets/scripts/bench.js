// The keys of the match bench. All that they do is done by links and buttons too.
import { listen } from "./keys.js";

const bench = document.querySelector("[data-bench]");
if (bench) {
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

  listen(keys);

  if (window.location.hash === "#pair") bench.querySelector("#pair").focus();
}
