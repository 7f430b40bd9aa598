import { join } from 'node:path';

/** Who acts in the tests. */
export const cast = {
  rina: { name: 'Rina Wulandari', email: 'rina@toko.example', right: 'admin' },
  budi: { name: 'Budi Santoso', email: 'budi@toko.example', right: 'responder' },
  dewi: { name: 'Dewi Anggraini', email: 'dewi@toko.example', right: 'responder' },
  sinta: { name: 'Sinta Dewanti', email: 'sinta@toko.example', right: 'responder' },
  andi: { name: 'Andi Hidayat', email: 'andi@toko.example', right: 'viewer' },
} as const;

export type Name = keyof typeof cast;

export const passwordOf = (name: Name): string => `rahasia-${name}-2026`;

/** Where a person's session is kept while the tests run. */
export const stateOf = (name: Name): string => join(process.env.SIGAP_STATES!, `${name}.json`);
