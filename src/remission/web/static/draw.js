// The figures, drawn from plain numbers.
import { element, ink, shape } from "./dom.js";
import { number, t } from "./texts.js";

const WIDTH = 480, LEFT = 34, RIGHT = 8, TOP = 8, HEIGHT = 220;
const DASHES = [null, "7 3", "2 3", "9 3 2 3", "4 2", "1 2"];

const drawing = (height, title, ...content) =>
  shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title }, shape("title", {}, title), ...content);

export function figure(name, title, key, ...content) {
  return element("figure", { class: name, "data-figure": name.split(" ").pop() }, element("h3", {}, title),
    key.length ? element("ul", { class: "key" }, key) : null, ...content);
}

const line = (x1, y1, x2, y2, attributes) => shape("line", { x1, y1, x2, y2, ...attributes });
const label = (x, y, text, anchor = "middle") => shape("text", { x, y, "text-anchor": anchor }, text);
const scale = (last) => (month) => LEFT + (month / last) * (WIDTH - LEFT - RIGHT);

export function armKey(arms) {
  return arms.map((arm, k) => element("li", {}, shape("svg", { viewBox: "0 0 30 10", "aria-hidden": "true" },
    line(0, 5, 30, 5, { class: "curve", "stroke-dasharray": DASHES[k % 6], paint: { stroke: ink(arm.colour) } })), arm.label));
}

export function colourKey(colours, prefix) {
  return Object.entries(colours).filter(([name]) => t(prefix + name) !== prefix + name).map(([name, colour]) =>
    element("li", {}, shape("svg", { viewBox: "0 0 30 10", "aria-hidden": "true" },
      shape("rect", { width: 30, height: 10, paint: { fill: ink(colour) } })), t(prefix + name)));
}

function frame(last, months, highest) {
  const x = scale(last), y = (percent) => TOP + (1 - percent / highest) * HEIGHT;
  const levels = [0, 0.25, 0.5, 0.75, 1].map((part) => part * highest);
  return { x, y, lines: [
    ...levels.map((level) => line(LEFT, y(level), WIDTH - RIGHT, y(level), { class: "grid" })),
    ...levels.map((level) => label(LEFT - 5, y(level) + 4, number(level), "end")),
    ...months.map((month) => label(x(month), TOP + HEIGHT + 14, number(month))),
    line(LEFT, y(0), WIDTH - RIGHT, y(0), { class: "axis" }),
    label((LEFT + WIDTH) / 2, TOP + HEIGHT + 29, t("axis.months")),
  ] };
}

// A step function as a path: the value holds until the next time.
function steps(x, y, months, values) {
  let path = "", before = null;
  months.forEach((month, k) => {
    if (values[k] === null) return;
    path += before === null ? `M${x(month).toFixed(1)},${y(values[k]).toFixed(1)}`
      : `H${x(month).toFixed(1)}V${y(values[k]).toFixed(1)}`;
    before = values[k];
  });
  return path;
}

function band(x, y, curve) {
  const known = curve.month.map((_, k) => k).filter((k) => curve.low[k] !== null && curve.high[k] !== null);
  const upper = known.map((k, i) => [curve.month[k], curve.high[known[Math.max(0, i - 1)]], curve.high[k]]);
  const lower = known.map((k, i) => [curve.month[k], curve.low[known[Math.max(0, i - 1)]], curve.low[k]]).reverse();
  const points = [...upper.flatMap(([month, a, b]) => [[month, a], [month, b]]),
    ...lower.flatMap(([month, a, b]) => [[month, b], [month, a]])];
  return points.map(([month, value]) => `${x(month).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
}

export function curves(view, name) {
  const arms = view.arms.filter((arm) => arm[name]);
  if (!arms.length) return null;
  const { x, y, lines } = frame(view.last_month, view.at_risk_month, 100);
  const below = TOP + HEIGHT + 46;
  const parts = view.arms.flatMap((arm, k) => !arm[name] ? [] : [
    shape("polygon", { class: "band", points: band(x, y, arm[name]), paint: { fill: ink(arm.colour) } }),
    shape("path", { class: "curve", d: steps(x, y, arm[name].month, arm[name].percent), "stroke-dasharray": DASHES[k % 6],
      "data-arm": arm.name, paint: { stroke: ink(arm.colour) } }),
  ]);
  const risk = arms.flatMap((arm, row) => arm[name].at_risk.map((count, k) => {
    const text = label(x(view.at_risk_month[k]), below + 14 * (row + 1), number(count));
    text.style.fill = ink(arm.colour);
    return text;
  }));
  const height = below + 14 * (arms.length + 1);
  return figure(name, t(name), armKey(view.arms),
    drawing(height, t(name), ...lines, ...parts, label(LEFT - 5, below, t("at.risk"), "start"), ...risk));
}

export function toxicity(view) {
  const arms = view.arms.filter((arm) => arm.toxicity);
  if (!arms.length) return null;
  const most = Math.max(...arms.flatMap((arm) => arm.toxicity.percent), 1);
  const highest = [5, 10, 20, 40, 60, 80, 100].find((level) => level >= most);
  const { x, y, lines } = frame(view.last_month, view.at_risk_month, highest);
  const parts = view.arms.map((arm, k) => arm.toxicity && shape("path", { class: "curve", "stroke-dasharray": DASHES[k % 6],
    d: steps(x, y, arm.toxicity.month, arm.toxicity.percent), paint: { stroke: ink(arm.colour) } }));
  return figure("toxicity", t("toxicity"), armKey(view.arms), drawing(TOP + HEIGHT + 34, t("toxicity"), ...lines, ...parts.filter(Boolean)));
}

export function spent(view, colours) {
  const arms = view.arms.filter((arm) => arm.spent);
  if (!arms.length) return null;
  const x = scale(view.free_month), rows = [];
  arms.forEach((arm, row) => {
    let from = 0;
    const top = 18 + row * 44;
    rows.push(label(LEFT, top - 4, arm.label, "start"));
    for (const [part, months] of Object.entries(arm.spent.months)) {
      const width = x(from + months) - x(from), middle = (x(from) + x(from + months)) / 2;
      rows.push(shape("rect", { x: x(from), y: top, width: Math.max(0, width), height: 20, paint: { fill: ink(colours[part]) } },
        shape("title", {}, `${t("part." + part)}: ${number(months, 1)} ${t("months")}`)));
      if (width > 26) rows.push(shape("text", { x: middle, y: top + 14, "text-anchor": "middle", class: "in",
        paint: { fill: part === "on drug" || part === "dead" ? "#fff" : "#161a22" } }, number(months, 1)));
      from += months;
    }
  });
  const title = t("spent", { months: number(view.free_month) });
  return figure("spent", title, colourKey(colours, "part."), drawing(18 + arms.length * 44, title, ...rows));
}

function sign(kind, x, y) {
  if (kind === "death") return shape("path", { class: "mark", d: `M${x - 3},${y - 3}l6,6m0,-6l-6,6` });
  if (kind === "alive") return shape("path", { class: "mark", d: `M${x},${y}h7m-3,-3l3,3l-3,3` });
  if (kind === "response") return shape("path", { class: "dot", d: `M${x},${y - 3.4}l3.4,3.4l-3.4,3.4l-3.4,-3.4z` });
  return shape("circle", { class: "mark", cx: x, cy: y, r: 2.8 });
}

const signKey = () => ["response", "progression", "death", "alive"].map((kind) => element("li", {},
  shape("svg", { viewBox: "0 0 30 10", "aria-hidden": "true" }, sign(kind, 12, 5)), t("mark." + kind)));

export function swimmer(view, arm, colours) {
  if (!arm.swimmer || !arm.swimmer.lanes.length) return null;
  const x = scale(view.last_month), lanes = arm.swimmer.lanes, foot = lanes.length * 9 + 6;
  const parts = lanes.flatMap((lane, row) => [
    ...lane.stays.map(([from, to, state]) => shape("rect", { x: x(from), y: row * 9 + 1, height: 7, width: Math.max(0.5, x(to) - x(from)),
      paint: { fill: ink(colours[state]) } })),
    ...lane.marks.map(([month, kind]) => sign(kind, x(month), row * 9 + 4.5)),
  ]);
  const axis = [line(LEFT, foot, WIDTH - RIGHT, foot, { class: "axis" }),
    ...view.at_risk_month.map((month) => label(x(month), foot + 13, number(month))),
    label((LEFT + WIDTH) / 2, foot + 28, t("axis.months"))];
  const title = t("swimmer", { arm: arm.label });
  const shown = t("swimmer.of", { shown: number(lanes.length), patients: number(arm.swimmer.patients) });
  return figure("swimmer", title, [...colourKey(colours, "state."), ...signKey()],
    drawing(foot + 32, title, ...parts, ...axis), element("p", { class: "note" }, shown));
}
