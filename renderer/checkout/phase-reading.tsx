/** A card is being read. There is nothing to press: taking the card away is the only thing one could do wrong. */
import type { ReactElement } from 'react';
import { useT } from '../context.tsx';
import { Panel } from '../parts/panel.tsx';

export function Reading(): ReactElement {
  const t = useT();
  return <Panel scene="reading" title={t('phase.readingTitle')} text={t('phase.readingText')} />;
}
