// The form of one setting. Its state is a plain object, the same that the server is asked with.
import { element } from "./dom.js";
import { t } from "./texts.js";

const option = (value, text, chosen) => element("option", { value, selected: String(value) === String(chosen) }, text);

const select = (name, options, attributes = {}) =>
  element("label", { class: attributes.hidden ? "off" : "", hidden: attributes.hidden }, t(attributes.text ?? name),
    element("select", { name }, options));

const amount = (name, text, value, min, max, step, hidden) => element("label", { hidden }, t(text),
  element("input", { type: "number", name, value, min, max, step, required: true }));

export function standard(choices, study = "keynote-006") {
  const known = choices.studies.find((one) => one.name === study) ?? choices.studies[0];
  const arms = known.arms.filter((arm) => arm.enabled).map((arm) => arm.name).slice(0, choices.most_arms);
  return { run: "", patients: 8192, setting: { study: known.name, arms, stop: { kind: "study", months: 12 }, visits: null,
    restart: "study", molecule: null } };
}

function studies(choices, chosen) {
  const tumours = [...new Set(choices.studies.map((one) => one.tumour))];
  return tumours.map((tumour) => element("optgroup", { label: t("tumour." + tumour) }, choices.studies
    .filter((one) => one.tumour === tumour).map((one) => option(one.name, `${one.name}: ${one.title}`, chosen))));
}

export const shownOptions = (runs, state) =>
  [option("", t("shown.new"), state.run), ...runs.map((name) => option(name, name, state.run))];

export function form(choices, runs, state) {
  const { setting } = state, { stop, molecule } = setting, own = state.run === "";
  const study = choices.studies.find((one) => one.name === setting.study);
  const kinds = (prefix, names, chosen) => names.map((name) => option(name, t(prefix + name), chosen));
  const timed = ["time", "complete", "response"].includes(stop.kind);
  const controls = [
    select("study", studies(choices, setting.study)),
    element("fieldset", {}, element("legend", {}, t("arms")), study.arms.map((arm) => element("label", { class: "tick" },
      element("input", { type: "checkbox", name: "arm", value: arm.name, checked: setting.arms.includes(arm.name) }), arm.label))),
    select("stop", kinds("stop.", ["study", "never", "time", "complete", "response"], stop.kind)),
    amount("months", "stop.months", stop.months, 1, 60, 1, !timed),
    select("visits", [option("", t("visits.study"), setting.visits ?? ""),
      ...[3, 6, 8, 12, 16, 24, 26].map((week) => option(week, week, setting.visits))]),
    select("restart", kinds("restart.", ["study", "yes", "no"], setting.restart)),
    select("molecule", [option("", t("molecule.none"), molecule?.like ?? ""),
      ...choices.antibodies.map((one) => option(one.name, t("molecule.like", one), molecule?.like))]),
    ...(molecule ? [
      select("given", kinds("molecule.", ["next", "first"], molecule.given), { text: "molecule.given" }),
      amount("potency", "molecule.potency", molecule.potency, 0.01, 100, "any"),
      amount("severe", "molecule.severe", molecule.severe, 0.1, 60, "any"),
      amount("share", "molecule.share", molecule.share, 1, 100, 1, molecule.given !== "next"),
    ] : []),
    select("patients", choices.patients.map((count) => option(count, count, state.patients))),
  ];
  return element("form", {}, select("run", shownOptions(runs, state), { text: "shown" }), ...(own ? controls : []));
}

// The state that a form says, after a change; null if a number in it is not possible.
export function read(node, choices, before) {
  const field = (name) => node.elements[name];
  const run = field("run").value;
  if (!field("study")) return { ...before, run };
  const study = field("study").value;
  if (study !== before.setting.study) return { ...standard(choices, study), run, patients: before.patients };
  if (!node.checkValidity()) return null;
  const like = field("molecule").value, old = before.setting.molecule;
  const known = choices.antibodies.find((one) => one.name === like);
  const fresh = known && { like, potency: 1, severe: known.severe, given: "next", share: 100 };
  const kept = old && field("potency") && old.like === like && { like, potency: Number(field("potency").value),
    severe: Number(field("severe").value), given: field("given").value, share: Number(field("share").value) };
  return { run, patients: Number(field("patients").value), setting: {
    study,
    arms: [...node.querySelectorAll("[name=arm]:checked")].map((tick) => tick.value),
    stop: { kind: field("stop").value, months: Number(field("months").value) },
    visits: field("visits").value === "" ? null : Number(field("visits").value),
    restart: field("restart").value,
    molecule: like === "" ? null : kept || fresh,
  } };
}

// The chosen values in words, for print.
export const said = (node) => [...node.querySelectorAll("label, fieldset")].filter((part) => !part.hidden && !part.closest("fieldset label"))
  .map((part) => part.matches("fieldset")
    ? `${part.querySelector("legend").textContent}: ${[...part.querySelectorAll(":checked")].map((one) => one.parentNode.textContent).join(", ")}`
    : `${part.firstChild.textContent}: ${part.querySelector("select")?.selectedOptions[0]?.textContent ?? part.querySelector("input")?.value}`)
  .join("; ");
