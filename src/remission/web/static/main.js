// The page: one panel or two; what is chosen stands in the address, so that it outlives a reload and can be sent on.
import { get } from "./api.js";
import { standard } from "./controls.js";
import { Panel } from "./panel.js";
import { speak } from "./texts.js";

const compare = document.getElementById("compare");
const language = document.getElementById("language");
const place = document.getElementById("panels");
const tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const panels = [];
let choices;

function remembered() {
  try {
    const states = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    const sound = (one) => typeof one.run === "string" && Number.isInteger(one.patients)
      && choices.studies.some((study) => study.name === one.setting.study) && Array.isArray(one.setting.arms) && one.setting.stop;
    return Array.isArray(states) && states.length > 0 && states.length < 3 && states.every(sound) ? states : [];
  } catch { return []; }
}

const remember = () => history.replaceState(null, "", "#" + encodeURIComponent(JSON.stringify(panels.map((one) => one.state))));

async function listRuns() {
  const { runs } = await get("/api/runs");
  for (const panel of panels) panel.listRuns(runs);
}

function add(state) {
  const panel = new Panel("AB"[panels.length], choices, structuredClone(state), tab + panels.length, remember);
  panel.ended = () => listRuns().catch(() => {});
  panel.runs = panels[0]?.runs ?? [];
  panels.push(panel);
  place.append(panel.node);
  arrange();
  panel.redraw();
  panel.ask();
}

function arrange() {
  place.className = panels.length > 1 ? "two" : "one";
  compare.checked = panels.length > 1;
  remember();
}

compare.addEventListener("change", () => {
  if (compare.checked) { add(panels[0].state); return; }
  const last = panels.pop();
  last.asked += 1;
  last.stop();
  last.node.remove();
  arrange();
});

language.addEventListener("change", async () => {
  language.value = await speak(language.value);
  panels.forEach((panel) => panel.redraw());
});

addEventListener("pagehide", () => panels.forEach((panel) => panel.stop()));
addEventListener("pageshow", (event) => { if (event.persisted) panels.forEach((panel) => panel.ask()); });

language.value = await speak(document.documentElement.lang);
choices = await get("/api/choices");
const states = remembered();
(states.length ? states : [standard(choices)]).forEach(add);
listRuns().catch(() => {});
