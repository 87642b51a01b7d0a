// Shows what changes while a campaign runs: the server tells each text by the address that its place has.

const page = document.querySelector("[data-live-from]");
const places = new Map();
for (const place of page.querySelectorAll("[data-live]")) places.set(place.dataset.live, place);

const connection = page.querySelector("[data-connection]");
const said = connection.querySelector("[role=status]");

function connected(on) {
  const state = on ? "on" : "off";
  if (connection.dataset.connection === state) return;
  connection.dataset.connection = state;
  said.textContent = connection.dataset[state];
}

function show(frame) {
  for (const [address, text] of Object.entries(frame)) {
    if (address === "version" && text !== page.dataset.version) {
      location.reload(); // another version has another picture
      return;
    }
    const place = places.get(address);
    if (!place) continue;
    // What begins with + is markup, escaped by the server; all else is text.
    if (address.startsWith("+")) {
      if (place.innerHTML !== text) place.innerHTML = text;
    } else if (place.textContent !== text) {
      place.textContent = text;
      if (text) flash(place.closest("text") ?? place);
    }
  }
}

function flash(place) {
  place.classList.remove("changed");
  place.getBBox?.(); // lets the browser see it without, so that the movement begins anew
  place.classList.add("changed");
}

function listen() {
  const source = new EventSource(page.dataset.liveFrom);
  source.onopen = () => connected(true);
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.addEventListener("gone", () => {
    source.close();
    location.reload(); // says what has become of it
  });
  let quiet;
  source.onerror = () => {
    // A stream ends once a minute, and the browser begins the next one at once: that is no trouble.
    clearTimeout(quiet);
    quiet = setTimeout(() => connected(source.readyState === EventSource.OPEN), 3000);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  };
}

listen();
