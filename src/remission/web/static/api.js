// What the page asks of the server, and how it hears of it.

export class Refusal extends Error {
  constructor(problems) { super(problems.map((one) => one.what).join("; ")); this.problems = problems; }
}

async function answered(response) {
  if (response.ok) return response;
  const text = await response.text();
  let problems = [{ what: text || response.statusText }];
  try { problems = JSON.parse(text).problems ?? problems; } catch { /* plain text */ }
  throw new Refusal(problems);
}

export const get = async (path) => (await answered(await fetch(path))).json();

export async function post(path, content) {
  const body = JSON.stringify(content);
  return answered(await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body }));
}

export const leave = (id, tab) =>
  fetch(`/api/jobs/${id}?tab=${tab}`, { method: "DELETE", keepalive: true }).catch(() => {});

// Hear of a job until it ends; returns a function that stops listening.
// `away`: the server does not answer, and the browser goes on trying. `lost`: it answers, and knows of no such job.
export function follow(id, { view, progress, away, lost }) {
  const source = new EventSource(`/api/jobs/${id}/events`);
  source.addEventListener("view", (event) => view(JSON.parse(event.data)));
  source.addEventListener("progress", (event) => {
    const state = JSON.parse(event.data);
    if (state.state !== "running") source.close();
    progress(state);
  });
  source.onerror = () => (source.readyState === EventSource.CLOSED ? lost() : away());
  return () => source.close();
}
