/** What keeps this till from selling, at the place where one sells: the worst thing in words, and what to do about it. */
import type { ReactElement } from 'react';
import { useT, useView } from '../context.tsx';
import { Hint } from '../parts/notice.tsx';
import { useAge } from './use-age.ts';

export function Stops(): ReactElement | null {
  const t = useT();
  const { disk, ledger, reader } = useView((view) => view.status);
  const age = useAge(ledger.ageSeconds);
  if (disk === 'full') {
    return <Hint tone="bad">{`${t('status.diskText')} ${t('status.diskAdvice')}`}</Hint>;
  }
  if (ledger.tooOld) {
    return <Hint tone="bad">{`${t('status.tooOldText', { age })} ${t('status.tooOldAdvice')}`}</Hint>;
  }
  const { kind } = reader;
  if (kind === 'no_service' || kind === 'no_reader' || kind === 'reader_failed') {
    return <Hint tone="warn">{`${t(`status.readerText.${kind}`)} ${t(`status.readerAdvice.${kind}`)}`}</Hint>;
  }
  return null;
}
