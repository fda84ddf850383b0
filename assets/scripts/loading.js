// Fetches parts of a page that take a while, and asks again for what goes on.
const part = async (address) => {
  const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
  return answer.ok ? answer.text() : null;
};

for (const place of document.querySelectorAll("[data-load]")) {
  place.setAttribute("aria-busy", "true");
  part(place.dataset.load)
    .then((text) => {
      if (text !== null) place.innerHTML = text;
    })
    .finally(() => place.removeAttribute("aria-busy"));
}

for (const place of document.querySelectorAll("[data-poll]")) {
  const look = async () => {
    const text = await part(place.dataset.poll).catch(() => null);
    if (text !== null && text !== place.innerHTML) place.innerHTML = text;
    const now = place.firstElementChild;
    if (now?.dataset.go) window.location.replace(now.dataset.go);
    else if (text === null || now?.dataset.again) setTimeout(look, 1500);
  };
  if (place.firstElementChild?.dataset.again) setTimeout(look, 1500);
}
