import type { AskField } from '$lib/ask.svelte.ts';
import { i18n } from '$lib/i18n/index.svelte.ts';

// What each kind of channel needs, as a form: the names are the server's own.

/** A setting that the server never shows again; sent back like this it stays as it is. */
export const kept = '[redacted]';

/** The fields of each kind, in the reader's language. */
function forms(): Record<string, AskField[]> {
  const t = i18n.t.settings;
  const token: AskField = { name: 'token', label: t.tokenNew, kind: 'password', required: true };
  const twilio: AskField[] = [
    { name: 'account', label: t.account, required: true, placeholder: 'AC…' }, token, { name: 'from', label: t.number, required: true, placeholder: '+12025550123' },
  ];
  const rooms: AskField[] = [{ name: 'rooms', label: t.rooms, kind: 'area', required: true, placeholder: 'ops = https://…' }];
  return {
    slack: [{ ...token, placeholder: 'xoxb-…' }, { name: 'signingSecret', label: t.signingSecret, kind: 'password', hint: t.signingSecretHint },
      { name: 'roomsUpTo', label: t.roomsUpTo, kind: 'number', hint: t.roomsUpToHint, placeholder: '2' }, { name: 'roomName', label: t.roomName, placeholder: '{ref}-{title}' }],
    telegram: [{ ...token, placeholder: '123456:ABC…' }],
    whatsapp: [
      { name: 'number', label: t.numberId, required: true, placeholder: '106540352242922' }, { ...token, placeholder: 'EAA…' },
      { name: 'appSecret', label: t.appSecret, kind: 'password', hint: t.appSecretHint },
      { name: 'verifyToken', label: t.verifyToken, kind: 'password', hint: t.verifyTokenHint(`${location.origin}/chat/whatsapp`) },
      { name: 'page', label: t.pageTemplate, placeholder: 'sigap_page' }, { name: 'notice', label: t.noticeTemplate, placeholder: 'sigap_notice' },
    ],
    email: [
      { name: 'host', label: t.host, required: true, placeholder: 'smtp.example.com' },
      { name: 'port', label: t.port, kind: 'number', placeholder: '587' },
      { name: 'tls', label: t.tls, kind: 'select', value: 'starttls', options: ['starttls', 'tls', 'none'].map((v) => ({ value: v, label: v })) },
      { name: 'username', label: t.username },
      { name: 'password', label: t.mailPassword, kind: 'password' },
      { name: 'from', label: t.from, required: true, placeholder: 'Sigap <sigap@example.com>' },
    ],
    webhook: [{ name: 'keys', label: t.signingKey, kind: 'password', required: true }],
    ntfy: [{ name: 'server', label: t.server, kind: 'url', placeholder: 'https://ntfy.sh' }, { ...token, required: false }],
    pushover: [{ ...token, placeholder: 'azGDORePK8gMaC0QOYAMyEEuzJnyUi' }],
    sms: twilio, voice: twilio,
    discord: rooms, googlechat: rooms, mattermost: rooms, teams: rooms,
  };
}

/** What an address looks like on a channel. */
export const examples: Record<string, string> = {
  slack: 'C0123ABCD, U0123ABCD', telegram: '123456789', whatsapp: '+6281234567890', email: 'name@example.com', webhook: 'https://…', ntfy: 'topic', pushover: 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG',
  sms: '+6281234567890', voice: '+6281234567890',
  discord: 'ops', googlechat: 'ops', mattermost: 'ops', teams: 'ops',
};

export const kinds = Object.keys(examples);

const secret = (f: AskField): boolean => f.kind === 'password';

/** The form of a channel, with what is set up already; a secret is asked for again only to change it. */
export function formOf(kind: string, config: Record<string, unknown> | undefined, keepHint: string): AskField[] {
  return (forms()[kind] ?? []).map((f) => {
    const now = config?.[f.name];
    if (now === undefined) return f;
    if (secret(f)) return { ...f, required: false, hint: keepHint };
    return { ...f, value: typeof now === 'object' ? lines(now as Record<string, string>) : String(now) };
  });
}

/** What a filled form means as the channel's configuration. */
export function configOf(kind: string, a: Record<string, string>, config: Record<string, unknown> | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of forms()[kind] ?? []) {
    const v = (a[f.name] ?? '').trim();
    if (f.name === 'rooms') out.rooms = Object.fromEntries(v.split('\n').map((l) => l.split(/\s*=\s*(.*)/s).slice(0, 2)).filter((p) => p[0] && p[1]));
    else if (!v && secret(f)) { if (config?.[f.name] !== undefined) out[f.name] = kept; }
    else if (f.name === 'keys') out.keys = [v];
    else if (v) out[f.name] = f.kind === 'number' ? Number(v) : v;
  }
  return out;
}

const lines = (rooms: Record<string, string>): string => Object.entries(rooms).map(([name, address]) => `${name} = ${address}`).join('\n');
