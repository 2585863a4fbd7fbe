/* Draws charts when they come into view, sorts tables, filters the index. No dependency but the
   Plotly bundle that lies beside the reports; without script the page still has every number. */
(() => {
  "use strict";
  const plots = [...document.querySelectorAll(".plot")];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let printing = false;

  const figures = new Map();
  for (const block of document.querySelectorAll("script.figure")) {
    figures.set(block.dataset.for, block.textContent);
  }
  const palette = (() => {
    const block = document.getElementById("dark-palette");
    return block ? JSON.parse(block.textContent) : {};
  })();

  const themed = (text) => {
    if (!dark.matches || printing) return text;
    return text.replace(/#[0-9a-f]{6}/g, (colour) => palette[colour] || colour);
  };

  const narrowed = (figure, width) => {
    const meta = figure.layout.meta && figure.layout.meta.narrow;
    if (!meta || width >= 640) return;
    for (const [path, value] of Object.entries(meta)) {
      const keys = path.split(".");
      const last = keys.pop();
      keys.reduce((node, key) => node[key], figure)[last] = value;
    }
  };

  const draw = (plot) => {
    const figure = JSON.parse(themed(figures.get(plot.id)));
    const width = plot.clientWidth;
    narrowed(figure, width);
    figure.layout.width = width;
    plot.dataset.width = width;
    plot.classList.remove("waiting");
    plot.dataset.drawn = "yes";
    return Plotly.react(plot, figure.data, figure.layout, {
      displaylogo: false,
      showSendToCloud: false,
      displayModeBar: false,
      responsive: false,
      scrollZoom: false,
    });
  };

  /* For whoever takes a picture of the whole page. */
  const measure = () => {
    document.documentElement.dataset.heightAll = document.documentElement.scrollHeight;
  };

  const drawAll = () => plots.forEach(draw);

  const start = () => {
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        draw(entry.target);
      }
    }, { rootMargin: "300px" });
    plots.forEach((plot) => near.observe(plot));
    if (location.hash === "#all") {
      drawAll();
      measure();
    }

    const again = () => plots.filter((plot) => plot.dataset.drawn).forEach(draw);
    dark.addEventListener("change", again);
    let timer = 0;
    addEventListener("resize", () => {
      clearTimeout(timer);
      timer = setTimeout(() => plots
        .filter((plot) => plot.dataset.drawn && Number(plot.dataset.width) !== plot.clientWidth)
        .forEach(draw), 120);
    });
    addEventListener("beforeprint", () => { printing = true; drawAll(); });
    addEventListener("afterprint", () => { printing = false; drawAll(); });
  };

  if (!plots.length) measure();
  if (plots.length) {
    for (const plot of plots) {
      plot.style.height = `${plot.dataset.height}px`;
      plot.classList.add("waiting");
    }
    if (window.Plotly) {
      start();
    } else {
      const bundle = document.createElement("script");
      bundle.src = `${document.documentElement.dataset.root}plotly.min.js`;
      bundle.onload = start;
      bundle.onerror = () => {
        for (const plot of plots) plot.textContent = `${plot.getAttribute("aria-label")} (The chart itself needs plotly.min.js beside the reports.)`;
      };
      document.head.append(bundle);
    }
  }

  const value = (cell) => {
    const text = cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
    if (text === "" || text === "–") return null;
    const number = Number(text.replace(/[,\s%+]/g, "").replace("−", "-"));
    return Number.isNaN(number) ? text : number;
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (head.classList.contains("plain")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending" && (head.classList.contains("n") || head.getAttribute("aria-sort") === "ascending");
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [value(row.cells[column]), row]);
        rows.sort(([a], [b]) => {
          if (a === null || b === null) return (a === null) - (b === null);
          const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
          return down ? -order : order;
        });
        body.append(...rows.map(([, row]) => row));
      });
    });
  }

  const search = document.querySelector("input.search");
  if (search) {
    const items = [...document.querySelectorAll("[data-search]")];
    const told = document.getElementById("found");
    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      for (const item of items) {
        const text = item.dataset.search.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
        found += !item.hidden;
      }
      told.textContent = words.length ? `${found} of ${items.length}` : "";
    };
    search.addEventListener("input", filter);
    filter();
  }
})();
