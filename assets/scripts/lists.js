// The keys of a list, and of what it leads to. The row with the focus is the marked one, so Enter
// opens it as it opens any link.
import { listen } from "./keys.js";

const table = document.querySelector("[data-rows]");
if (table) {
  const links = [...table.querySelectorAll("tbody tr")].map((row) => row.querySelector("a"));
  const marked = () => {
    const row = document.activeElement.closest("[data-rows] tbody tr");
    return row ? links.indexOf(row.querySelector("a")) : -1;
  };
  listen({
    j: () => links[marked() + 1]?.focus(),
    k: () => links[marked() - 1]?.focus(),
  });
}

const beside = document.querySelector("[data-beside]");
if (beside) {
  listen({
    j: () => beside.querySelector("[rel=next]")?.click(),
    k: () => beside.querySelector("[rel=prev]")?.click(),
  });
}
