"use strict";
(() => {
  const collator = new Intl.Collator("en", { numeric: true });
  const ABSENT = "-";

  // Tables: a click on a title sorts, ascending, then descending, then as the table came.
  const keyOf = (cell) => {
    const text = cell.textContent.trim();
    if (cell.dataset.value !== undefined) return { rank: 0, value: Number(cell.dataset.value), text };
    return { rank: text === ABSENT || text === "" ? 2 : 1, value: 0, text };
  };
  const compare = (a, b) => a.value - b.value || (a.rank ? collator.compare(a.text, b.text) : 0);
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

  const sortRows = (body, rows, place, direction) => {
    const sign = direction === "descending" ? -1 : 1;
    const keyed = rows.map((row) => ({ row, key: keyOf(row.cells[place]) }));
    if (direction !== "none") {
      keyed.sort((a, b) => a.key.rank - b.key.rank || sign * compare(a.key, b.key));
    }
    body.append(...keyed.map((one) => one.row));
  };

  const makeSortable = (table) => {
    const [body] = table.tBodies;
    const rows = [...body.rows];
    const titles = [...table.tHead.rows[0].cells];
    if (rows.length < 2) return;
    titles.forEach((title, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...title.childNodes);
      title.append(button);
      title.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const direction = NEXT[title.getAttribute("aria-sort")];
        titles.forEach((other) => other.setAttribute("aria-sort", "none"));
        title.setAttribute("aria-sort", direction);
        sortRows(body, rows, place, direction);
      });
    });
  };

  // Sliders: one frame at a time instead of all of them.
  const makeSlider = (figure) => {
    const frames = [...figure.querySelectorAll(".frame")];
    if (frames.length < 2) return;
    const input = document.createElement("input");
    const output = document.createElement("output");
    const labels = frames.map((frame) => frame.querySelector("span").textContent);
    Object.assign(input, { type: "range", min: 0, max: frames.length - 1, step: 1 });
    input.value = frames.length - 1;
    input.setAttribute("aria-label", figure.querySelector("figcaption").textContent);
    const show = () => {
      const place = Number(input.value);
      frames.forEach((frame, index) => { frame.hidden = index !== place; });
      output.textContent = labels[place];
      input.setAttribute("aria-valuetext", labels[place]);
    };
    frames.forEach((frame) => { frame.querySelector("span").hidden = true; });
    input.addEventListener("input", show);
    const slide = document.createElement("div");
    slide.className = "slide";
    slide.append(input, output);
    figure.querySelector(".frames").after(slide);
    show();
  };

  // Light and dark: as the reader's system has it, until the switch says otherwise.
  const root = document.documentElement;
  const remembered = {
    // A page in a sandboxed frame has no storage.
    get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("theme", theme); } catch { /* for this visit only */ } },
  };
  const makeThemeSwitch = (button) => {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");
    const name = () => { button.textContent = theme() === "dark" ? "Light" : "Dark"; };
    const known = remembered.get();
    if (known === "light" || known === "dark") root.dataset.theme = known;
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      remembered.set(root.dataset.theme);
      name();
    });
    dark.addEventListener("change", name);
    name();
  };

  // Contents: open where there is room; a section that is folded opens when it is gone to.
  const makeContents = (contents) => {
    const wide = window.matchMedia("(min-width: 64rem)");
    const fold = () => { contents.open = wide.matches; };
    wide.addEventListener("change", fold);
    fold();
    const links = [...contents.querySelectorAll("a")];
    const targetOf = (link) => document.getElementById(link.getAttribute("href").slice(1));
    const open = (target) => {
      const own = target.querySelector(":scope > details");
      for (let one = own || target.closest("details"); one; one = one.parentElement.closest("details")) {
        one.open = true;
      }
    };
    links.forEach((link) => link.addEventListener("click", () => {
      open(targetOf(link));
      contents.open = wide.matches;
    }));
    const linked = document.getElementById(location.hash.slice(1));
    if (linked) open(linked);
    const current = new IntersectionObserver((entries) => entries.forEach((entry) => {
      const link = links.find((one) => targetOf(one) === entry.target);
      link.toggleAttribute("aria-current", entry.isIntersecting);
    }), { rootMargin: "0px 0px -75% 0px" });
    links.forEach((link) => current.observe(targetOf(link)));
  };

  // Paper cannot be unfolded.
  const unfoldForPrint = () => {
    let folded = [];
    window.addEventListener("beforeprint", () => {
      folded = [...document.querySelectorAll("details:not([open])")];
      folded.forEach((one) => { one.open = true; });
    });
    window.addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
  };

  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll("figure.slider").forEach(makeSlider);
  document.querySelectorAll("button.theme").forEach(makeThemeSwitch);
  document.querySelectorAll("nav > details").forEach(makeContents);
  unfoldForPrint();
})();
