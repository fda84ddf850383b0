// The keys of a review. All that they do is done by fields too.
import { listen } from "./keys.js";

const form = document.querySelector("[data-review]");
if (form) {
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  const at = () => criteria.findIndex((one) => one.contains(document.activeElement));
  const go = (place) => criteria[Math.max(0, Math.min(place, criteria.length - 1))]?.focus();
  const score = (points) => {
    const choice = criteria[at()]?.querySelector(`input[type="radio"][value="${points}"]`);
    if (!choice) return;
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  };

  listen({
    j: () => go(at() + 1),
    k: () => go(at() - 1),
    t: () => setTimeout(() => form.querySelector("#comment_team").focus()),
    ...Object.fromEntries(["1", "2", "3", "4", "5", "6", "7"].map((n) => [n, () => score(n)])),
  });
}
