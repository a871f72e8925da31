/**
 * What the demo's outlet holds: forty product types with in-store codes (EAN-13, prefix 20), names in both languages, a picture
 * of the screen, and the labour one base unit is worth, its inputs included. The figures are those of small workshops and a
 * mixed farm, chosen to be believable and to give uneven prices; the ledger's averages come out of the work registered.
 * Beside them four raw goods that only producers pass on. Not here: who works when (`rounds.ts`).
 */
import type { PictureName } from '../renderer/pictures.tsx';
import type { CryptoPort } from '../src/crypto-port.ts';
import { typeId } from '../src/economy/product.ts';
import type { Id, Product, Unit } from '../src/economy/transaction.ts';
import { inStoreCode } from '../src/sale/ean13.ts';
import type { Names } from '../src/till-api.ts';
import type { MicroMinutes } from '../src/units/micro-minutes.ts';

export const MAKERS = ['bakery', 'dairy', 'farm', 'workshop', 'office', 'outlet'] as const;
export type Maker = (typeof MAKERS)[number];

/** A good as the demo speaks of it. */
export interface Ware {
  /** Short name in this folder's tables. */
  readonly key: string;
  readonly names: Names;
  readonly unit: Unit;
  /** Labour in one base unit, micro-minutes, inputs included. */
  readonly value: MicroMinutes;
  readonly maker: Maker;
}

/** A good that stands in the outlet's catalogue. */
export interface Article extends Ware {
  readonly picture: PictureName;
  readonly group: string;
  /** In-store EAN-13. */
  readonly code: string;
}

/** Labour minutes of a piece, a kilogram, a litre as micro-minutes of the base unit. */
const piece = (minutes: number) => ({ unit: 'piece', value: BigInt(Math.round(minutes * 1e6)) }) as const;
const kilo = (minutes: number) => ({ unit: 'g', value: BigInt(Math.round(minutes * 1e3)) }) as const;
const litre = (minutes: number) => ({ unit: 'ml', value: BigInt(Math.round(minutes * 1e3)) }) as const;

type Row = readonly [
  key: string,
  en: string,
  de: string,
  picture: PictureName,
  group: string,
  worth: { readonly unit: Unit; readonly value: MicroMinutes },
  maker: Maker,
];

const ROWS: readonly Row[] = [
  ['wheat_bread', 'Wheat bread, 1 kg', 'Weizenbrot, 1 kg', 'bread', 'bakery', piece(14), 'bakery'],
  ['rye_bread', 'Rye bread, 1 kg', 'Roggenbrot, 1 kg', 'bread', 'bakery', piece(16), 'bakery'],
  ['roll', 'Bread roll', 'Brötchen', 'roll', 'bakery', piece(2.2), 'bakery'],
  ['apple_cake', 'Apple cake', 'Apfelkuchen', 'cake', 'bakery', piece(58), 'bakery'],
  ['oat_cookies', 'Oat cookies, 250 g', 'Haferkekse, 250 g', 'cookie', 'bakery', piece(13), 'bakery'],
  ['flour', 'Wheat flour, 1 kg', 'Weizenmehl, 1 kg', 'flour', 'pantry', piece(8), 'bakery'],
  ['oats', 'Rolled oats, 500 g', 'Haferflocken, 500 g', 'oats', 'pantry', piece(7), 'bakery'],

  ['milk', 'Milk, 1 l', 'Milch, 1 l', 'milk', 'dairy', piece(9), 'dairy'],
  ['yoghurt', 'Yoghurt, 500 g', 'Joghurt, 500 g', 'yoghurt', 'dairy', piece(8.5), 'dairy'],
  ['butter', 'Butter, 250 g', 'Butter, 250 g', 'butter', 'dairy', piece(19), 'dairy'],
  ['cheese', 'Mountain cheese', 'Bergkäse', 'cheese', 'dairy', kilo(78), 'dairy'],
  ['fresh_cheese', 'Fresh cheese, 200 g', 'Frischkäse, 200 g', 'cheese', 'dairy', piece(11.5), 'dairy'],
  ['cream', 'Cream, 250 ml', 'Sahne, 250 ml', 'bottle', 'dairy', piece(7.5), 'dairy'],

  ['potatoes', 'Potatoes', 'Kartoffeln', 'potato', 'vegetables', kilo(6), 'farm'],
  ['carrots', 'Carrots', 'Möhren', 'carrot', 'vegetables', kilo(8), 'farm'],
  ['onions', 'Onions', 'Zwiebeln', 'onion', 'vegetables', kilo(7.5), 'farm'],
  ['beet', 'Beetroot', 'Rote Bete', 'beet', 'vegetables', kilo(8.5), 'farm'],
  ['beans', 'Dried beans, 500 g', 'Getrocknete Bohnen, 500 g', 'beans', 'pantry', piece(12), 'farm'],
  ['cabbage', 'White cabbage', 'Weißkohl', 'cabbage', 'vegetables', piece(9), 'farm'],
  ['pumpkin', 'Pumpkin', 'Kürbis', 'pumpkin', 'vegetables', piece(15), 'farm'],
  ['salad', 'Lettuce', 'Kopfsalat', 'salad', 'vegetables', piece(5), 'farm'],
  ['mushrooms', 'Mushrooms', 'Champignons', 'mushroom', 'vegetables', kilo(44), 'farm'],
  ['herbs', 'Bunch of herbs', 'Bund Kräuter', 'herbs', 'vegetables', piece(4), 'farm'],
  ['apples', 'Apples', 'Äpfel', 'apple', 'fruit', kilo(9), 'farm'],
  ['pears', 'Pears', 'Birnen', 'pear', 'fruit', kilo(10), 'farm'],
  ['eggs', 'Egg', 'Ei', 'egg', 'farm', piece(2.6), 'farm'],
  ['honey', 'Honey, 500 g', 'Honig, 500 g', 'honey', 'farm', piece(42), 'farm'],
  ['jam', 'Cherry jam, 350 g', 'Kirschkonfitüre, 350 g', 'jam', 'pantry', piece(21), 'farm'],
  ['juice', 'Apple juice, 1 l', 'Apfelsaft, 1 l', 'juice', 'drinks', piece(15), 'farm'],
  ['oil', 'Sunflower oil, 500 ml', 'Sonnenblumenöl, 500 ml', 'oil', 'pantry', piece(34), 'farm'],

  ['chair', 'Chair, ash', 'Stuhl, Esche', 'chair', 'furniture', piece(470), 'workshop'],
  ['shelf', 'Wall shelf', 'Wandregal', 'shelf', 'furniture', piece(260), 'workshop'],
  ['broom', 'Broom', 'Besen', 'broom', 'household', piece(46), 'workshop'],
  ['bowl', 'Wooden bowl', 'Holzschale', 'bowl', 'household', piece(72), 'workshop'],
  ['candle', 'Beeswax candle', 'Bienenwachskerze', 'candle', 'household', piece(17), 'workshop'],
  ['socks', 'Wool socks', 'Wollsocken', 'sock', 'household', piece(95), 'workshop'],

  ['notebook', 'Notebook, 80 sheets', 'Notizbuch, 80 Blatt', 'book', 'household', piece(22), 'office'],
  ['cookbook', 'Cookbook of the valley', 'Kochbuch aus dem Tal', 'book', 'household', piece(75), 'office'],

  ['tea', 'Herbal tea, 50 g', 'Kräutertee, 50 g', 'tea', 'drinks', piece(13), 'outlet'],
  ['salt', 'Salt, 500 g', 'Salz, 500 g', 'salt', 'pantry', piece(3), 'outlet'],
];

/** The outlet's forty articles, in the order of their codes: number 1 is bread. */
export const ARTICLES: readonly Article[] = ROWS.map(([key, en, de, picture, group, worth, maker], i) => ({
  key,
  names: { en, de },
  picture,
  group,
  code: inStoreCode(i + 1),
  maker,
  ...worth,
}));

/** Goods that only go from producer to producer. */
export const RAW: readonly Ware[] = [
  { key: 'grain', names: { en: 'Grain', de: 'Getreide' }, maker: 'farm', ...kilo(2.4) },
  { key: 'raw_milk', names: { en: 'Raw milk', de: 'Rohmilch' }, maker: 'farm', ...litre(4.2) },
  { key: 'rock_salt', names: { en: 'Rock salt', de: 'Steinsalz' }, maker: 'outlet', ...kilo(0) },
  {
    key: 'timber',
    names: { en: 'Timber, air-dried', de: 'Holz, luftgetrocknet' },
    maker: 'farm',
    ...kilo(3),
  },
];

const BY_KEY = new Map<string, Ware>([...ARTICLES, ...RAW].map((ware) => [ware.key, ware]));

/** A good by its short name; another name is a bug and throws. */
export function ware(key: string): Ware {
  const found = BY_KEY.get(key);
  if (found === undefined) throw new Error(`no good ${key}`);
  return found;
}

/** Its definition on the ledger. */
export function productOf({ names, unit }: Ware): Product {
  return { name: names.en, unit };
}

/** Its type's id on the ledger. */
export function typeOf(crypto: CryptoPort, of: Ware): Id {
  return typeId(crypto, productOf(of));
}
