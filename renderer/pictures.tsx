/**
 * Pictures of products by name. The terminal sends a name, the screen owns what it looks like: an icon on a tinted tile.
 * A name that is not here is shown as a box, so that a new product never breaks the screen.
 */
import {
  type Icon,
  IconApple,
  IconArmchair,
  IconBasket,
  IconBike,
  IconBook,
  IconBottle,
  IconBowl,
  IconBox,
  IconBread,
  IconBrush,
  IconCake,
  IconCarrot,
  IconCheese,
  IconCherry,
  IconCoffee,
  IconCookie,
  IconEggs,
  IconFish,
  IconGrain,
  IconHammer,
  IconLamp,
  IconLeaf,
  IconLemon,
  IconMeat,
  IconMilk,
  IconMushroom,
  IconPepper,
  IconPlant2,
  IconSalad,
  IconSalt,
  IconScissors,
  IconShirt,
  IconShoe,
  IconShovel,
  IconSock,
  IconSoup,
  IconTeapot,
  IconToiletPaper,
  IconTool,
  IconWheat,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { Drawn, type DrawnName } from './drawn.tsx';

/** Colour families of the tiles (`product-picture.module.css`). */
export type Tint = 'wheat' | 'cream' | 'leaf' | 'root' | 'berry' | 'sun' | 'wood' | 'stone' | 'water';
type Picture = readonly [picture: Icon | DrawnName, tint: Tint];

const PICTURES = {
  apple: [IconApple, 'berry'],
  basket: [IconBasket, 'wood'],
  beans: ['beans', 'leaf'],
  beet: ['beet', 'berry'],
  bike_repair: [IconBike, 'stone'],
  book: [IconBook, 'stone'],
  bottle: [IconBottle, 'water'],
  bowl: [IconBowl, 'wood'],
  bread: [IconBread, 'wheat'],
  broom: ['broom', 'wood'],
  brush: [IconBrush, 'wood'],
  butter: ['butter', 'sun'],
  cabbage: ['cabbage', 'leaf'],
  cake: [IconCake, 'berry'],
  candle: ['wax', 'sun'],
  carrot: [IconCarrot, 'root'],
  chair: [IconArmchair, 'wood'],
  cheese: [IconCheese, 'sun'],
  cherry: [IconCherry, 'berry'],
  coffee: [IconCoffee, 'wood'],
  cookie: [IconCookie, 'wheat'],
  egg: [IconEggs, 'cream'],
  fish: [IconFish, 'water'],
  flour: ['sack', 'cream'],
  grain: [IconGrain, 'wheat'],
  hammer: [IconHammer, 'stone'],
  herbs: [IconLeaf, 'leaf'],
  honey: ['honey', 'sun'],
  jam: ['jam', 'berry'],
  juice: ['juice', 'root'],
  knife: ['knife', 'stone'],
  lamp: [IconLamp, 'sun'],
  lemon: [IconLemon, 'sun'],
  meat: [IconMeat, 'berry'],
  milk: [IconMilk, 'water'],
  mushroom: [IconMushroom, 'wood'],
  oats: ['oats', 'wheat'],
  oil: ['oil', 'sun'],
  onion: ['onion', 'root'],
  paper: [IconToiletPaper, 'cream'],
  pear: ['pear', 'leaf'],
  pepper: [IconPepper, 'berry'],
  plant: [IconPlant2, 'leaf'],
  potato: ['potato', 'wood'],
  pumpkin: ['pumpkin', 'root'],
  repair: [IconTool, 'stone'],
  roll: ['roll', 'wheat'],
  salad: [IconSalad, 'leaf'],
  salt: [IconSalt, 'water'],
  scissors: [IconScissors, 'stone'],
  shelf: ['shelf', 'wood'],
  shirt: [IconShirt, 'water'],
  shoe: [IconShoe, 'wood'],
  shovel: [IconShovel, 'stone'],
  soap: ['soap', 'water'],
  sock: [IconSock, 'water'],
  soup: [IconSoup, 'root'],
  table: ['table', 'wood'],
  tea: [IconTeapot, 'leaf'],
  tool: [IconTool, 'stone'],
  wheat: [IconWheat, 'wheat'],
  yoghurt: ['yoghurt', 'cream'],
  box: [IconBox, 'stone'],
} as const satisfies Readonly<Record<string, Picture>>;

export type PictureName = keyof typeof PICTURES;
/** Every name a product may have as its picture. */
export const PICTURE_NAMES = Object.keys(PICTURES).sort() as readonly PictureName[];

function pictureOf(name: string): Picture {
  return Object.hasOwn(PICTURES, name) ? PICTURES[name as PictureName] : PICTURES.box;
}

export function tintOf(name: string): Tint {
  return pictureOf(name)[1];
}

/** The drawing alone, without its tile; decoration, the product's name stands beside it. */
export function Drawing({ name, size }: { readonly name: string; readonly size: number }): ReactElement {
  const [Shape] = pictureOf(name);
  const stroke = size >= 40 ? 1.5 : 1.75;
  if (typeof Shape === 'string') return <Drawn name={Shape} size={size} stroke={stroke} />;
  return <Shape size={size} stroke={stroke} aria-hidden="true" />;
}
