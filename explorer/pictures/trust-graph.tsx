/**
 * The trust graph, drawn (§2.1): a circle is a collective, a line strong trust. Lines are a picture; circles are buttons, so that keyboard
 * and screen reader have them in the order of the list.
 */
import { IconBuildingStore, IconUsers } from '@tabler/icons-react';
import { type ReactElement, useMemo } from 'react';
import type { Id, Member, Trust } from '../answers.ts';
import { usePage } from '../context.tsx';
import { layOut } from './graph-layout.ts';
import { hueOf } from './hue.ts';
import look from './trust-graph.module.css';

/** Space for circles and names at the edges, per cent of the picture. */
const MARGIN = { x: 9, top: 9, bottom: 17 } as const;
/** Lines from thin to thick, px. */
const THIN = 2.5;
const THICK = 14;

interface Props {
  readonly members: readonly Member[];
  readonly trusts: readonly Trust[];
  readonly chosen: Id | undefined;
  readonly onChoose: (id: Id) => void;
}

const passedOver = (trust: Trust): number => trust.passed.reduce((sum, { value }) => sum + Number(value), 0);

export function TrustGraph({ members, trusts, chosen, onChoose }: Props): ReactElement {
  const { t } = usePage();
  // By what stands in them, so that a block that changes no trust moves nothing.
  const key = `${members.map(({ id }) => id)}|${trusts.map(({ a, b }) => a + b)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const places = useMemo(() => {
    const at = new Map(members.map(({ id }, i) => [id, i]));
    const edges = trusts.map(({ a, b }) => [at.get(a) ?? 0, at.get(b) ?? 0] as const);
    const spots = layOut(members.length, edges);
    return new Map(
      members.map(({ id }, i) => {
        const { x, y } = spots[i] ?? { x: 0.5, y: 0.5 };
        return [
          id,
          {
            x: MARGIN.x + x * (100 - 2 * MARGIN.x),
            y: MARGIN.top + y * (100 - MARGIN.top - MARGIN.bottom),
          },
        ];
      }),
    );
  }, [key]);
  const most = Math.max(1, ...trusts.map(passedOver));
  const near = new Set(
    trusts.filter(({ a, b }) => a === chosen || b === chosen).flatMap(({ a, b }) => [a, b]),
  );
  const size = members.length > 24 ? look.small : '';

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a border of its own
    <div className={`${look.graph} ${size}`} role="group" aria-label={t.overview.graphLabel}>
      <svg className={look.lines} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {trusts.map((trust) => {
          const [from, to] = [places.get(trust.a), places.get(trust.b)];
          if (from === undefined || to === undefined) return null;
          const lit = chosen !== undefined && (trust.a === chosen || trust.b === chosen);
          const width = THIN + (THICK - THIN) * Math.sqrt(passedOver(trust) / most);
          return (
            <line
              key={trust.a + trust.b}
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
              vectorEffect="non-scaling-stroke"
              strokeWidth={width}
              className={lit ? look.lit : chosen === undefined ? look.line : look.faint}
            />
          );
        })}
      </svg>
      {members.map(({ id, name, dispatches, ordinal }) => {
        const place = places.get(id);
        if (place === undefined) return null;
        const Picture = dispatches ? IconBuildingStore : IconUsers;
        const away = chosen !== undefined && chosen !== id && !near.has(id);
        return (
          <button
            key={id}
            type="button"
            className={away ? `${look.node} ${look.awayFrom}` : look.node}
            style={{ left: `${place.x}%`, top: `${place.y}%` }}
            aria-pressed={chosen === id}
            onClick={() => onChoose(id)}
          >
            <span
              className={look.circle}
              style={{
                borderColor: hueOf(ordinal).line,
                background: hueOf(ordinal).fill,
                color: hueOf(ordinal).line,
              }}
            >
              <Picture size={members.length > 24 ? 18 : 28} stroke={1.75} aria-hidden="true" />
            </span>
            <span className={look.name}>{name}</span>
          </button>
        );
      })}
    </div>
  );
}
