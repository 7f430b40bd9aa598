import type { Component } from 'svelte';
import type { Card } from './api/types.ts';

/** One field of a form that is asked in a dialog. */
export interface AskField {
  name: string;
  label: string;
  kind?: 'text' | 'area' | 'select' | 'number' | 'check' | 'time' | 'date' | 'password' | 'email' | 'url' | 'many' | 'incident';
  value?: string;
  hint?: string;
  placeholder?: string;
  required?: boolean;
  options?: { value: string; label: string }[];
  autocomplete?: string;
  /** Of kind 'incident': which of those that are open may be chosen. */
  fits?: (card: Card) => boolean;
}

export interface Asked {
  title: string;
  text?: string;
  submit: string;
  danger?: boolean;
  fields?: AskField[];
  /** Under this name the answers are kept on the device until they were taken. */
  draft?: string;
  /** Does it. What it throws is shown in the form, and the answers stay. */
  run: (answers: Record<string, string>) => Promise<void>;
  extra?: Component;
}

class Ask {
  asked = $state.raw<Asked | null>(null);

  open(asked: Asked): void {
    this.asked = asked;
  }

  close(): void {
    this.asked = null;
  }
}

/** The one dialog of the page: components say what to ask, and what to do with the answers. */
export const ask = new Ask();
