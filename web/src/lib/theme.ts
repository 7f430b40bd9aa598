import type { Theme } from './api/types.ts';

/** Shows the page light, dark, or as the device has it, and keeps that for theme.js. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('sigap.theme', theme);
  } catch {
    // Without storage the choice holds until the page is left.
  }
}

/** What is shown now. */
export function shownTheme(): 'light' | 'dark' {
  const set = document.documentElement.dataset.theme;
  if (set === 'light' || set === 'dark') return set;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
