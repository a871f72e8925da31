/** What the card remembers from OPEN to the end of a session, in volatile memory only. */
import type { Certificate } from './certificate.ts';
import type { Channel } from './suite.ts';

export interface Session {
  readonly channel: Channel;
  /** The terminal's static key. */
  readonly terminal: Uint8Array;
  readonly outlet: Certificate['outlet'];
  readonly role: Certificate['role'];
  /** VERIFY pay, and VERIFY services: the second allows no SPEND in this session. */
  pinForPay: boolean;
  pinForServices: boolean;
  /** The purchase this session pays; undefined until one does. */
  paying: Uint8Array | undefined;
  /** SPENDs that did not pay. */
  refused: number;
}
