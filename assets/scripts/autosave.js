// Saves a form as its writer goes on, a second after the last key and when the page is left.
// The answer is a part of a page: what it says is shown, and what it has seen is sent next time.
const WAIT = 1000;
const AGAIN = 10000;
const LONGEST = 15000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const place = form.querySelector("#saved");
  let timer;
  let saved = given();
  let running = false;
  let then;

  // What the page came with: somebody may have begun to write before this script was there.
  function given() {
    const fields = new URLSearchParams();
    for (const field of form.elements) {
      if (!field.name || field.name === "seen" || field.type === "submit") continue;
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.defaultChecked) fields.append(field.name, field.value);
      } else if (field.options) {
        const chosen = [...field.options].find((option) => option.defaultSelected);
        fields.append(field.name, (chosen ?? field.options[0]).value);
      } else fields.append(field.name, field.defaultValue);
    }
    return fields.toString();
  }

  function sent() {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("seen");
    return fields.toString();
  }

  function tell(text) {
    const line = document.createElement("p");
    line.className = "saved saved--no";
    line.textContent = text;
    place.replaceChildren(line);
  }

  async function save() {
    clearTimeout(timer);
    const now = sent();
    if (running || now === saved) return;
    running = true;
    let again = 0;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "HX-Request": "true", Accept: "text/html" },
        body: new URLSearchParams(new FormData(form)),
        redirect: "manual",
        signal: AbortSignal.timeout(LONGEST),
      });
      if (answer.status === 401 || answer.type === "opaqueredirect") {
        tell(form.dataset.signedOut);
        again = AGAIN;
      } else if ([200, 409, 422].includes(answer.status)) {
        place.innerHTML = await answer.text();
        const seen = place.querySelector("[data-seen]");
        if (seen) form.elements.seen.value = seen.dataset.seen;
        // From where an answer is stands above it, before the place of what was said.
        const reused = place.querySelector("[data-reused]");
        if (reused) form.querySelector("[data-reused]").replaceWith(reused);
        if (answer.status !== 409) saved = now;
      } else {
        tell(form.dataset.failed);
        again = AGAIN;
      }
    } catch {
      tell(form.dataset.failed);
      again = AGAIN;
    }
    running = false;
    if (then) {
      then();
      then = undefined;
    } else if (again || (sent() !== now && sent() !== saved)) timer = setTimeout(save, again || WAIT);
  }

  if (sent() !== saved) timer = setTimeout(save, WAIT);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  form.addEventListener("change", save);
  // Two requests at once would be two writers, and the second be told of the first as of somebody else.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      event.preventDefault();
      then = () => form.requestSubmit(event.submitter);
    } else saved = sent();
  });
  window.addEventListener("pagehide", () => {
    if (sent() !== saved) {
      fetch(form.action, {
        method: "POST",
        headers: { "HX-Request": "true", Accept: "text/html" },
        body: new URLSearchParams(new FormData(form)),
        keepalive: true,
      });
    }
  });
}
