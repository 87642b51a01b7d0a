// Lets keys, a pointer and fingers move the picture and change its size.

const stage = document.querySelector(".stage");
const svg = stage.querySelector("svg");
const all = svg.viewBox.baseVal;
const whole = { x: all.x, y: all.y, width: all.width, height: all.height };
const LARGEST = 2; // pixels to a unit
const LEGIBLE = 0.62; // of what is small enough to be shown whole at the beginning
const STEP = 1.25;
const MOVE = 48;
const LEAST_HIGH = 240;
const MOST_HIGH = 0.56;
let view = { x: whole.x, y: whole.y, scale: 1 };

const size = () => ({ width: stage.clientWidth, height: stage.clientHeight });

function fitting() {
  const { width, height } = size();
  return Math.min(width / whole.width, height / whole.height, 1);
}

function show() {
  const { width, height } = size();
  const wide = width / view.scale;
  const high = height / view.scale;
  view.x = within(view.x, whole.x, whole.width, wide);
  view.y = within(view.y, whole.y, whole.height, high);
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${wide} ${high}`);
}

// What is smaller than the stage stands in its middle; what is larger never leaves it.
function within(at, from, length, room) {
  if (length <= room) return from - (room - length) / 2;
  return Math.min(Math.max(at, from), from + length - room);
}

function zoom(factor, x = size().width / 2, y = size().height / 2) {
  const scale = Math.min(Math.max(view.scale * factor, fitting()), LARGEST);
  view.x += x / view.scale - x / scale;
  view.y += y / view.scale - y / scale;
  view.scale = scale;
  show();
}

function showAll() {
  view.scale = fitting();
  show();
}

// As high as the picture needs, up to a good half of the window.
function begin() {
  const scale = Math.max(Math.min(stage.clientWidth / whole.width, 1), LEGIBLE);
  const most = window.innerHeight * MOST_HIGH;
  stage.style.height = `${Math.min(Math.max(whole.height * scale, LEAST_HIGH), Math.max(most, LEAST_HIGH))}px`;
  view = { x: whole.x, y: whole.y, scale: Math.max(fitting(), LEGIBLE) };
  show();
}

const KEYS = {
  ArrowLeft: () => pan(-MOVE, 0),
  ArrowRight: () => pan(MOVE, 0),
  ArrowUp: () => pan(0, -MOVE),
  ArrowDown: () => pan(0, MOVE),
  "+": () => zoom(STEP),
  "=": () => zoom(STEP),
  "-": () => zoom(1 / STEP),
  0: showAll,
};

function pan(x, y) {
  view.x += x / view.scale;
  view.y += y / view.scale;
  show();
}

stage.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});

const fingers = new Map();

stage.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" && event.button !== 0) return;
  stage.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  stage.classList.add("held");
});

stage.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const box = stage.getBoundingClientRect();
  const now = { x: event.clientX - box.left, y: event.clientY - box.top };
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) || 1;
    zoom(apart(now, other) / apart(before, other), (now.x + other.x) / 2, (now.y + other.y) / 2);
    pan((before.x - now.x) / 2, (before.y - now.y) / 2);
  } else {
    pan(before.x - now.x, before.y - now.y);
  }
  fingers.set(event.pointerId, now);
});

for (const name of ["pointerup", "pointercancel"]) {
  stage.addEventListener(name, (event) => {
    fingers.delete(event.pointerId);
    if (!fingers.size) stage.classList.remove("held");
  });
}

// The wheel alone scrolls the page, as everywhere; with Ctrl it changes the size, as on the canvas.
stage.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  },
  { passive: false },
);

const TOOLS = { in: () => zoom(STEP), out: () => zoom(1 / STEP), all: showAll };
const tools = document.querySelector(".tools");
tools.hidden = false;
for (const button of tools.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", TOOLS[button.dataset.zoom]);
}

new ResizeObserver(() => zoom(1)).observe(stage);
begin();
