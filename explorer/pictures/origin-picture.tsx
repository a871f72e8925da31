/**
 * Where the minutes of one piece (kilogram, litre) come from, drawn: cards for work and materials, bands as thick as the minutes that flow
 * through them. The same once more as a list, which is all there is where the window is narrow.
 */
import { IconArchive, IconHammer, IconPackage, IconPuzzle, IconSettings } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { Id } from '../answers.ts';
import { usePage } from '../context.tsx';
import { priceScale, scaled } from '../format.ts';
import { Again } from '../parts/card.tsx';
import { hueOf } from './hue.ts';
import { type Card, layOutOrigin } from './origin-layout.ts';
import look from './origin-picture.module.css';
import type { OriginNode } from './origin-tree.ts';
import { useWidth } from './use-width.ts';

/** Below this width columns of cards have no room, px. */
const NARROW = 560;

interface Props {
  readonly top: OriginNode;
  readonly ordinal: (collective: Id) => number;
}

/** What a row says of itself, for one piece, kilogram or litre of the product. */
function useWords(top: OriginNode): (node: OriginNode) => { name: string; value: string; note: string } {
  const { t, f } = usePage();
  const scale = priceScale(top.row.unit ?? '');
  const whole = Math.max(1, top.row.amount ?? 1);
  return (node) => {
    const { what, name, unit = '', amount, end } = node.row;
    const value = f.time(scaled(node.value, scale, whole));
    const one = amount === undefined ? 0 : Math.round((amount * scale) / whole);
    const much =
      what === 'means'
        ? f.time(scaled(BigInt(amount ?? 0) * 1_000_000n, scale, whole))
        : one > 0
          ? f.amount(one, unit)
          : '';
    const notes =
      what === 'work'
        ? [t.product.work]
        : [
            what === 'good' || unit === 'piece' ? '' : much,
            what === 'means' ? t.product.machine : what === 'component' ? t.product.part : '',
            end === undefined ? '' : t.product[end],
          ];
    return { name, value, note: notes.filter((note) => note !== '').join(', ') };
  };
}

export function OriginPicture({ top, ordinal }: Props): ReactElement {
  const { t } = usePage();
  const [place, width] = useWidth();
  const narrow = width > 0 && width < NARROW;
  return (
    <div ref={place} className={look.place}>
      {width >= NARROW && <Drawn top={top} ordinal={ordinal} width={width} />}
      {narrow && <List top={top} />}
      {!narrow && (
        <Again name={t.common.list}>
          <List top={top} />
        </Again>
      )}
    </div>
  );
}

function Drawn({ top, ordinal, width }: Props & { readonly width: number }): ReactElement {
  const { t, f } = usePage();
  const words = useWords(top);
  const picture = layOutOrigin(top, width);
  const scale = priceScale(top.row.unit ?? '');
  const whole = Math.max(1, top.row.amount ?? 1);
  const hue = ({ node }: Card) =>
    node?.row.what === 'work' && node.row.collective !== undefined
      ? hueOf(ordinal(node.row.collective))
      : { line: 'var(--line-strong)', fill: node?.row.what === 'good' ? 'var(--surface)' : 'var(--sunk)' };
  return (
    <div className={look.picture} style={{ height: picture.height }} aria-hidden="true">
      <svg className={look.bands} width={picture.width} height={picture.height} aria-hidden="true">
        {picture.bands.map(({ key, from, x1, y1, x2, y2, thickness }) => {
          const half = thickness / 2;
          const middle = (x1 + x2) / 2;
          const path = `M${x1} ${y1 - half}C${middle} ${y1 - half} ${middle} ${y2 - half} ${x2} ${y2 - half}V${y2 + half}C${middle} ${y2 + half} ${middle} ${y1 + half} ${x1} ${y1 + half}Z`;
          return thickness < 0.5 ? (
            <path
              key={key}
              d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`}
              className={look.nothing}
            />
          ) : (
            <path key={key} d={path} style={{ fill: hue(from).line }} className={look.band} />
          );
        })}
      </svg>
      {picture.cards.map((card) => {
        const { node, key, x, y, height, count, value } = card;
        const { fill, line } = hue(card);
        const said = node === undefined ? undefined : words(node);
        const Icon =
          node === undefined
            ? IconArchive
            : node.row.what === 'work'
              ? IconHammer
              : node.row.what === 'means'
                ? IconSettings
                : node.row.what === 'component'
                  ? IconPuzzle
                  : IconPackage;
        return (
          <div
            key={key}
            className={node?.row.what === 'good' ? `${look.card} ${look.good}` : look.card}
            style={{
              left: x,
              top: y,
              width: picture.cardWidth,
              height,
              background: fill,
              borderColor: line,
            }}
          >
            <span className={look.name}>
              {node?.row.what !== 'good' && (
                <Icon size={17} stroke={2} className={look.icon} aria-hidden="true" />
              )}
              {said?.name ?? t.product.smaller(count)}
            </span>
            <span className={look.value}>
              <strong>{said?.value ?? f.time(scaled(value, scale, whole))}</strong>
              {said !== undefined && said.note !== '' && ` · ${said.note}`}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function List({ top }: { readonly top: OriginNode }): ReactElement {
  const words = useWords(top);
  return (
    <ul className={look.list}>
      <Row node={top} words={words} />
    </ul>
  );
}

function Row({
  node,
  words,
}: {
  readonly node: OriginNode;
  readonly words: ReturnType<typeof useWords>;
}): ReactElement {
  const { name, value, note } = words(node);
  return (
    <li>
      <strong>{value}</strong> {name}
      {note !== '' && <span className={look.note}> · {note}</span>}
      {node.children.length > 0 && (
        <ul>
          {node.children.map((child) => (
            <Row key={child.row.id} node={child} words={words} />
          ))}
        </ul>
      )}
    </li>
  );
}
