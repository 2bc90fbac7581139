"use strict";
{ // names of its own: the page of the fund has another script
// A file: send what is dropped or chosen, then follow how far its computation is. Text is only ever set as text.
const $ = (id) => document.getElementById(id);

function send(address, file, sent) {
  return new Promise((done, failed) => {
    const call = new XMLHttpRequest(); // fetch tells no progress of what is sent
    call.open("POST", address);
    call.upload.addEventListener("progress", (event) => { if (event.lengthComputable) sent(event.loaded / event.total); });
    call.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(call.responseText); } catch { answer = { message: `HTTP ${call.status}` }; }
      if (call.status < 300) done(answer); else failed(answer);
    });
    call.addEventListener("error", () => failed({ message: document.body.dataset.lang === "en" ? "the service does not answer" : "服务没有应答" }));
    call.send(file);
  });
}

function said(error) {
  const message = document.body.dataset.lang === "en" ? error.message : error.zh || error.message;
  return [message, error.got, error.allowed, error.do].filter(Boolean).join(" · ");
}

async function take(files) {
  const told = $("told"), bar = $("sent");
  if (!files.length) return;
  bar.hidden = false;
  try {
    let key = null, next = null;
    for (const [place, file] of [...files].entries()) {
      told.textContent = file.name;
      const more = place + 1 < files.length ? "&more=true" : "";
      const base = $("drop").dataset.to || "/file";
      const to = `${key === null ? base : `${base}/${key}/add`}?name=${encodeURIComponent(file.name)}${more}`;
      const answer = await send(to, file, (share) => { bar.value = (place + share) / files.length; });
      ({ key, next } = answer);
    }
    location.assign(next);
  } catch (error) {
    bar.hidden = true;
    told.className = "bad";
    told.textContent = said(error);
  }
}

if ($("drop")) {
  const drop = $("drop");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
  $("files").addEventListener("change", (event) => take(event.target.files));
}

for (const input of document.querySelectorAll("input[data-table]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      await send(`${input.dataset.table}?name=${encodeURIComponent(file.name)}`, file, () => {});
      location.reload();
    } catch (error) {
      $("table-told").className = "bad";
      $("table-told").textContent = said(error);
    }
  });
}

async function follow(running) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 400));
    let now;
    try { now = await (await fetch(running.dataset.state)).json(); } catch { continue; }
    if (now.state !== "waiting" && now.state !== "running") { location.reload(); return; }
    $("stage").textContent = now.said;
    if (now.total) {
      $("progress").max = now.total;
      $("progress").value = now.done;
      $("done").textContent = `${Math.round(100 * now.done / now.total)} %`;
    } else if (now.done) $("done").textContent = now.done.toLocaleString();
  }
}
if ($("running")) follow($("running"));
}
