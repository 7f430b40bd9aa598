// What the server sent along in the page itself, so that the first things to
// show need no journey of their own.

let answers: Map<string, string> | undefined;

/** The answer that came with the page, once, and only while it is young: afterwards the server is asked. */
export function sentAlong(path: string): string | undefined {
  if (typeof document === 'undefined' || performance.now() > 10_000) return undefined;
  answers ??= new Map([...document.querySelectorAll<HTMLScriptElement>('script[data-answer]')].map((e) => [e.dataset.answer!, e.text]));
  const found = answers.get(path);
  answers.delete(path);
  return found;
}
