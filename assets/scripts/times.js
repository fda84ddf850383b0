// Beside each time the reader's own, where the clock of the reader shows another one.
const words = document.documentElement.dataset;
// Dates as in Europe: day before month, and 24 hours.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

for (const time of document.querySelectorAll("time[data-offset]")) {
  const instant = new Date(time.dateTime);
  const offset = -instant.getTimezoneOffset();
  if (Number.isNaN(offset) || offset === Number(time.dataset.offset)) continue;
  const own = new Intl.DateTimeFormat(language, {
    day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
  }).format(instant);
  if (time.closest("table")) {  // there is little room
    time.title = words.ownTime.replace("{time}", own);
    continue;
  }
  const beside = document.createElement("span");
  beside.className = "own-time";
  beside.textContent = ` ${words.ownTime.replace("{time}", own)}`;
  time.after(beside);
}
