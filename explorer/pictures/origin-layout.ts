/**
 * Where the cards and bands of an origin's picture lie: the product at the right, what went into it column by column to the left. Bands
 * are as thick as their share of the product's minutes; cards are at least as high as their words. What is too small for a
 * card is gathered into one.
 * Not here: words and colours.
 */
import type { OriginNode } from './origin-tree.ts';

export interface Card {
  readonly key: string;
  /** undefined: several small ones together. */
  readonly node: OriginNode | undefined;
  /** Of how many. */
  readonly count: number;
  readonly value: bigint;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}
export interface Band {
  readonly key: string;
  /** The card that it comes from. */
  readonly from: Card;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly thickness: number;
}
export interface OriginPicture {
  readonly cards: readonly Card[];
  readonly bands: readonly Band[];
  readonly width: number;
  readonly height: number;
  readonly cardWidth: number;
}

/** Height of all the minutes together, of a card with two lines of words, and space between cards, px. */
const WHOLE = 260;
const CARD = 50;
const SPACE = 10;
const WIDEST = 232;
const BETWEEN = 64;
/** Narrower columns have no room for words. */
const COLUMN = 186;
/** A smaller share than this of the product is gathered with others. */
const SMALL = 0.015;

interface Box {
  readonly key: string;
  readonly node: OriginNode | undefined;
  readonly count: number;
  readonly value: bigint;
  readonly children: Box[];
  readonly band: number;
  readonly height: number;
  /** Of it with all that is left of it. */
  span: number;
}

export function layOutOrigin(top: OriginNode, width: number): OriginPicture {
  const columns = Math.max(2, Math.min(depthOf(top), Math.floor(width / COLUMN)));
  const root = boxOf(top, top.value, columns - 1);
  const column = width / columns;
  const cardWidth = Math.min(WIDEST, column - BETWEEN);
  const step = columns === 1 ? 0 : (width - cardWidth) / (columns - 1);
  const cards: Card[] = [];
  const bands: Band[] = [];
  const place = (box: Box, level: number, y: number): Card => {
    const { key, node, count, value, height } = box;
    const card: Card = {
      key,
      node,
      count,
      value,
      x: (columns - 1 - level) * step,
      y: y + (box.span - height) / 2,
      height,
    };
    cards.push(card);
    const inner = box.children.reduce((sum, child) => sum + child.span + SPACE, -SPACE);
    let childY = y + Math.max(0, (box.span - inner) / 2);
    let entry = card.y + (height - box.band) / 2;
    for (const child of box.children) {
      const from = place(child, level + 1, childY);
      childY += child.span + SPACE;
      bands.push({
        key: from.key,
        from,
        x1: from.x + cardWidth,
        y1: from.y + from.height / 2,
        x2: card.x,
        y2: entry + child.band / 2,
        thickness: child.band,
      });
      entry += child.band;
    }
    return card;
  };
  place(root, 0, 0);
  return { cards, bands, width, height: Math.ceil(root.span), cardWidth };
}

function depthOf(node: OriginNode): number {
  return 1 + Math.max(0, ...node.children.map(depthOf));
}

function share(value: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((value * 1_000_000n) / whole) / 1_000_000;
}

function boxOf(node: OriginNode, whole: bigint, levels: number): Box {
  const children: Box[] = [];
  if (levels > 0) {
    const isSmall = (child: OriginNode) => child.value > 0n && share(child.value, whole) < SMALL;
    const small = node.children.filter(isSmall);
    for (const child of node.children)
      if (small.length < 2 || !isSmall(child)) children.push(boxOf(child, whole, levels - 1));
    if (small.length >= 2) {
      const value = small.reduce((sum, child) => sum + child.value, 0n);
      children.push(closed(`${node.row.id} small`, undefined, small.length, value, whole, []));
    }
  }
  return closed(`${node.row.id}`, node, 1, node.value, whole, children);
}

function closed(
  key: string,
  node: OriginNode | undefined,
  count: number,
  value: bigint,
  whole: bigint,
  children: Box[],
): Box {
  const band = WHOLE * share(value, whole);
  const height = Math.max(CARD, band);
  const inner = children.reduce((sum, child) => sum + child.span + SPACE, -SPACE);
  return { key, node, count, value, children, band, height, span: Math.max(height, inner) };
}
