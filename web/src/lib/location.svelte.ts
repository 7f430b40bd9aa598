// Where the browser is, as state: one history, links caught in one place.

class Here {
  path = $state('/');
  query = $state.raw(new URLSearchParams());

  /** Starts following the browser's history and the page's links. */
  follow(): void {
    this.#read();
    addEventListener('popstate', () => this.#read());
    addEventListener('click', (e) => this.#caught(e));
  }

  go(to: string, how: 'push' | 'replace' = 'push'): void {
    const from = location.pathname;
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
    this.#read();
    if (how === 'push' && location.pathname.split('/')[1] !== from.split('/')[1]) scrollTo(0, 0);
  }

  #read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  #caught(e: MouseEvent): void {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const a = e.target instanceof Element ? e.target.closest('a') : null;
    if (!a || a.target || a.hasAttribute('download') || a.origin !== location.origin) return;
    if (a.pathname.startsWith('/api/') || a.pathname.startsWith('/docs')) return;
    if (a.hash && a.pathname === location.pathname) return;
    e.preventDefault();
    this.go(a.pathname + a.search + a.hash);
  }
}

export const here = new Here();
