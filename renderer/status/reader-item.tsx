/** The card reader: one picture a state. */
import {
  type Icon,
  IconAlertTriangle,
  IconCreditCard,
  IconCreditCardOff,
  IconNfc,
  IconNfcOff,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { StatusView } from '../../src/till-api.ts';
import { useT } from '../context.tsx';
import { StatusItem, type Tone } from './status-item.tsx';

type Reader = StatusView['reader'];
const PICTURES: Readonly<Record<Reader['kind'], readonly [Icon, Tone]>> = {
  no_service: [IconPlugConnectedX, 'bad'],
  no_reader: [IconNfcOff, 'bad'],
  no_card: [IconNfc, 'good'],
  card_mute: [IconCreditCardOff, 'warn'],
  reader_failed: [IconAlertTriangle, 'bad'],
  ready: [IconCreditCard, 'good'],
};

export function ReaderItem({ reader }: { readonly reader: Reader }): ReactElement {
  const t = useT();
  const { kind, name } = reader;
  const [picture, tone] = PICTURES[kind];
  return (
    <StatusItem
      name="reader"
      tone={tone}
      icon={picture}
      text={t(`status.readerKind.${kind}`)}
      title={t('status.reader')}
      meaning={`${t(`status.readerText.${kind}`)}${name === null ? '' : ` (${name})`}`}
      advice={kind === 'no_card' || kind === 'ready' ? undefined : t(`status.readerAdvice.${kind}`)}
    />
  );
}
