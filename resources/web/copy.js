// Copies a link that was just made, where the browser lets a page do so.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.lastChild.textContent = button.dataset.done;
  });
}
