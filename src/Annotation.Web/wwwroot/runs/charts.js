// Live charts of a run: asks the API for the points after the last step it has, and draws one chart per metric.
/* global uPlot */

/** @typedef {{steps: number[], values: number[], plot: any, output: HTMLOutputElement, host: HTMLElement}} Chart */

// What tells at a glance how a run goes; everything else is one click away.
const first = ["score", "reward", "sequenceKl", "loss", "validationLoss", "accuracy", "validationAccuracy", "completionLength", "entropy"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A colour that a canvas understands, from a token that may hold light-dark(). @param {string} token */
function resolved(token) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = colour(token);
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

class RunCharts {
  /** @type {Map<string, Chart>} */ #charts = new Map();
  #lastStep = -1;
  #key = document.createElement("div");
  #rest = document.createElement("div");
  #more = document.createElement("details");
  #run;
  #resize = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const chart = this.#charts.get(/** @type {HTMLElement} */ (target).dataset.metric ?? "");
      if (chart && chart.host.clientWidth > 0) chart.plot?.setSize(this.#size(chart));
    }
  });
  #theme = new MutationObserver(() => this.#redraw());

  /** @param {HTMLElement} host @param {string} run */
  constructor(host, run) {
    this.#run = run;
    this.#key.className = "charts";
    this.#rest.className = "charts";
    this.#more.className = "more";
    this.#more.hidden = true;
    this.#more.append(document.createElement("summary"), this.#rest);
    host.replaceChildren(this.#key, this.#more);
    this.#theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  stop() {
    this.#resize.disconnect();
    this.#theme.disconnect();
    this.#charts.forEach((chart) => chart.plot?.destroy());
  }

  /** Fetches what is new and draws it. */
  async update() {
    const response = await fetch(`/api/runs/${this.#run}/metrics?afterStep=${this.#lastStep}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return;
    const { points } = await response.json();
    const changed = new Set();
    for (const { step, name, value } of points) {
      const chart = this.#charts.get(name) ?? this.#add(name);
      chart.steps.push(step);
      chart.values.push(typeof value === "number" ? value : null);
      this.#lastStep = Math.max(this.#lastStep, step);
      changed.add(chart);
    }
    for (const chart of changed) this.#draw(chart);
  }

  /** @param {string} name */
  #add(name) {
    const output = document.createElement("output");
    const title = document.createElement("h3");
    title.append(name, output);
    const host = document.createElement("section");
    host.className = "chart";
    host.dataset.metric = name;
    host.append(title);
    // In a fixed order, wherever a name turns up first.
    const place = (/** @type {string} */ metric) => (first.includes(metric) ? String(first.indexOf(metric)) : metric);
    const group = first.includes(name) ? this.#key : this.#rest;
    const after = [...group.children].find((other) => place(/** @type {HTMLElement} */ (other).dataset.metric ?? "") > place(name));
    group.insertBefore(host, after ?? null);
    const others = this.#rest.childElementCount;
    this.#more.hidden = others === 0;
    this.#more.firstElementChild.textContent = others === 1 ? "One more metric" : `${others} more metrics`;
    this.#resize.observe(host);
    const chart = { steps: [], values: [], plot: null, output, host };
    this.#charts.set(name, chart);
    return chart;
  }

  /** @param {Chart} chart */
  #size(chart) {
    return { width: Math.max(200, chart.host.clientWidth - 24), height: 170 };
  }

  /** @param {Chart} chart */
  #draw(chart) {
    const last = chart.values.at(-1);
    chart.output.value = typeof last === "number" ? Number(last.toPrecision(4)).toString() : "";
    const data = [chart.steps, chart.values];
    if (chart.plot) {
      chart.plot.setData(data);
      return;
    }
    const axis = { stroke: resolved("--ink-soft"), grid: { stroke: resolved("--line"), width: 1 }, ticks: { show: false }, font: "11px sans-serif" };
    chart.plot = new uPlot(
      {
        ...this.#size(chart),
        legend: { show: false },
        cursor: { y: false },
        scales: { x: { time: false } },
        axes: [axis, { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "0" : Math.abs(tick) < 1e-3 || Math.abs(tick) >= 1e5 ? tick.toExponential(0) : String(Number(tick.toPrecision(4))))) }],
        series: [{ label: "step" }, { stroke: resolved("--accent"), width: 1.75, points: { show: chart.steps.length < 20 }, spanGaps: true }],
      },
      data,
      chart.host,
    );
  }

  #redraw() {
    this.#charts.forEach((chart) => {
      chart.plot?.destroy();
      chart.plot = null;
      this.#draw(chart);
    });
  }
}

/** @param {HTMLElement} host @param {string} run */
export function create(host, run) {
  return new RunCharts(host, run);
}
