import type { Component } from 'svelte';

/** Something that can be run from the palette. */
export interface Command { id: string; label: string; detail?: string; icon?: Component; run: () => void }

class Commands {
  /** Which of the shell's dialogs is open. */
  shown = $state<'' | 'palette' | 'keys'>('');
  /** What the page in front adds to the palette; first in the list. */
  local = $state.raw<Command[]>([]);
}

export const commands = new Commands();
