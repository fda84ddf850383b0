// Drags a provider to another challenge. A drop leads to the form of the move, which shows the
// cost; nothing is decided by it. Buttons do the same without a mouse.
const board = document.querySelector("[data-board]");
if (board) {
  let held = null;
  for (const seat of board.querySelectorAll("[data-seat]")) {
    seat.draggable = true;
    seat.addEventListener("dragstart", (event) => {
      held = seat;
      event.dataTransfer.setData("text/plain", seat.dataset.solution);
      event.dataTransfer.effectAllowed = "move";
      seat.classList.add("is-held");
    });
    seat.addEventListener("dragend", () => {
      held = null;
      seat.classList.remove("is-held");
    });
  }
  for (const lane of board.querySelectorAll("[data-challenge]")) {
    lane.addEventListener("dragover", (event) => {
      if (!held || held.dataset.source === lane.dataset.challenge) return;
      event.preventDefault();
      lane.classList.add("is-over");
    });
    lane.addEventListener("dragleave", (event) => {
      if (!lane.contains(event.relatedTarget)) lane.classList.remove("is-over");
    });
    lane.addEventListener("drop", (event) => {
      event.preventDefault();
      lane.classList.remove("is-over");
      if (!held) return;
      const { solution, source } = held.dataset;
      const move = new URLSearchParams({ solution, target: lane.dataset.challenge });
      if (source) move.set("source", source);
      window.location.assign(`${board.dataset.board}?${move}#move`);
    });
  }
}

// The form asks again by itself when something else is chosen, and focus stays where it is.
const form = document.querySelector("[data-move]");
form?.addEventListener("change", async (event) => {
  const ask = event.target.closest("form[data-ask]");
  if (!ask) return;
  const chosen = event.target.closest("[data-asks]");
  if (!chosen) return;
  const reason = form.querySelector("#reason")?.value;
  const fields = [...chosen.querySelectorAll("[name]")].map((field) => [field.name, field.value]);
  const address = `${ask.dataset.ask}?${new URLSearchParams(fields)}`;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
    if (!answer.ok) return;
    form.innerHTML = await answer.text();
    form.querySelector(`#${event.target.id}`)?.focus();
    const field = form.querySelector("#reason");
    if (field && reason) field.value = reason;
    history.replaceState(null, "", address);
  } finally {
    form.removeAttribute("aria-busy");
  }
});

const done = document.querySelector("[data-done]");
if (done) done.focus();
else if (window.location.hash === "#move") document.querySelector("#move")?.focus();
