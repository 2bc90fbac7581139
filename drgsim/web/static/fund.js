"use strict";
// The fund: a slider and its number move together, and the valuation follows. The server makes and escapes the HTML.
const $ = (id) => document.getElementById(id);
const form = $("fund");

function fields(extra) {
  const found = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string") continue; // a file is read here, and only its text is sent
    const now = $(name) && $(name).dataset ? $(name).dataset.now : undefined;
    if (now === undefined || Number(value) !== Number(now)) found.set(name, value); // what was not moved is not sent
  }
  if (extra) for (const [name, value] of new FormData(extra)) found.set(name, value);
  return found;
}

const turns = {};
async function ask(part, place, extra) {
  const mine = (turns[part] = (turns[part] || 0) + 1);
  $(place).setAttribute("aria-busy", "true");
  const answer = await fetch(`/fund/${part}`, { method: "POST", body: fields(extra) });
  const text = await answer.text();
  if (mine !== turns[part]) return;
  $(place).innerHTML = text;
  $(place).removeAttribute("aria-busy");
}

let timer = null;
function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    ask("value", "valued");
    if ($("tornado-part").open) ask("tornado", "tornado");
  }, 120);
}

function rounded(range) {
  const step = Number(range.dataset.step) || 1;
  return Number((Math.round(Number(range.value) / step) * step).toPrecision(10));
}

form.addEventListener("input", (event) => {
  const moved = event.target;
  if (moved.type === "range") $(moved.dataset.for).value = rounded(moved);
  else if ($(`${moved.id}-range`)) $(`${moved.id}-range`).value = moved.value;
  soon();
});
form.addEventListener("change", (event) => {
  if (event.target.id === "place") location.assign(`/fund?place=${encodeURIComponent(event.target.value)}`);
  else if (event.target.tagName === "SELECT") soon();
});
$("document-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  $("document").value = file ? await file.text() : "";
  soon();
});
form.addEventListener("reset", () => { $("document").value = ""; setTimeout(soon, 0); });
form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.id === "download") return; // the browser takes the file
  event.preventDefault();
  soon();
});
$("tornado-part").addEventListener("toggle", () => { if ($("tornado-part").open) ask("tornado", "tornado"); });
$("goal").addEventListener("submit", (event) => { event.preventDefault(); ask("goal", "goal-answer", $("goal")); });
ask("value", "valued");
