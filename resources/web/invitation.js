// An invitation stands behind # in the address, which a browser sends to nobody: puts it into its field, and
// keeps it in the address while the form is shown again, also in another language.

const form = document.querySelector("form[data-differ]");
const field = form.querySelector("[name=token]");
const [password, again] = form.querySelectorAll("[type=password]");

if (location.hash) {
  field.value = location.hash.slice(1);
  password.focus();
}

function keep() {
  const shown = field.value.trim();
  form.action = `${location.pathname}#${shown}`;
  for (const link of document.querySelectorAll(".languages a")) link.hash = shown;
}

field.addEventListener("input", keep);
keep();

// Said before it is sent, as the server would say it.
const compare = () => again.setCustomValidity(again.value === password.value ? "" : form.dataset.differ);
for (const one of [password, again]) one.addEventListener("input", compare);
