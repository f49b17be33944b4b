// Helps the form of a posting: keeps what is typed on this device at once, and saves a draft every few seconds.
// Everything works without it.
(() => {
  const done = document.querySelector("[data-saved-at]");
  if (done) for (const path of done.dataset.savedAt.split(" ")) { try { localStorage.removeItem(`posting:${done.dataset.person}:${path}`); } catch { /* private window */ } }
  const form = document.getElementById("posting-form");
  if (!form) return;
  const said = document.getElementById("autosave");
  // By person: another who logs in on this device is given nothing of it.
  const store = `posting:${form.dataset.person}:${location.pathname}`;
  const SECONDS = 5;
  let timer = 0, dirty = false, saving = false;

  const isMark = (name) => name === "as_of" || name.endsWith("-as_of");
  const pairs = () => [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "typed_by", "do", "place_text"].includes(name) && !isMark(name));
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(pairs())); } catch { /* private window */ } };
  const forget = () => { try { localStorage.removeItem(store); } catch { /* private window */ } };

  const restore = () => {
    let kept;
    try { kept = JSON.parse(localStorage.getItem(store) || "null"); } catch { return; }
    if (!kept || document.getElementById("faults") || JSON.stringify(kept) === JSON.stringify(pairs())) return;
    const values = new Map();
    for (const [name, value] of kept) values.set(name, [...(values.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.tagName === "BUTTON") continue;
      const given = values.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
      else if (given.length) field.value = given[0];
    }
    said.textContent = said.dataset.restored;
    changed();
  };

  const save = async () => {
    if (saving || !dirty || form.dataset.autosave !== "on") return;
    saving = true; dirty = false;
    const data = new FormData(form);
    data.set("do", "save");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: data, headers: { "X-Autosave": "1" }, redirect: "error" });
      const told = await answer.json();
      said.textContent = told.said || "";
      if (told.saved) {
        for (const [name, mark] of Object.entries(told.marks)) form.elements[name].value = mark;
        if (!dirty) forget();
        if (told.address !== location.pathname) {
          history.replaceState(null, "", told.address);
          form.action = told.address;
        }
      }
    } catch {
      dirty = true;
      said.textContent = said.dataset.lost;
    }
    saving = false;
  };

  const changed = () => {
    dirty = true;
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, SECONDS * 1000);
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { clearTimeout(timer); });
  addEventListener("online", save);
  document.getElementById("faults")?.focus();
  restore();
})();
