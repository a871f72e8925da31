/** The differences of a sealed count: what is missing and what is too much, side by side and never netted. */
import { IconBook2, IconTrash } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useAsk, useT } from '../context.tsx';
import { type SheetLine, splitVariance } from '../count-sheet.ts';
import { Action } from '../parts/action.tsx';
import { Hint } from '../parts/notice.tsx';
import { CountQuestion, type Question } from './count-questions.tsx';
import shared from './stock.module.css';
import look from './variance.module.css';
import { VarianceTable } from './variance-table.tsx';

interface Props {
  readonly lines: readonly SheetLine[];
  readonly refusal: string | undefined;
}

export function VarianceView({ lines, refusal }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const [question, setQuestion] = useState<Question | null>(null);
  const split = splitVariance(lines);
  const again = lines.filter((line) => line.recount).length;
  return (
    <>
      <div className={shared.head}>
        <h1>{t('count.sealedTitle')}</h1>
        <Action kind="quiet" icon={IconTrash} onClick={() => setQuestion('cancel')}>
          {t('count.cancel')}
        </Action>
        <Action
          kind={again > 0 ? 'plain' : 'main'}
          icon={IconBook2}
          onClick={() => void ask({ intent: 'count_post' })}
        >
          {t('count.post')}
        </Action>
      </div>
      <p className={shared.soft}>{t('count.sealedText')}</p>
      {again > 0 && <Hint tone="warn">{t('count.recountHint', { count: again })}</Hint>}
      {refusal !== undefined && <Hint tone="bad">{t('count.refused', { reason: refusal })}</Hint>}
      <div className={look.both}>
        <VarianceTable title={t('count.shortages')} tone="short" lines={split.shortages} sum={split.short} />
        <VarianceTable title={t('count.surpluses')} tone="over" lines={split.surpluses} sum={split.over} />
      </div>
      <p className={shared.soft}>
        {t('count.right', { count: split.right })}
        {split.uncounted > 0 && ` ${t('count.uncounted', { count: split.uncounted })}`}
      </p>
      <CountQuestion question={question} missing={split.uncounted} onClose={() => setQuestion(null)} />
    </>
  );
}
