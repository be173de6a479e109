"use strict";
(() => {
  const STEP = 100;
  const MOST_VALUES = 60;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  // Cells are our own markup around escaped text, so taking out the tags leaves the text.
  const CHARACTERS = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };
  const plain = (cell) =>
    cell.replace(/<[^>]*>/g, " ").replace(/&(?:amp|lt|gt|quot|#x27);/g, (found) => CHARACTERS[found]).trim();
  const unnumbered = (title) => (title ? title.textContent.replace(/:[ \d].*$/, "") : "");
  const fileOf = (place) => place.replace(/:\d+(:\d+)?(,.*)?$/, "");
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  // A table of the page: all its rows, and which of them are shown.
  let part = "";
  const tables = [];
  for (const found of document.querySelectorAll(".part, .rows")) {
    if (found.classList.contains("rows")) tables.push(tableOf(found, part));
    else part = unnumbered(found);
  }
  if (!tables.length) return;

  function tableOf(box, part) {
    const body = box.querySelector("tbody");
    const data = box.querySelector("script").textContent;
    const rows = data
      ? JSON.parse(data)
      : [...body.rows].map((row) => [...row.cells].map((cell) => cell.innerHTML));
    const texts = rows.map((row) => row.map((cell) => (/[<&]/.test(cell) ? plain(cell) : cell)));
    return {
      box, body, rows, texts, part,
      section: unnumbered(box.closest("section")?.firstElementChild),
      heads: [...box.querySelectorAll("thead th")],
      headings: [...box.querySelectorAll("thead th")].map((cell) => cell.textContent.replace(/^last /, "")),
      fields: rows.map((row) => [...row[row.length - 1].matchAll(/<dt>([^<]*)/g)].map((found) => plain(found[1]))),
      lower: texts.map((row) => row.join("\n").toLowerCase()),
      order: rows.map((_, index) => index), shown: [], limit: STEP,
    };
  }

  // Filters: by part and list, by field, and by each column with few different values.
  const filters = [];
  function addFilter(label, values, matches) {
    values.delete("");
    if (values.size < 2 || values.size > MOST_VALUES) return;
    const choice = document.createElement("select");
    const options = [...values].sort().map((value) => new Option(value, value));
    choice.append(new Option("all", ""), ...options);
    const wrapped = document.createElement("label");
    wrapped.append(label + " ", choice);
    document.getElementById("filters").append(wrapped);
    choice.addEventListener("change", update);
    filters.push({ choice, matches });
  }
  const all = (values) => new Set(tables.flatMap(values));
  addFilter("Part", all((table) => table.part), (table, _, value) => table.part === value);
  addFilter("Show", all((table) => table.section), (table, _, value) => table.section === value);
  for (const column of all((table) => table.headings)) {
    const having = tables.filter((table) => table.headings.includes(column));
    const rows = having.reduce((count, table) => count + table.rows.length, 0);
    const values = new Set();
    for (const table of having) {
      const at = table.headings.indexOf(column);
      for (const row of table.texts) if (values.size <= MOST_VALUES) values.add(fileOf(row[at] || ""));
    }
    if (2 * values.size > rows || column.includes("→")) continue;
    addFilter(capital(column), values, (table, row, value) => {
      const at = table.headings.indexOf(column);
      return at >= 0 && fileOf(table.texts[row][at] || "") === value;
    });
  }
  addFilter("Field", all((table) => table.fields.flat()), (table, row, value) => table.fields[row].includes(value));
  const isNarrowed = () => search.value.trim() !== "" || filters.some((filter) => filter.choice.value);

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = filters.filter((filter) => filter.choice.value);
    let total = 0;
    for (const table of tables) {
      table.shown = table.order.filter(
        (row) =>
          words.every((word) => table.lower[row].includes(word)) &&
          active.every((filter) => filter.matches(table, row, filter.choice.value)),
      );
      table.limit = STEP;
      total += table.shown.length;
      draw(table);
    }
    found.textContent = isNarrowed() ? `${total} found` : "";
  }

  function draw(table) {
    table.body.innerHTML = table.shown
      .slice(0, table.limit)
      .map((row) => `<tr>${table.rows[row].map((cell) => `<td>${cell}</td>`).join("")}</tr>`)
      .join("");
    table.more.hidden = table.shown.length <= table.limit;
    table.more.textContent = `Show more (${table.shown.length - table.limit} left)`;
    table.box.hidden = !table.shown.length && isNarrowed();
    const section = table.box.closest("section");
    if (section) section.hidden = !section.querySelector(".rows:not([hidden])");
    if (isNarrowed()) for (const closed of table.body.querySelectorAll("details")) closed.open = true;
  }

  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  for (const table of tables) {
    table.more = document.createElement("button");
    table.more.className = "more";
    table.more.addEventListener("click", () => {
      table.limit += 10 * STEP;
      draw(table);
      if (table.more.hidden) table.box.focus({ preventScroll: true }); // else the focus is lost with the button
    });
    table.box.append(table.more);
    table.heads.forEach((cell, at) => {
      const button = document.createElement("button");
      button.textContent = cell.textContent;
      cell.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        for (const other of table.heads) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        table.order.sort((one, other) => compare(table.texts[one][at], table.texts[other][at]) * (down ? -1 : 1));
        update();
      });
    });
  }

  let waiting;
  search.addEventListener("change", update);
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 60);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      for (const filter of filters) filter.choice.value = "";
      update();
    }
    if (/^(INPUT|SELECT)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "n" || event.key === "p") jump(event.key === "n" ? 1 : -1);
  });
  function jump(step) {
    const visible = tables.filter((table) => !table.box.hidden).map((table) => table.box);
    const at = visible.findIndex((box) => box.contains(document.activeElement));
    const next = visible[Math.min(visible.length - 1, Math.max(0, at + step))];
    if (next) {
      next.focus();
      next.scrollIntoView();
    }
  }
  // On paper nothing can be pressed to see more.
  window.addEventListener("beforeprint", () => {
    for (const table of tables) {
      table.limit = Infinity;
      draw(table);
    }
  });
  document.getElementById("tools").hidden = false;
  update();
})();
