export interface Toast { id: number; text: string; bad: boolean }

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  say(text: string, bad = false): void {
    const id = this.#next++;
    this.list.push({ id, text, bad });
    setTimeout(() => this.drop(id), bad ? 12_000 : 4000);
  }

  drop(id: number): void {
    this.list = this.list.filter((t) => t.id !== id);
  }
}

export const toasts = new Toasts();
