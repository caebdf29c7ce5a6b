// One setting and what comes of it: form, progress, figures. Two of them stand side by side.
import { Refusal, follow, get, leave, post } from "./api.js";
import { form, read, said, shownOptions } from "./controls.js";
import { element } from "./dom.js";
import { curves, spent, swimmer, toxicity } from "./draw.js";
import { numbers } from "./numbers.js";
import { number, t } from "./texts.js";

const WAIT = 150; // ms of quiet after a change
const AGAIN = 2000;

export class Panel {
  constructor(letter, choices, state, tab, changed) {
    Object.assign(this, { letter, choices, state, tab, changed, runs: [], view: null, job: null, asked: 0, unfollow: () => {} });
    this.controls = element("div");
    this.status = element("div", { class: "status", role: "status", "aria-live": "polite" });
    this.buttons = element("div", { class: "buttons" });
    this.figures = element("div", { class: "figures" });
    this.node = element("section", { class: "panel", "data-panel": letter },
      element("div", { class: "side" }, this.title = element("h2"), this.controls, this.status, this.buttons), this.figures);
  }

  // Everything anew in the language of the page; what is shown stays.
  redraw() {
    this.title.textContent = t("setting", { letter: this.letter });
    this.drawForm();
    this.drawStatus();
    if (this.view) this.draw(this.view);
  }

  drawForm() {
    const focused = this.controls.contains(document.activeElement) ? document.activeElement : null;
    const next = form(this.choices, this.runs, this.state);
    next.addEventListener("change", () => this.change(next));
    next.addEventListener("submit", (event) => event.preventDefault());
    this.controls.replaceChildren(next, element("p", { class: "said" }, said(next)));
    if (focused) [...next.elements].find((one) => one.name === focused.name && (one.type !== "checkbox" || one.value === focused.value))?.focus();
  }

  // The list of runs alone: a form that is being used stays as it is.
  listRuns(runs) {
    this.runs = runs;
    this.controls.querySelector("[name=run]").replaceChildren(...shownOptions(runs, this.state));
  }

  change(node) {
    const state = read(node, this.choices, this.state);
    if (!state) { node.reportValidity(); return; }
    this.state = state;
    this.drawForm();
    this.changed();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const mine = ++this.asked, owner = `${this.tab}-${mine}`; // an answer to an old question must not end a new one
    this.stop();
    this.tell({ state: "asking" });
    try {
      if (this.state.run) {
        const view = await get(`/api/run?name=${encodeURIComponent(this.state.run)}`);
        if (mine !== this.asked) return;
        this.draw(view);
        this.tell({ state: view.observed ? "cohort" : "open", patients: view.patients, name: view.run });
        return;
      }
      const job = await (await post("/api/jobs", { setting: this.state.setting, patients: this.state.patients, tab: owner })).json();
      if (mine !== this.asked) { leave(job.id, owner); return; }
      Object.assign(this, { job: job.id, owner });
      this.unfollow = follow(job.id, {
        view: (view) => view && this.draw(view),
        progress: (state) => this.tell(state),
        away: () => this.tell({ ...this.last, state: "away" }),
        lost: () => { this.job = null; this.tell({ ...this.last, state: "anew" }); setTimeout(() => mine === this.asked && this.ask(), AGAIN); },
      });
    } catch (error) {
      if (mine !== this.asked) return;
      if (error instanceof Refusal) { this.tell({ state: "failed", problems: error.problems }); return; }
      this.tell({ state: "away" });
      setTimeout(() => mine === this.asked && this.ask(), AGAIN);
    }
  }

  stop() {
    this.unfollow();
    if (this.job) leave(this.job, this.owner);
    this.job = null;
    this.unfollow = () => {};
  }

  cancel() {
    if (this.job) leave(this.job, this.owner); // the job says itself that it has ended
  }

  tell(state) {
    this.last = state;
    this.figures.classList.toggle("stale", ["asking", "failed"].includes(state.state));
    if (state.state === "done") this.ended?.();
    this.drawStatus();
  }

  drawStatus() {
    const state = this.last ?? { state: "asking" };
    const values = { ...state, ...Object.fromEntries(["done", "wanted", "patients"].map((key) => [key, number(state[key] ?? 0)])) };
    const problems = (state.problems ?? []).map((one) => element("li", {}, [one.where, one.what].filter(Boolean).join(": "),
      one.found ? element("small", {}, t("problem.found", { text: one.found })) : null,
      one.allowed ? element("small", {}, t("problem.allowed", { text: one.allowed })) : null,
      one.next_step ? element("small", {}, one.next_step) : null));
    const running = state.state === "running";
    this.node.dataset.state = state.state;
    this.status.replaceChildren(...[
      element("p", {}, t("status." + state.state, values)),
      running ? element("progress", { max: state.wanted, value: state.done }) : null,
      problems.length ? element("ul", { class: "problems" }, problems) : null,
      problems.length && this.view ? element("p", { class: "note" }, t("status.stale")) : null,
    ].filter(Boolean));
    this.drawButtons(state, running);
  }

  drawButtons(state, running) {
    const focused = this.buttons.contains(document.activeElement) ? document.activeElement.dataset.does : null;
    const button = (does, action) => element("button", { type: "button", "data-does": does, onclick: action }, t(does));
    const link = (does, part, query = "") => element("a", { class: "button", "data-does": does, download: "",
      href: `/api/run/${part}?name=${encodeURIComponent(this.view.run)}${query}` }, t(does));
    const whole = this.view?.run && ["done", "open", "cohort"].includes(state.state);
    this.buttons.replaceChildren(...[
      running ? button("cancel", () => this.cancel()) : null,
      state.state === "cancelled" ? button("continue", () => this.ask()) : null,
      this.state.run ? null : button("study.file", () => this.saveStudy()),
      whole ? link("tables", "tables") : null,
      whole ? link("report", "report", `&language=${document.documentElement.lang}`) : null,
    ].filter(Boolean));
    if (focused) (this.buttons.querySelector(`[data-does="${focused}"]`) ?? this.buttons.querySelector("button"))?.focus();
  }

  async saveStudy() {
    const text = await (await post("/api/study", { setting: this.state.setting, patients: this.state.patients })).text();
    const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
    element("a", { href: address, download: `${this.state.setting.study}-explored.yaml` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  draw(view) {
    this.view = view;
    const { states, parts } = this.choices.colours;
    const drawn = [curves(view, "os"), curves(view, "pfs"), spent(view, parts), toxicity(view),
      ...view.arms.map((arm) => swimmer(view, arm, states)), numbers(view)].filter(Boolean);
    this.figures.replaceChildren(...(view.arms.length ? drawn : [element("p", {}, t("nothing"))]));
    this.node.dataset.patients = view.patients;
  }
}
