/** A route's pattern, and what a path that fits it names: "/incidents/:ref/:stage?" */
export interface Match { name: string; params: Record<string, string> }

/** Finds the first pattern that fits the path. A trailing "?" makes a part optional, "*" takes the rest. */
export function match(patterns: Record<string, string>, path: string): Match | undefined {
  const parts = path.split('/').filter(Boolean);
  for (const [name, pattern] of Object.entries(patterns)) {
    const params = fit(pattern.split('/').filter(Boolean), parts);
    if (params) return { name, params };
  }
  return undefined;
}

function fit(pattern: string[], parts: string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [i, p] of pattern.entries()) {
    const part = parts[i];
    if (p === '*') return { ...params, rest: parts.slice(i).join('/') };
    if (part === undefined) {
      if (p.endsWith('?')) return params;
      return undefined;
    }
    if (p.startsWith(':')) params[p.replace(/^:|\?$/g, '')] = decode(part);
    else if (p !== part) return undefined;
  }
  return parts.length > pattern.length ? undefined : params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
