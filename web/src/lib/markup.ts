/** A run of text: plain, **bold** or `code`; what is bold and calls an incident by its reference leads there. Nothing else is markup, and nothing becomes HTML. */
export interface Run { text: string; as: 'plain' | 'bold' | 'code' | 'ref' }

const reference = /^(?:INC-\d+|C-[0-9a-f]{6})$/;

/** Reads the server's inline markup. An unclosed mark is text. */
export function runs(source: string): Run[] {
  const out: Run[] = [];
  for (const part of source.split(/(\*\*[^*\n]+?\*\*|`[^`\n]+?`)/)) {
    if (!part) continue;
    if (part.length > 4 && part.startsWith('**') && part.endsWith('**')) {
      const text = part.slice(2, -2);
      out.push({ text, as: reference.test(text) ? 'ref' : 'bold' });
    } else if (part.length > 2 && part.startsWith('`') && part.endsWith('`')) out.push({ text: part.slice(1, -1), as: 'code' });
    else out.push({ text: part, as: 'plain' });
  }
  return out;
}

/** The same without its marks, for titles and announcements. */
export const plain = (source: string): string => runs(source).map((r) => r.text).join('');

/** Splits a log template at its placeholders: <ms>, <*>, <n>. */
export function template(source: string): { text: string; hole: boolean }[] {
  return source.split(/(<[^<>\s]{1,24}>)/).filter(Boolean).map((text) => ({ text, hole: /^<[^<>\s]+>$/.test(text) }));
}
