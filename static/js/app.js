/* What the pages do beyond links and forms. Every control works without this file; here it gets quicker.

   Autosave      <form data-autosave hx-post=… hx-trigger="save" hx-target="find [data-status]" hx-swap="outerHTML"
                 hx-sync="this:queue last">. Typing saves after a pause, choosing saves at once. The answer is the
                 form's part `[data-status]` (never a field that has the focus); whatever else changed comes as
                 hx-swap-oob, the hidden `revision` too. `[data-saved]` says how it went. Unsaved words are kept in
                 this browser tab until the server has them, through a reload or a new sign-in, together with
                 the revision that they were based on.
   Adding        <form data-adds hx-post=… hx-target="previous …" hx-swap="beforeend">. The answer is the new row alone; the
                 line is emptied of what was sent, and what was typed on meanwhile stays.
   Leaving       A button or link that leads to another page waits for words that autosave is still sending.
   Live parts    <div data-live hx-get=… hx-trigger="every 3s">. Hidden tabs pause; a part in which somebody types is
                 not swapped.
   Items         <article data-item>: j and k move between them, 1 to 5 choose a state, e and c follow [data-evidence]
                 and [data-comment]. <body data-keys="off"> switches single keys off.
   Dialogs       <a data-dialog="id" href=…> opens <dialog id=…>; <a data-dialog href=…> fetches the page and shows its
                 [data-dialog-content]. Without this file the link leads to the page with the same form.
   Narrowing     <input data-narrows="#id"> hides those [data-words] in #id, and the sections left without any, that do
                 not hold what is typed.
   Copying       <button data-copy="id"> copies the value or the words of #id, and says so in itself.
   Printing      [data-print] opens the browser's print dialog.
   Zone          <form data-zone="UTC"> stands on pages until its person said when they work: the browser's zone is
                 sent once if it is another one, and the page comes anew.
   Going back    [data-back] goes one step back, where what was typed still stands. */
(() => {
  "use strict";

  const PAUSE = 800; // milliseconds after the last key
  const COMPLETING = 20_000; // milliseconds to say the rest of a state, an owner and a date, before it is called a problem
  const RETRIES = [2, 4, 8, 16, 30]; // seconds; the last one repeats
  const SIGNED_OUT = 401;
  const FORBIDDEN = 403; // an old token, which the answer renews; three times in a row it is meant
  const CONFLICT = 409;
  const INVALID = 422;
  const TEMPORARY = new Set([0, SIGNED_OUT, FORBIDDEN, 408, 429]);
  const drafts = window.sessionStorage;
  const timers = new WeakMap();
  const failures = new WeakMap();
  const waiting = new WeakMap(); // requests that would replace a form whose words are still on their way

  const key = (action) => `draft:${document.body.dataset.person || ""}:${action}`;
  const keyOf = (form) => key(form.getAttribute("action"));
  const fields = (form) => [...form.elements].filter((field) => field.name && !field.name.startsWith("csrf") && field.type !== "submit" && field.type !== "file");
  const isChosen = (field) => field.type !== "radio" && field.type !== "checkbox";
  const content = (form) => fields(form).filter((field) => isChosen(field) || field.checked).map((field) => [field.name, field.value]);
  const words = (form) => JSON.stringify(content(form).filter(([name]) => name !== "revision"));
  const conflict = (form) => form.closest("[data-item]")?.querySelector(".conflict");
  const autosaved = (node) => (node && node.closest ? node.closest("form[data-autosave]") : null);
  const unsaved = (place) => [...place.querySelectorAll("form[data-autosave][data-unsaved]")];
  const adds = (node) => node?.matches?.("form[data-adds]");
  const isField = (node) => node && node.closest && node.closest("input:not([type=radio]):not([type=checkbox]),textarea,select,[contenteditable]");
  const hasWords = (place) => [...place.querySelectorAll("textarea,input:not([type=hidden],[type=radio],[type=checkbox])")].some((field) => field.value !== field.defaultValue);
  // Signing in, in another tab, makes a new token; the cookie knows it before this page does.
  const token = () => document.cookie.split("; ").find((one) => one.startsWith(`${document.body.dataset.csrf}=`))?.split("=")[1];
  const say = (sentence) => { document.getElementById("saved").textContent = sentence; };

  /* ---- autosave ------------------------------------------------------------------------------------------ */
  const quiet = () => { document.getElementById("alerts")?.replaceChildren(); };

  const tell = (form, sentence, tone) => {
    const place = form.querySelector("[data-saved]") || form.closest("[data-item]")?.querySelector("[data-saved]");
    if (!place) return;
    place.textContent = sentence;
    place.classList.toggle("tone-weak", tone === "weak");
  };

  const keep = (form) => {
    const mine = conflict(form)?.querySelector("[data-mine]");
    if (mine) mine.value = mine.textContent = form.elements[mine.name].value; // what is typed on is "mine" too
    // The revision is kept too: words that come back later meet what others wrote meanwhile, and lose nothing.
    try { drafts.setItem(keyOf(form), JSON.stringify(content(form))); } catch { /* a full store costs only the spare copy */ }
    form.dataset.unsaved = "yes";
  };

  const forget = (form) => {
    delete form.dataset.unsaved;
    drafts.removeItem(keyOf(form));
  };

  const later = (form, milliseconds) => {
    window.clearTimeout(timers.get(form));
    timers.set(form, window.setTimeout(() => save(form), milliseconds));
  };

  const save = (form) => {
    window.clearTimeout(timers.get(form));
    const choice = conflict(form);
    if (!form.isConnected || (choice && hasWords(choice))) return; // one text out of both is being written
    tell(form, "saving…");
    window.htmx.trigger(form, "save");
  };

  const failed = (form, status) => {
    const times = (failures.get(form) || 0) + 1;
    failures.set(form, times);
    const why = status === SIGNED_OUT ? "you are signed out" : status === 0 || !navigator.onLine ? "no connection" : `the server said ${status}`;
    say(`Not saved: ${why}. Your words stay in the page.`);
    if (status === FORBIDDEN && times > 2) {
      tell(form, "not saved: this is not yours to change", "weak");
      return;
    }
    const seconds = status === SIGNED_OUT ? RETRIES.at(-1) : RETRIES[Math.min(times, RETRIES.length) - 1];
    tell(form, `not saved: ${why}. Your words stay here; trying again ${status === SIGNED_OUT ? "when you come back" : `in ${seconds} s`}`, "weak");
    later(form, seconds * 1000);
  };

  const chosen = (form) => Date.now() - Number(form.dataset.chosen || 0);
  const stateOf = (form) => form.querySelector("input[name=state]:checked")?.value;

  // A text under an open question has made it answered: show that, unless somebody chose again meanwhile.
  const follow = (form) => {
    const state = form.querySelector("[data-status]")?.dataset.state;
    const radio = state && form.querySelector(`input[name=state][value="${state}"]`);
    if (!radio || radio.checked || stateOf(form) !== form.dataset.sentState) return;
    const isSent = form.dataset.sent === words(form);
    radio.checked = true;
    if (isSent) form.dataset.sent = words(form);
  };

  const saved = (form) => {
    if (failures.delete(form)) quiet();
    follow(form);
    if (form.dataset.sent === words(form)) {
      forget(form);
      waiting.get(form)?.();
      waiting.delete(form);
    } else {
      keep(form); // somebody typed on meanwhile: the next save is on its way
    }
    say("Saved");
  };

  const answered = (form, status) => {
    if (status >= 200 && status < 300) {
      saved(form);
    } else if (TEMPORARY.has(status) || status >= 500) {
      failed(form, status);
    } else if (status === INVALID) {
      const isProblem = form.querySelector("[data-status] .problem") !== null;
      tell(form, "not saved yet", isProblem ? "weak" : "");
      if (!isProblem) later(form, COMPLETING - chosen(form) + PAUSE);
    } else if (status === CONFLICT) {
      tell(form, "somebody else saved first", "weak");
      say("Somebody else saved this first. Both texts are shown below.");
      if (form.dataset.sent !== words(form)) later(form, PAUSE); // what was typed on belongs to both texts too
    } else {
      tell(form, `not saved: the server said ${status}`, "weak");
    }
  };

  document.addEventListener("input", (event) => {
    const form = autosaved(event.target);
    if (!form || !event.target.name) return;
    keep(form);
    if (event.target.matches("textarea,input[type=text],input:not([type])")) later(form, PAUSE);
  });

  document.addEventListener("change", (event) => {
    const form = autosaved(event.target);
    if (!form || !event.target.name) return;
    if (event.target.matches("textarea") && form.dataset.sent === words(form)) return; // sent already, before the field was left
    if (event.target.name === "state") form.dataset.chosen = Date.now();
    keep(form);
    save(form);
  });

  document.addEventListener("submit", (event) => {
    const hidden = event.target.elements.csrfmiddlewaretoken;
    if (hidden && token()) hidden.value = token();
    const form = autosaved(event.target);
    if (!form || !window.htmx) return;
    event.preventDefault(); // the Enter key in a date, and the button where one is shown
    save(form);
  });

  document.addEventListener("htmx:confirm", (event) => {
    // "Still true" beside words that are not saved yet: those first, then the answer may replace the form.
    const { elt, target, issueRequest } = event.detail;
    if (autosaved(elt) || adds(elt) || elt.closest(".conflict") || !target || !target.querySelectorAll) return;
    const [form] = unsaved(target);
    if (!form) return;
    event.preventDefault();
    waiting.set(form, () => issueRequest(true));
    save(form);
  });

  const decided = (item) => {
    // The last save of the older text must not come in after the decision.
    item?.querySelectorAll("form[data-autosave]").forEach((form) => {
      window.clearTimeout(timers.get(form));
      form.dataset.decided = "yes";
      window.htmx.trigger(form, "htmx:abort");
      delete form.dataset.decided;
    });
  };

  document.addEventListener("htmx:configRequest", (event) => {
    const form = autosaved(event.detail.elt);
    if (adds(event.detail.elt)) event.detail.elt.dataset.sent = event.detail.elt.elements.text.value;
    if (form) {
      form.dataset.sent = words(form);
      form.dataset.sentState = stateOf(form) || "";
      if (chosen(form) < COMPLETING) event.detail.parameters.chosen = "1";
    }
    if (event.detail.elt.closest(".conflict")) decided(event.detail.elt.closest("[data-item]"));
    if (event.detail.verb === "post" && token()) event.detail.parameters.csrfmiddlewaretoken = token();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { isError, requestConfig: { elt }, target } = event.detail;
    if (autosaved(elt) || adds(elt) || !target?.querySelectorAll) return;
    const status = elt.closest(".conflict") && elt.closest("[data-item]")?.querySelector("[data-status]");
    if (isError && status) {
      event.detail.target = status; // a third person was quicker: the item stays, the two texts are new
    } else if (!isError) {
      unsaved(target).forEach(forget); // who decided a conflict gets the item anew
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = autosaved(event.detail.elt);
    if (form && form === event.detail.elt && !form.dataset.decided) {
      answered(form, event.detail.xhr ? event.detail.xhr.status : 0);
      window.setTimeout(leave); // when htmx has begun with what waits in its queue
    }
    if (adds(event.detail.elt) && event.detail.successful) added(event.detail.elt);
  });

  const added = (form) => {
    const line = form.elements.text;
    if (line.value.startsWith(form.dataset.sent)) line.value = line.value.slice(form.dataset.sent.length).trimStart();
    form.querySelector("[data-status]")?.replaceChildren();
    if (form.contains(document.activeElement)) line.focus(); // the next one; whoever is elsewhere by now stays there
    say("Added");
  };

  /* ---- leaving while words are on their way ---------------------------------------------------------------- */
  let onward = null; // what the click had meant, until the words are saved
  const onTheirWay = () => unsaved(document).some((form) => form.classList.contains("htmx-request"));

  const leave = () => {
    if (!onward || onTheirWay()) return;
    const go = onward;
    go(); // where a save failed, the browser asks whether to leave
    onward = null;
  };

  const hold = (event, go) => {
    if (onward || event.defaultPrevented) return; // who insists may go
    unsaved(document).filter((form) => !failures.has(form) && form.dataset.sent !== words(form)).forEach(save);
    if (!onTheirWay()) return;
    event.preventDefault();
    onward = go;
  };

  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    if (target.method === "dialog" || target.hasAttribute("hx-post") || target.hasAttribute("hx-get")) return;
    hold(event, () => target.requestSubmit(submitter));
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]:not([data-dialog],[data-close],[data-back],[download],[target],[href^='#'],[href^='mailto:'])");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute("hx-get")) return;
    hold(event, () => window.location.assign(link.href));
  });

  const again = () => { if (!document.hidden) unsaved(document).filter((form) => failures.has(form)).forEach(save); };
  window.addEventListener("online", again);
  window.addEventListener("focus", again);
  document.addEventListener("visibilitychange", again);

  window.addEventListener("beforeunload", (event) => {
    if (unsaved(document).length) event.preventDefault();
  });

  const put = (form, kept) => {
    const values = new Map(kept);
    fields(form).forEach((field) => {
      if (!isChosen(field)) field.checked = values.get(field.name) === field.value;
      else if (values.has(field.name)) field.value = values.get(field.name);
    });
  };

  const restore = () => {
    document.querySelectorAll("form[data-autosave]").forEach((form) => {
      const kept = drafts.getItem(keyOf(form));
      if (!kept) return;
      const before = words(form);
      const revision = form.elements.revision?.value;
      put(form, JSON.parse(kept));
      if (words(form) === before) {
        if (revision !== undefined) form.elements.revision.value = revision;
        forget(form);
        return;
      }
      form.dataset.unsaved = "yes";
      tell(form, "restored what you had typed");
      say("What you had typed was not saved yet. It is back in the page.");
      form.closest("[data-item]")?.scrollIntoView({ block: "start" });
      later(form, PAUSE);
    });
  };

  /* ---- htmx ---------------------------------------------------------------------------------------------- */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-live") && document.hidden) {
      event.preventDefault();
      return;
    }
    // What asks by itself leaves an alert alone: somebody may be reading it, or about to follow its link.
    if (!event.detail.elt.hasAttribute("data-live") && !failures.has(event.detail.elt)) quiet();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig: { elt }, target } = event.detail;
    if (elt.hasAttribute("data-live") && (target.contains(document.activeElement) && isField(document.activeElement) || hasWords(target))) {
      event.detail.shouldSwap = false;
    }
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt.closest("form[data-autosave]") || event.detail.elt.hasAttribute("data-live")) return;
    const alerts = document.getElementById("alerts");
    if (alerts) alerts.textContent = "No connection. Nothing was lost: try again in a moment.";
  });

  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.hasAttribute && event.detail.target.hasAttribute("data-focus")) event.detail.target.focus();
  });

  /* ---- texts that grow, where the browser does not do it ------------------------------------------------- */
  const grow = (field) => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  if (!window.CSS.supports("field-sizing", "content")) {
    document.addEventListener("input", (event) => { if (event.target.matches("textarea")) grow(event.target); });
    document.querySelectorAll("textarea").forEach(grow);
  }

  /* ---- keyboard ------------------------------------------------------------------------------------------ */
  const items = () => [...document.querySelectorAll("[data-item]")];
  const present = () => {
    const inside = document.activeElement && document.activeElement.closest("[data-item]");
    if (inside) return inside;
    return items().find((item) => item.getBoundingClientRect().bottom > 120) || null;
  };
  const step = (by) => {
    const all = items();
    const from = document.activeElement && document.activeElement.closest("[data-item]");
    const next = from ? all[all.indexOf(from) + by] : present();
    if (!next) return;
    next.setAttribute("tabindex", "-1");
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };
  const choose = (number) => {
    const radio = present()?.querySelectorAll("input[type=radio]:not(:disabled)")[number - 1];
    if (!radio || radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const click = (what) => present()?.querySelector(`[data-${what}]`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.querySelector("[data-find]")?.focus();
      return;
    }
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    if (document.body.dataset.keys === "off") return;
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || document.querySelector("dialog[open]")) return;
    const does = {
      "/": () => document.querySelector("[data-find]")?.focus(),
      "?": () => document.getElementById("keys")?.showModal(),
      j: () => step(1),
      k: () => step(-1),
      e: () => click("evidence"),
      c: () => click("comment"),
    }[event.key] || (/^[1-5]$/.test(event.key) && present() ? () => choose(Number(event.key)) : null);
    if (!does) return;
    event.preventDefault();
    does();
  });

  /* ---- menus and dialogs --------------------------------------------------------------------------------- */
  const fetched = async (link) => {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("[data-dialog-content]");
    const dialog = document.createElement("dialog");
    const heading = document.createElement("h2");
    heading.textContent = page.querySelector("main h1").textContent;
    dialog.setAttribute("aria-label", link.textContent.trim());
    if (!content.querySelector("h2")) dialog.append(heading);
    dialog.append(document.importNode(content, true));
    dialog.querySelectorAll("form:not([action])").forEach((form) => form.setAttribute("action", link.href));
    dialog.addEventListener("close", () => dialog.remove());
    document.querySelector("main").append(dialog);
    window.htmx.process(dialog);
    return dialog;
  };

  const open = async (link) => {
    try {
      const dialog = document.getElementById(link.dataset.dialog) || await fetched(link);
      const menu = link.closest("details.menu");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus(); // where the dialog gives the focus back: the link is hidden by then
      }
      dialog.showModal();
    } catch {
      window.location.assign(link.href); // the page has the same form
    }
  };

  const closeOthers = (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  };
  document.addEventListener("focusin", closeOthers);

  document.addEventListener("click", (event) => {
    closeOthers(event);
    const opener = event.target.closest("[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(opener);
    }
    if (event.target.matches("dialog")) event.target.close();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    if (event.target.closest("[data-back]") && window.history.length > 1) {
      event.preventDefault();
      window.history.back(); // what was typed is still in the form
    }
    if (event.target.closest("[data-print]")) {
      event.preventDefault();
      window.print();
    }
    if (event.target.closest("dialog [data-close]")) {
      event.preventDefault();
      event.target.closest("dialog").close();
    }
  });

  /** Copy what a button names; where the browser may not, select it, so that Ctrl-C does. */
  const copy = async (button) => {
    const from = document.getElementById(button.dataset.copy);
    const words = from.value === undefined ? from.innerText.trim() : from.value;
    try {
      await navigator.clipboard.writeText(words);
      button.textContent = "Copied";
    } catch {
      if (from.select) from.select();
      else window.getSelection().selectAllChildren(from);
      button.textContent = "Selected: press Ctrl-C";
    }
    button.setAttribute("aria-live", "polite");
  };

  document.addEventListener("input", (event) => {
    const place = event.target.dataset.narrows && document.querySelector(event.target.dataset.narrows);
    if (!place) return;
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    place.querySelectorAll("[data-words]").forEach((one) => {
      const said = one.dataset.words.toLowerCase();
      one.hidden = !words.every((word) => said.includes(word));
    });
    place.querySelectorAll("section").forEach((section) => { section.hidden = !section.querySelector("[data-words]:not([hidden])"); });
  });

  // On a phone areas and tabs are strips: begin where the present one is seen.
  document.querySelectorAll(":is(.areas, .tabs) [aria-current]").forEach((place) => {
    const strip = place.parentElement;
    if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft = place.offsetLeft - strip.offsetLeft - 16;
  });

  // Until somebody says that their hours are right, times are shown in the zone of their browser.
  const asking = document.querySelector("form[data-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  if (asking && zone.includes("/") && !zone.startsWith("Etc/") && zone !== asking.dataset.zone) {
    window.htmx.ajax("POST", asking.getAttribute("action"), { source: asking, swap: "none", values: { time_zone: zone } });
  }

  document.documentElement.classList.add("has-script");
  restore();
})();
