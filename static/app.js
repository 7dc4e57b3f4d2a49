"use strict";
/* Everything here is a convenience: each page works without it. */
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
  const focus = (element) => {
    if (!element) return;
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus();
  };
  const savers = [];

  /* Drafts save themselves: 2 s after the last key, and on leaving a field. See templates/ui/saved.html. */
  function autosave(form) {
    const saved = document.getElementById(form.dataset.saved || "saved");
    const region = one("#refusal");
    /* Where two texts wait for a choice, it comes first. */
    let timer, sending, dirty = "unsaved" in form.dataset, paused = Boolean(document.getElementById("conflict"));

    const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
    const body = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      return data;
    };

    async function send() {
      dirty = false;
      saved.textContent = saved.dataset.saving;
      let answer, page;
      try {
        answer = await fetch(form.dataset.autosave, { method: "POST", body: body(), headers: { "HX-Request": "true" } });
        page = parsed(await answer.text());
      } catch {
        dirty = true;
        saved.textContent = saved.dataset.offline;
        return later(10000);
      }
      const state = one(".saved", page);
      if (state) {
        form.elements.version.value = answer.headers.get("Travee-Version");
        saved.replaceChildren(...state.childNodes);
        region.replaceChildren();
        /* What was typed meanwhile: its timer found this save on its way. */
        if (dirty) later(2000);
      } else {
        /* Refused, or changed elsewhere: nothing is overwritten. */
        dirty = true;
        paused = Boolean(one("[data-keep-mine]", page));
        /* A choice can wait, and takes no focus from whoever types. */
        saved.textContent = paused ? one("[data-announce]", page).textContent : "";
        region.role = paused ? "group" : "alert";
        region.replaceChildren(...page.body.childNodes);
      }
    }
    async function save() {
      clearTimeout(timer);
      if (sending) return sending;
      if (!dirty || paused) return;
      sending = send();
      await sending;
      sending = undefined;
    }
    form.addEventListener("input", () => { dirty = true; later(2000); });
    form.addEventListener("focusout", save);
    form.addEventListener("submit", () => { dirty = false; paused = true; clearTimeout(timer); });
    region.addEventListener("click", (event) => {
      const keep = event.target.closest("[data-keep-mine]");
      if (!keep) return;
      form.elements[keep.name].value = keep.value;
      paused = false;
      dirty = true;
      region.replaceChildren();
      save();
    });
    addEventListener("online", () => dirty && save());
    addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });
    savers.push(save);
    if (dirty) later(2000);
  }
  let leaving = false;
  document.querySelectorAll("form[data-autosave]").forEach(autosave);

  /* Shared screens: two minutes without a touch sign out; drafts are saved first. */
  const limit = Number(document.body.dataset.kiosk);
  if (limit) {
    const note = one("#idle");
    let last = Date.now(), told = last;
    for (const kind of ["pointerdown", "keydown", "wheel", "input"])
      addEventListener(kind, () => {
        last = Date.now();
        /* Reading is a touch too, which the server's session must learn. */
        if (last - told > limit * 250) { told = last; fetch(note.dataset.stay, { method: "HEAD" }).catch(() => {}); }
      }, { capture: true, passive: true });
    note.addEventListener("click", () => { note.hidden = true; });
    const watch = setInterval(async () => {
      const idle = (Date.now() - last) / 1000;
      note.hidden = idle < limit - Math.min(60, limit / 2);
      if (idle < limit) return;
      clearInterval(watch);
      /* Again: a save on its way lacks what came after. */
      await Promise.all(savers.map((save) => save().then(save)));
      leaving = true;
      one("#sign-out").submit();
    }, 1000);
  }

  /* Focus follows a change of the page, never an autosave. */
  focus(one("[data-focus]"));
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    if (elt === document.body) return;
    const asked = elt.matches("[data-focus]") ? elt : one("[data-focus]", elt);
    if (asked) focus(asked);
    /* How far a job is takes no focus every two seconds. */
    else if (!elt.matches("[data-quiet]") && document.activeElement === document.body) focus(one("h1, h2, h3", elt) || elt);
    const said = elt.matches("[data-announce]") ? elt : one("[data-announce]", elt);
    if (said) one("#status").textContent = said.textContent;
  });

  /* Menus close on Escape and on a touch elsewhere. */
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  document.querySelectorAll("[data-count-of]").forEach((line) => {
    const field = document.getElementById(line.dataset.countOf);
    const count = () => {
      line.textContent = line.dataset.words.replace("#", field.value.length.toLocaleString(document.documentElement.lang));
    };
    field.addEventListener("input", count);
    count();
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
})();
