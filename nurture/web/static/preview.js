"use strict";
// The preview's one script: frames as long as their mails, a filter, and the page anew after a save.

function fit(frame) {
  const page = frame.contentDocument;
  if (!page || !page.documentElement) return;
  frame.style.height = "0";
  frame.style.height = `${Math.max(page.documentElement.scrollHeight, 120)}px`;
}

function fitAll() {
  for (const frame of document.querySelectorAll("iframe")) {
    frame.addEventListener("load", () => fit(frame));
    if (frame.contentDocument && frame.contentDocument.readyState === "complete") fit(frame);
  }
}

function keepOpen() {
  for (const part of document.querySelectorAll("details[data-keeps]")) {
    part.open = sessionStorage.getItem(part.dataset.keeps) === "open";
    part.addEventListener("toggle", () => {
      sessionStorage.setItem(part.dataset.keeps, part.open ? "open" : "");
    });
  }
}

function filter() {
  const wanted = document.getElementById("filter").value.trim().toLowerCase();
  for (const list of document.querySelectorAll("#side ul")) {
    const title = list.previousElementSibling;
    const all = title && title.textContent.toLowerCase().includes(wanted);
    let some = false;
    for (const entry of list.children) {
      entry.hidden = !all && !entry.textContent.toLowerCase().includes(wanted);
      some = some || !entry.hidden;
    }
    list.hidden = !some;
    if (title && title.matches("h3")) title.hidden = !some;
  }
}

// Only what depends on the files is put in anew, so that nobody loses what they type or read.
async function refresh() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["shown", "side"]) {
    const there = page.getElementById(id);
    const here = document.getElementById(id);
    if (!there || !here || there.innerHTML === here.dataset.was) continue;
    const heights = [...here.querySelectorAll("iframe")].map((frame) => frame.style.height);
    here.dataset.was = there.innerHTML;
    here.replaceChildren(...there.childNodes);
    [...here.querySelectorAll("iframe")].forEach((frame, place) => {
      frame.style.height = heights[place] || "";
    });
  }
  document.title = page.title;
  fitAll();
  keepOpen();
  filter();
}

function listen() {
  const live = document.getElementById("live");
  const source = new EventSource(`/events?since=${document.body.dataset.version}`);
  source.addEventListener("changed", refresh);
  source.addEventListener("open", () => {
    live.textContent = live.dataset.on;
    live.classList.add("on");
  });
  source.addEventListener("error", () => {
    live.textContent = live.dataset.off;
    live.classList.remove("on");
  });
}

for (const one of document.querySelectorAll("[data-submits]")) {
  one.addEventListener("change", () => one.form.requestSubmit());
}
document.getElementById("filter").addEventListener("input", filter);
if (matchMedia("(max-width: 60rem)").matches) document.getElementById("list").open = false;
const current = document.querySelector("#side [aria-current]");
if (current) current.scrollIntoView({ block: "nearest" });
window.addEventListener("resize", () => document.querySelectorAll("iframe").forEach(fit));
fitAll();
keepOpen();
listen();
