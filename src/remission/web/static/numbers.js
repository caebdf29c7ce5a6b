// The table of key numbers, with their intervals.
import { element } from "./dom.js";
import { figure } from "./draw.js";
import { number, t } from "./texts.js";

const PERCENT = ["ORR", "CR", "OS_12", "OS_24", "OS_36", "OS_60", "TRAE_G3-5", "second_course", "next_line"];
const ROWS = ["ORR", "CR", "median_PFS", "median_OS", "OS_12", "OS_24", "OS_36", "OS_60", "treatment_free_36",
  "TRAE_G3-5", "second_course", "next_line"];

function limits(numbers, row) {
  const at = row.match(/^(\w+)_(\d+)$/);
  const [low, high] = at && at[1] === "OS" ? [`OS_low_${at[2]}`, `OS_high_${at[2]}`] : [`${row}_low`, `${row}_high`];
  return [numbers[low], numbers[high]];
}

function cell(numbers, row) {
  const value = numbers[row], unit = PERCENT.includes(row) ? "%" : t("months");
  if (value === null || value === undefined) return element("td", {}, row.startsWith("median") ? t("unreached") : "–");
  const [low, high] = limits(numbers, row);
  const between = low != null && high != null ? element("small", {}, ` ${number(low, 1)}–${number(high, 1)}`) : null;
  return element("td", { "data-number": row }, `${number(value, 1)} ${unit}`, between);
}

export function numbers(view) {
  const known = ROWS.filter((row) => view.arms.some((arm) => arm.numbers[row] != null));
  const head = element("tr", {}, element("th", { scope: "col" }), view.arms.map((arm) => element("th", { scope: "col" }, arm.label)));
  const rows = known.map((row) => element("tr", {}, element("th", { scope: "row" }, t("number." + row)),
    view.arms.map((arm) => cell(arm.numbers, row))));
  return figure("wide numbers", t("numbers"), [], element("table", {}, element("thead", {}, head), element("tbody", {}, rows)));
}
