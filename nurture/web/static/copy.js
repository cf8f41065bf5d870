// Copies and shares texts of the page. Without it the page works: a tap selects the whole text.
"use strict";
for (const button of document.querySelectorAll("button[data-copy], button[data-share]")) {
  const shares = "share" in button.dataset;
  const able = shares ? navigator.share : navigator.clipboard;
  if (!able) continue;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy || button.dataset.share).textContent;
    try {
      if (shares) {
        await navigator.share(/^https:\/\/\S+$/.test(text) ? { url: text } : { text });
        return;
      }
      await navigator.clipboard.writeText(text);
    } catch {
      return; // they changed their mind, or the browser would not: the text can still be selected
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}
