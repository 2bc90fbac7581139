"use strict";
// One case: codes are looked up while they are typed; the answer follows the form. Text is only ever set as text.
const $ = (id) => document.getElementById(id);
const FIELDS = ["sex", "age", "age_days", "admission_weight", "los", "discharge", "total_cost", "hospital_level"];
const BESIDE = ["chs-drg-2.0", "chs-drg-3.0"];

function codes(id) {
  return $(id).value.split(/[\n|;；,，、]+/).map((line) => line.trim().split(/\s+/)[0]).filter(Boolean);
}

function theCase() {
  const found = { diagnoses: codes("diagnoses"), procedures: codes("procedures"), insurance: $("insurance").value };
  for (const name of FIELDS) {
    const text = $(name).value.trim();
    if (text !== "") found[name] = Number.isNaN(Number(text)) ? text : Number(text);
  }
  return found;
}

async function ask(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(body) });
  const data = await answer.json();
  if (!answer.ok) throw data;
  return data;
}

function cell(row, text, figure) {
  const made = row.insertCell();
  made.textContent = text === null || text === undefined ? "–" : String(text);
  if (figure) made.className = "figure";
}

function said(error) {
  const parts = [error.message, error.got && `got ${error.got}`, error.nearest && `→ ${error.nearest}`, error.do];
  return parts.filter(Boolean).join("；") || String(error);
}

function yuan(value) {
  return value === null ? "–" : value.toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

let turn = 0;
async function answer() {
  const mine = ++turn, one = theCase(), scheme = $("scheme").value;
  if (!one.diagnoses.length) return;
  const body = { cases: [one], scheme };
  const fresh = (show) => (data) => { if (mine === turn) show(data); };
  const failed = (id) => (error) => { if (mine === turn) $(id).textContent = said(error); };
  ask("/group", body).then(fresh(([group]) => {
    const lines = [[group.drg, "drg"], [group.drg_name], [`${group.mdc} ${group.mdc_name} · ${group.adrg} ${group.adrg_name}`],
      [`${group.status} · ${group.severity}${group.reason ? " · " + group.reason : ""}`, group.status === "grouped" ? "" : "bad"]];
    $("answer").replaceChildren(...lines.map(([text, kind]) => Object.assign(document.createElement("div"),
      { textContent: text, className: kind || "" })));
  })).catch(failed("answer"));
  Promise.all(BESIDE.map((id) => ask("/group", { cases: [one], scheme: id }))
    .concat(ask("/dip", { cases: [one] }))).then(fresh((all) => {
    const body = $("beside").tBodies[0];
    body.replaceChildren();
    all.forEach(([each], place) => {
      const row = body.insertRow();
      cell(row, BESIDE[place] || "DIP 3.0"); cell(row, each.drg || each.dip_code); cell(row, each.drg_name || each.dip_name);
      cell(row, each.status);
    });
  })).catch(() => {});
  ask("/explain", body).then(fresh((data) => { $("why").textContent = data.text; })).catch(failed("why"));
  ask("/what-if", body).then(fresh((data) => {
    const body = $("choices").tBodies[0];
    body.replaceChildren();
    for (const each of data.choices) {
      const row = body.insertRow();
      for (const name of ["change", "principal", "main_procedure", "drg", "drg_name"]) cell(row, each[name]);
    }
    const note = body.insertRow();
    cell(note, data.note);
    note.cells[0].colSpan = 5;
  })).catch(failed("choices"));
  ask("/check", { cases: [one] }).then(fresh((data) => {
    $("problems").replaceChildren(...data.problems.map((each) => Object.assign(document.createElement("li"),
      { textContent: `${each.zh} ${each.got === null ? "" : "（" + each.got + "）"}` })));
  })).catch(failed("problems"));
  if (one.total_cost === undefined) { $("money").textContent = "填写总费用后测算。Needs the total cost."; return; }
  ask("/estimate", body).then(fresh((data) => {
    const found = data.cases[0], place = $("money");
    place.replaceChildren();
    const table = document.createElement("table"), rows = [["支付标准 standard", found.standard], ["应付 payment", found.payment],
      ["总费用 cost", found.total_cost], ["结余 margin", found.margin], ["基金 fund", found.fund], ["个人 patient", found.patient]];
    for (const [name, value] of rows) { const row = table.insertRow(); cell(row, name); cell(row, yuan(value), true); }
    const bar = Object.assign(document.createElement("div"), { className: "bar" });
    const most = Math.max(found.payment || 0, found.total_cost || 0) || 1;
    const paid = document.createElement("i"), cost = document.createElement("b");
    paid.style.setProperty("width", `${100 * (found.payment || 0) / most}%`);
    cost.style.setProperty("left", `${100 * (found.total_cost || 0) / most}%`);
    bar.append(paid, cost);
    const note = Object.assign(document.createElement("p"), { className: "en",
      textContent: `${data.policy} · ${data.scheme} · ${data.weights.title || ""} · ${data.trust.zh} ${data.told.join(" ")}` });
    place.append(table, bar, note);
  })).catch(failed("money"));
}

// code search: the line at the cursor; arrows choose, Enter takes
let searching = null;
async function look(area) {
  const before = area.value.slice(0, area.selectionStart), line = before.slice(before.lastIndexOf("\n") + 1).trim();
  const list = $("found");
  if (line.length < 2) { list.replaceChildren(); return; }
  const now = (searching = Symbol());
  const kind = area.id === "procedures" ? "procedure" : "diagnosis";
  const found = await (await fetch(`/codes/search?kind=${kind}&most=12&text=${encodeURIComponent(line)}`)).json();
  if (now !== searching) return;
  list.replaceChildren(...found.map((each, place) => {
    const item = Object.assign(document.createElement("li"), { textContent: `${each.code} ${each.name}${each.gray ? " 灰码" : ""}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", place === 0 ? "true" : "false");
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(area, each); });
    item.code = each;
    return item;
  }));
}

function take(area, each) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  area.setRangeText(`${each.code} ${each.name}\n`, start, area.selectionStart, "end");
  $("found").replaceChildren();
  answer();
}

for (const id of ["diagnoses", "procedures"]) {
  $(id).addEventListener("input", (event) => { look(event.target); answer(); });
  $(id).addEventListener("keydown", (event) => {
    const items = [...$("found").children];
    if (!items.length) return;
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = (at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length;
      items.forEach((item, place) => item.setAttribute("aria-selected", place === next ? "true" : "false"));
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) { event.preventDefault(); take(event.target, items[at].code); }
    else if (event.key === "Escape") $("found").replaceChildren();
  });
  $(id).addEventListener("blur", () => $("found").replaceChildren());
}
$("case").addEventListener("submit", (event) => { event.preventDefault(); answer(); });
for (const name of [...FIELDS, "insurance", "scheme"]) $(name).addEventListener("change", answer);
