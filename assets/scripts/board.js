// Drags a provider of the board onto another challenge: the same as its button, and the page that
// follows shows the cost and asks for the reason. Nothing is kept here.
let dragged = null;

for (const seat of document.querySelectorAll("[data-move]")) {
  seat.addEventListener("dragstart", (event) => {
    dragged = seat;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", seat.textContent.trim());
  });
  seat.addEventListener("dragend", () => {
    dragged = null;
  });
}

for (const row of document.querySelectorAll("[data-target]")) {
  const takes = () => dragged !== null && !row.contains(dragged);
  row.addEventListener("dragover", (event) => {
    if (!takes()) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  });
  row.addEventListener("drop", (event) => {
    if (!takes()) return;
    event.preventDefault();
    const address = new URL(dragged.dataset.move, window.location.href);
    address.searchParams.set("target", row.dataset.target);
    window.location.assign(address);
  });
}

// After a move the challenge that the provider came to is where its reader goes on.
const landed = document.getElementById(window.location.hash.slice(1));
if (landed?.hasAttribute("data-target")) landed.focus();
