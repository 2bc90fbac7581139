"use strict";
// One case: codes are looked up while they are typed; the answer follows the form. The server makes the HTML of the
// answer and escapes every text in it; what is made here is only ever set as text.
const $ = (id) => document.getElementById(id);
const form = $("case");

let turn = 0, timer = null;
function answerSoon(wait) {
  clearTimeout(timer);
  timer = setTimeout(answer, wait);
}

async function answer() {
  if (!$("diagnoses").value.trim()) return;
  const mine = ++turn, fields = new URLSearchParams(new FormData(form));
  fields.delete("paste");
  for (const part of ["quick", "further"]) {
    try {
      const found = await fetch(`/case/${part}`, { method: "POST", body: fields });
      const text = await found.text();
      if (mine !== turn) return;
      $(part).innerHTML = text;
    } catch {
      if (mine === turn) $(part).textContent = document.body.dataset.lang === "en" ? "The service does not answer." : "服务没有应答。";
    }
  }
}

// the line at the cursor is looked up; arrows choose, Enter takes, Escape closes
let asked = 0;
async function look(area) {
  const before = area.value.slice(0, area.selectionStart), line = before.slice(before.lastIndexOf("\n") + 1).trim();
  const mine = ++asked;
  if (line.length < 2 || line.includes(" ")) { show(area, []); return; }
  const answer = await fetch(`/codes/search?kind=${area.dataset.kind}&most=10&text=${encodeURIComponent(line)}`);
  if (mine !== asked || !answer.ok) return;
  show(area, await answer.json());
}

function show(area, found) {
  const list = $(`${area.id}-found`);
  list.replaceChildren(...found.map((each, place) => {
    const item = document.createElement("li");
    item.textContent = `${each.code} ${each.name}${each.gray ? (document.body.dataset.lang === "en" ? " (gray code)" : " 灰码") : ""}`;
    item.id = `${area.id}-${place}`;
    item.setAttribute("role", "option");
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(area, each); });
    item.code = each;
    return item;
  }));
  choose(area, 0);
}

function choose(area, place) {
  [...$(`${area.id}-found`).children].forEach((item, at) => {
    item.setAttribute("aria-selected", at === place ? "true" : "false");
    if (at === place) { area.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
  });
  if (!$(`${area.id}-found`).children.length) area.removeAttribute("aria-activedescendant");
}

function take(area, each) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  area.setRangeText(`${each.code} ${each.name}\n`, start, area.selectionStart, "end");
  ++asked;
  show(area, []);
  answer();
}

for (const id of ["diagnoses", "procedures"]) {
  const area = $(id);
  area.addEventListener("input", () => { look(area); answerSoon(150); });
  area.addEventListener("blur", () => { ++asked; show(area, []); });
  area.addEventListener("keydown", (event) => {
    const items = [...$(`${id}-found`).children];
    if (!items.length) return;
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose(area, (at + 1) % items.length);
    else if (event.key === "ArrowUp") choose(area, (at + items.length - 1) % items.length);
    else if (event.key === "Enter") take(area, items[at].code);
    else if (event.key === "Escape") show(area, []);
    else return;
    event.preventDefault();
  });
}

form.addEventListener("input", (event) => { if (event.target.tagName === "INPUT") answerSoon(150); });
form.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") answer(); });
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!event.submitter || event.submitter.value !== "paste") { answer(); return; }
  const answered = await fetch("/case/paste", { method: "POST", body: new URLSearchParams({ paste: $("paste").value }) });
  const found = await answered.json();
  if (!answered.ok) { $("quick").textContent = [found.message, found.allowed, found.do].filter(Boolean).join(" · "); return; }
  for (const [name, value] of Object.entries(found.fields)) if ($(name)) $(name).value = value;
  await answer();
  if (found.told.length) {
    const note = document.createElement("p");
    note.className = "box";
    note.textContent = found.told.join(" ");
    $("quick").prepend(note);
  }
});
