"use strict";
// A question: what is changed is checked while it is typed; rows can be filtered. The server makes and escapes the HTML.
const $ = (id) => document.getElementById(id);
const form = $("question");

let turn = 0, timer = null;
async function check() {
  const mine = ++turn, fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "" && (name === "baseline" || name.startsWith("p."))) fields.set(name, value);
  const answer = await fetch("/question/check", { method: "POST", body: fields });
  const text = await answer.text();
  if (mine !== turn) return;
  $("checked").innerHTML = text;
  const wrong = new Set((answer.headers.get("x-wrong") || "").split(" ").filter(Boolean));
  for (const field of form.querySelectorAll("[name^='p.']")) {
    if (wrong.has(field.name.slice(2))) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

form.addEventListener("input", (event) => {
  if (event.target.id === "filter") {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of form.querySelectorAll("tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(check, 200);
});
form.addEventListener("keydown", (event) => { // Enter in a field checks; only the button runs
  if (event.key === "Enter" && event.target.tagName === "INPUT") { event.preventDefault(); check(); }
});
check();
