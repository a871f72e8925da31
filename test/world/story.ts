/** A plan as a person would tell it: one plain sentence an event. */
import type { Event, Plan } from './plan.ts';
import type { Contact } from './reader.ts';
import { BEGIN } from './setting.ts';
import type { Fuse } from './till.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** Day 1 is the first. */
function when(at: number): string {
  const seconds = at - BEGIN + 6 * 3_600;
  const day = Math.floor(seconds / 86_400);
  const rest = seconds - day * 86_400;
  return `Day ${day + 1}, ${two(Math.floor(rest / 3_600))}:${two(Math.floor(rest / 60) % 60)}`;
}

const NTH = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

function touched({ pull, tear }: Contact): string {
  if (pull !== undefined) {
    const when = { before: 'before', in: 'in the answer of', after: 'right after' }[pull.when];
    return `pulled ${when} its ${NTH[pull.exchange] ?? pull.exchange} exchange`;
  }
  return tear === undefined ? 'held still' : `without power ${tear.how.at} its write number ${tear.write}`;
}

function dies({ after, how, wake }: Fuse): string {
  return `the till ${how === 'kill' ? 'is killed' : 'loses power'} at its step ${after} and is back ${wake} s later`;
}

function contacts(list: readonly Contact[]): string {
  const told = list.flatMap((one, i) =>
    Object.keys(one).length === 0 ? [] : [`the ${NTH[i]} time ${touched(one)}`],
  );
  return told.length === 0 ? '' : `; the card is ${told.join(', ')}`;
}

function told(event: Event): string {
  switch (event.kind) {
    case 'shop': {
      const goods = event.goods.map(([good, amount]) => `${amount} ${good.replace('_', ' ')}`).join(', ');
      const pins = event.wrongPins === 0 ? '' : `; the PIN is mistyped ${event.wrongPins} times`;
      const after = { again: 'holds the card again', leave: 'leaves', neighbour: 'lets a neighbour pay' }[
        event.after
      ];
      const fuse = event.fuse === undefined ? '' : `; ${dies(event.fuse)}`;
      return `card ${event.card + 1} buys ${goods} at ${event.till}${contacts(event.contacts)}${pins}${fuse}; after trouble the person ${after}`;
    }
    case 'services':
      return `card ${event.card + 1} is at card services of ${event.till}${event.claim ? ', claims' : ''} and loads ${event.packs} pack${contacts(event.contacts)}${event.fuse === undefined ? '' : `; ${dies(event.fuse)}`}`;
    case 'crash':
      return `${event.till} ${event.how === 'kill' ? 'is killed' : 'loses power'} and is back ${event.wake} s later`;
    case 'weather':
      return event.weather.down === undefined
        ? `${event.till}'s line is bad (${event.weather.trouble}) for ${event.hours} hours`
        : `${event.till}'s line is down (${event.weather.down}) for ${event.hours} hours`;
    case 'node':
      return `the node is ${event.how === 'kill' ? 'killed' : 'stopped'} and is back ${event.hours} hours later`;
    case 'office':
      return `the office ${{ late: 'is late', refuses: 'issues nothing', twice: 'issues everything twice' }[event.mood]} for ${event.hours} hours`;
    case 'cheat': {
      const { minutes, ack, redeem, abort, charged, goods, replay } = event.cheat;
      return `the cheat asks card ${event.card + 1} for ${minutes} minutes${replay ? ', first repeating an old session' : ''}, ${ack ? 'acknowledges' : 'does not acknowledge'}, redeems ${redeem} times${abort ? ', aborts' : ''}, says it charged ${charged} for ${goods ? 'a milk' : 'nothing'}`;
    }
    case 'tagged':
      return `card ${event.card + 1} is to load at the cheat's desk, with keys made for it alone`;
    case 'thief':
      return `a thief copies what ${event.till} sends for ${event.hours} hours and hands it in first`;
    case 'delivery':
      return `${event.amount} ${event.good.replace('_', ' ')} of another value come to the market`;
    case 'close':
      return `the clerk of ${event.till} closes the crowd`;
    case 'work':
      return `a week of work at the farm, at ${event.labour.toFixed(2)} of the usual hours`;
    case 'certificate':
      return `${event.till} gets its certificate of the month`;
    case 'keyset':
      return 'the office publishes new keys';
    case 'clock':
      return `the clock of ${event.till} is put ${event.seconds < 0 ? 'back' : 'forward'} by ${Math.abs(event.seconds)} s`;
  }
}

export function story({ seed, days, tills, cards, crowd, events }: Plan): string {
  return [
    `Seed ${seed}, ${days} days, ${cards} cards, tills ${tills.join(' and ')}; crowds of ${crowd.k}, at most ${crowd.holdMax / 3_600} h, sent within ${crowd.delayMax} s.`,
    ...events.map((event) => `${when(event.at)}: ${told(event)}.`),
    'Then the weather is fair, every till is on, every basket cleared, every crowd sent.',
  ].join('\n');
}
