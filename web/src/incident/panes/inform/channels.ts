import type { Knower, Receipt } from '$lib/api/types.ts';
import type { Catalog } from '$lib/i18n/index.svelte.ts';

const names: Record<string, string> = {
  slack: 'Slack', telegram: 'Telegram', whatsapp: 'WhatsApp', email: 'E-mail', webhook: 'Webhook', discord: 'Discord', teams: 'Teams',
  mattermost: 'Mattermost', ntfy: 'ntfy', sms: 'SMS', push: 'Push', googlechat: 'Google Chat', gotify: 'Gotify', pushover: 'Pushover',
};

/** A channel as people call it. */
export const channelName = (c: string, t: Catalog['inform']): string => (c === 'page' ? t.onPage : c === 'voice' ? t.call : c === 'none' ? t.noChannel : (names[c] ?? c.charAt(0).toUpperCase() + c.slice(1)));

/** The channels that anything went over, most used first; the page itself last. */
export function channelsOf(knows: Knower[]): string[] {
  const count = new Map<string, number>();
  for (const k of knows) for (const r of k.receipts ?? []) count.set(r.channel, (count.get(r.channel) ?? 0) + 1);
  return [...count].sort((a, b) => Number(a[0] === 'page') - Number(b[0] === 'page') || b[1] - a[1]).map(([c]) => c);
}

const order = ['queued', 'failed', 'accepted', 'delivered', 'opened', 'declined', 'acknowledged'];

/** How far it got to a person over a channel: the furthest. */
export function newest(k: Knower, channel: string): Receipt | undefined {
  return (k.receipts ?? []).filter((r) => r.channel === channel).sort((a, b) => order.indexOf(b.state) - order.indexOf(a.state))[0];
}
