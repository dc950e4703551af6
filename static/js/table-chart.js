/* <table-chart table="id" kind="bar|line" label="…"> draws the columns of a table whose heads have
   data-series: a class of the legend, which gives the colour. A bar leads where its row leads.
   data-unit="s" of the table: values are seconds. Needs Chart.js; without it the table tells all. */
const style = (element, name) => getComputedStyle(element)[name];
const looks = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-reduced-motion: reduce)"];
const lengths = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 604800];

function lasting(seconds) {
  const [unit, size] = seconds < 60 ? ["second", 1] : seconds < 3600 ? ["minute", 60] : ["hour", 3600];
  const format = { style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(seconds / size);
}

customElements.define("table-chart", class extends HTMLElement {
  connectedCallback() {
    this.panel = this.closest(".panel");
    this.table = document.getElementById(this.getAttribute("table"));
    this.rows = [...this.table.tBodies[0].rows];
    this.heads = [...this.table.tHead.rows[0].cells].filter((cell) => cell.dataset.series);
    this.canvas = this.appendChild(document.createElement("canvas"));
    Object.assign(this.canvas, { role: "img", ariaLabel: this.getAttribute("label") });
    this.panel.querySelector("details").open = false;
    for (const look of looks) matchMedia(look).addEventListener("change", () => this.draw());
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const save = this.panel.querySelector("[data-png]");
    save.addEventListener("click", () => this.save());
    save.hidden = false;
    this.draw();
  }
  draw() {
    this.chart?.destroy();
    const line = this.getAttribute("kind") === "line", rtl = document.dir === "rtl", timed = this.table.dataset.unit === "s";
    const color = style(this, "color"), rule = style(this, "borderTopColor"), paper = style(this.panel, "backgroundColor");
    const datasets = this.heads.map((head) => {
      const hue = style(this.panel.querySelector(`.legend-key .${head.dataset.series}`), "fill");
      const data = this.rows.map((row) => parseFloat(row.cells[head.cellIndex].dataset.value));
      return { label: head.textContent, data, backgroundColor: hue, borderColor: line ? hue : paper, borderWidth: line ? 2 : { top: 1 }, spanGaps: true, maxBarThickness: 48 };
    });
    const most = Math.max(...datasets.flatMap((set) => set.data.filter(Number.isFinite)), 1);
    const steps = timed ? { callback: lasting, stepSize: lengths.find((each) => most / each <= 6) } : { precision: 0 };
    const value = (item) => ` ${item.dataset.label}: ${timed ? lasting(item.parsed.y) : item.parsed.y}`;
    const scales = {
      x: { stacked: !line, reverse: rtl, ticks: { color, maxRotation: 0 }, grid: { display: false }, border: { color: rule } },
      y: { stacked: !line, beginAtZero: true, position: rtl ? "right" : "left", ticks: { color, ...steps }, grid: { color: rule }, border: { display: false } },
    };
    const tooltip = { rtl, callbacks: { label: value, title: ([item]) => this.rows[item.dataIndex].cells[0].textContent } };
    const days = document.querySelector("[data-period]")?.dataset.period ?? "";
    const hidden = { display: false, color, labels: { color }, text: [this.getAttribute("label"), days] };
    const plugins = { tooltip, legend: { ...hidden }, title: { ...hidden } };
    const motion = matchMedia(looks[2]).matches ? false : { duration: 250 };
    const options = { maintainAspectRatio: false, animation: motion, interaction: { mode: "index", intersect: false }, scales, plugins, onClick: (_, found) => found.length && this.rows[found[0].index].querySelector("a")?.click() };
    const ground = { id: "ground", beforeDraw({ ctx, width, height }) { ctx.fillStyle = paper; ctx.fillRect(0, 0, width, height); } };
    this.chart = new Chart(this.canvas, { type: line ? "line" : "bar", data: { labels: this.rows.map((row) => row.dataset.short), datasets }, options, plugins: [ground] });
  }
  save() {
    const name = (display) => { for (const part of ["legend", "title"]) this.chart.options.plugins[part].display = display; this.chart.update("none"); };
    name(true);
    Object.assign(document.createElement("a"), { href: this.canvas.toDataURL("image/png"), download: `breakglass-${this.getAttribute("table")}.png` }).click();
    name(false);
  }
});
