import BookOpen from '@lucide/svelte/icons/book-open';
import Box from '@lucide/svelte/icons/box';
import Activity from '@lucide/svelte/icons/activity';
import Bell from '@lucide/svelte/icons/bell';
import Clock from '@lucide/svelte/icons/clock';
import Ellipsis from '@lucide/svelte/icons/ellipsis';
import Flame from '@lucide/svelte/icons/flame';
import Globe from '@lucide/svelte/icons/globe';
import House from '@lucide/svelte/icons/house';
import Settings from '@lucide/svelte/icons/settings';
import type { Component } from 'svelte';
import type { Catalog } from '$lib/i18n/index.svelte.ts';

export interface Place { name: keyof Catalog['nav'] & string; href: string; icon: Component; pages: string[] }

/** The places of the navigation, in order, with the pages that belong to each. */
export const places: Place[] = [
  { name: 'home', href: '/', icon: House, pages: ['home'] },
  { name: 'incidents', href: '/incidents', icon: Flame, pages: ['incidents', 'incident', 'review'] },
  { name: 'signals', href: '/signals', icon: Activity, pages: ['signals', 'silences'] },
  { name: 'services', href: '/services', icon: Box, pages: ['services'] },
  { name: 'oncall', href: '/oncall', icon: Clock, pages: ['oncall'] },
  { name: 'status', href: '/status', icon: Globe, pages: ['status'] },
  { name: 'learn', href: '/learn', icon: BookOpen, pages: ['learn', 'insights'] },
];

export const settings: Place = { name: 'settings', href: '/settings', icon: Settings, pages: ['settings'] };

/** The bar of a phone: four places, and a button for the rest. */
export const thumb: Place[] = [
  places[0]!, places[1]!,
  { name: 'pages', href: '/me/pages', icon: Bell, pages: ['pages'] },
  places[4]!,
];

export const more = { icon: Ellipsis, pages: ['signals', 'silences', 'services', 'status', 'learn', 'insights', 'settings'] };
