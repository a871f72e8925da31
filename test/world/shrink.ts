/**
 * Makes a failing plan short: leaves out days, halves, single events, then faults inside the events that remain, as long as the same promise stays
 * broken. What is left is played again at every step, so the story that comes out is one that happens.
 */
import type { Event, Plan } from './plan.ts';

/** Plays a plan; the promises that it breaks. */
export type Try = (plan: Plan) => Promise<ReadonlySet<string>>;

/** Simpler forms of one event, simplest first. */
function simpler(event: Event): Event[] {
  const out: Event[] = [];
  if (event.kind === 'shop' || event.kind === 'services') {
    const { fuse, ...rest } = event;
    if (fuse !== undefined) out.push(rest as Event);
    for (const [i, contact] of event.contacts.entries())
      if (Object.keys(contact).length > 0)
        out.push({ ...event, contacts: event.contacts.map((one, j) => (i === j ? {} : one)) });
  }
  if (event.kind === 'shop') {
    if (event.goods.length > 1)
      for (const line of event.goods)
        out.push({ ...event, goods: event.goods.filter((one) => one !== line) });
    if (event.wrongPins > 0) out.push({ ...event, wrongPins: 0 });
    if (event.after === 'neighbour') out.push({ ...event, after: 'again' });
  }
  return out;
}

/** The shortest plan found within so many milliseconds of `now`'s clock. */
export async function shrink(
  plan: Plan,
  broken: string,
  play: Try,
  now: () => number,
  milliseconds: number,
): Promise<Plan> {
  const until = now() + milliseconds;
  const still = async (events: readonly Event[], days = plan.days): Promise<boolean> =>
    now() < until && (await play({ ...plan, days, events })).has(broken);
  let events = plan.events;
  for (let part = Math.ceil(events.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let from = 0; from < events.length; ) {
      const fewer = events.filter((_, i) => i < from || i >= from + part);
      if (await still(fewer)) events = fewer;
      else from += part;
    }
  }
  for (let i = 0; i < events.length; i++)
    for (let again = true; again; ) {
      again = false;
      for (const other of simpler(events[i] as Event)) {
        const changed = events.map((event, j) => (i === j ? other : event));
        if (!(await still(changed))) continue;
        events = changed;
        again = true;
        break;
      }
    }
  return { ...plan, events };
}
