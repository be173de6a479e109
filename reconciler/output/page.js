"use strict";
(() => {
  const STEP = 100;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const plain = (cell) => new DOMParser().parseFromString(cell, "text/html").body.textContent;
  const group = (text) => text.replace(/:\d+(:\d+)?$/, "");

  // A table of the page: all its rows, and which of them are shown.
  const tables = [...document.querySelectorAll(".rows")].map((box) => {
    const body = box.querySelector("tbody");
    const data = box.querySelector("script").textContent;
    const rows = data
      ? JSON.parse(data)
      : [...body.rows].map((row) => [...row.cells].map((cell) => cell.innerHTML));
    const texts = rows.map((row) => row.map((cell) => (/[<&]/.test(cell) ? plain(cell) : cell)));
    const section = headingOf(box);
    return {
      box, body, rows, texts, section,
      headings: [...box.querySelectorAll("th")].map((cell) => cell.textContent),
      lower: texts.map((row) => row.join("\n").toLowerCase()),
      order: rows.map((_, index) => index), shown: [], limit: STEP,
    };
  });
  if (!tables.length) return;

  function headingOf(box) {
    for (let at = box; at && at.tagName !== "MAIN"; at = at.parentElement) {
      for (let before = at; before; before = before.previousElementSibling) {
        if (/^H[123]$/.test(before.tagName)) return before.textContent;
        const inner = before !== box && before.querySelector && before.querySelector("h2, h3");
        if (inner && before !== at) return inner.textContent;
      }
    }
    return "";
  }

  // Filters: one for the tables, and one for each column with few different values.
  const filters = [];
  function addFilter(label, values, matches) {
    if (values.length < 2) return;
    const choice = document.createElement("select");
    choice.append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
    const wrapped = document.createElement("label");
    wrapped.append(label + " ", choice);
    document.getElementById("filters").append(wrapped);
    choice.addEventListener("change", update);
    filters.push({ choice, matches });
  }
  const names = [...new Set(tables.map((table) => table.section).filter(Boolean))];
  addFilter("Part", names, (table, _, value) => table.section === value);
  const columns = [...new Set(tables.flatMap((table) => table.headings))];
  for (const column of columns) {
    const values = new Set();
    let rows = 0;
    for (const table of tables) {
      const at = table.headings.indexOf(column);
      if (at < 0) continue;
      rows += table.texts.length;
      for (const row of table.texts) if (values.size <= 60) values.add(group(row[at] || ""));
    }
    values.delete("");
    if (values.size <= 60 && 2 * values.size <= rows) {
      addFilter(column, [...values].sort(), (table, row, value) => {
        const at = table.headings.indexOf(column);
        return at >= 0 && group(table.texts[row][at] || "") === value;
      });
    }
  }

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
    found.textContent = words.length || active.length ? `${total} found` : "";
  }

  function draw(table) {
    table.body.innerHTML = table.shown
      .slice(0, table.limit)
      .map((row) => `<tr>${table.rows[row].map((cell) => `<td>${cell}</td>`).join("")}</tr>`)
      .join("");
    table.more.hidden = table.shown.length <= table.limit;
    table.more.textContent = `Show more (${table.shown.length - table.limit} left)`;
    table.box.hidden = !table.shown.length && (search.value || filters.some((filter) => filter.choice.value));
  }

  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  for (const table of tables) {
    table.more = document.createElement("button");
    table.more.className = "more";
    table.more.addEventListener("click", () => {
      table.limit += 10 * STEP;
      draw(table);
    });
    table.box.append(table.more);
    table.box.querySelectorAll("th").forEach((cell, at) => {
      const button = document.createElement("button");
      button.textContent = cell.textContent;
      cell.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        for (const other of table.box.querySelectorAll("th")) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        table.order.sort((one, other) => compare(table.texts[one][at], table.texts[other][at]) * (down ? -1 : 1));
        update();
      });
    });
  }

  let waiting;
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
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
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
  document.getElementById("tools").hidden = false;
  update();
})();
