// Texts and numbers in the language of the page.
import { get } from "./api.js";

let table = {};
let language = "en";

export async function speak(wanted) {
  table = await get(`/api/texts/${wanted}`);
  language = table.lang;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  return language;
}

export const t = (key, values = {}) =>
  (table[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
