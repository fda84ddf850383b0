// Counts words while they are written and boxes while they are ticked, and finds among many
// what a few letters name.
for (const text of document.querySelectorAll("textarea[data-words]")) {
  const place = document.querySelector(`[data-count="${CSS.escape(text.id)}"]`);
  if (!place) continue;
  const count = () => {
    const words = text.value.trim() ? text.value.trim().split(/\s+/).length : 0;
    const number = words.toLocaleString(document.documentElement.lang);
    place.textContent = `${number} ${words === 1 ? place.dataset.one : place.dataset.many}`;
  };
  text.addEventListener("input", count);
  if (text.value !== text.defaultValue) count();
}

for (const place of document.querySelectorAll("[data-chosen]")) {
  const boxes = place.closest("fieldset");
  const count = () => {
    const number = boxes.querySelectorAll("input:checked").length;
    place.textContent = place.dataset.chosen.replace("{n}", number.toLocaleString(document.documentElement.lang));
  };
  boxes.addEventListener("change", count);
  // A box may have been ticked before this was loaded, or by a browser that remembers.
  count();
}

// Accents and capitals make no difference to who looks for something.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

for (const field of document.querySelectorAll("input[data-find]")) {
  const rows = [...document.querySelectorAll(field.dataset.find)];
  const find = () => {
    const wanted = plain(field.value.trim());
    for (const row of rows) {
      const isChosen = row.querySelector("input:checked") !== null;
      row.hidden = !isChosen && !plain(row.textContent).includes(wanted);
    }
  };
  field.addEventListener("input", find);
  if (field.value) find();
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
