/** Card services: one picture a phase, the account in the middle of them. Nothing of a card stays when it is closed. */
import type { ReactElement } from 'react';
import { useView } from '../context.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Account } from './account.tsx';
import { CardGone } from './card-gone.tsx';
import { HoldForServices } from './hold.tsx';
import { PinForServices } from './pin.tsx';
import look from './services.module.css';
import { Start } from './start.tsx';
import { Words, WordsCheck } from './words.tsx';
import { Working } from './working.tsx';

function Phase(): ReactElement {
  const { step, account, lastAct } = useView((view) => view.services);
  switch (step.phase) {
    case 'closed':
      return <Start />;
    case 'hold_card':
      return <HoldForServices trouble={step.trouble} />;
    case 'pin':
      return <PinForServices triesLeft={step.triesLeft} blocked={step.blocked} lastAct={lastAct} />;
    case 'working':
      return <Working task={step.task} done={step.done} of={step.of} />;
    case 'words':
      return <Words words={step.words} />;
    case 'words_check':
      return <WordsCheck numbers={step.numbers} wrong={step.wrong} />;
    case 'card_gone':
      return <CardGone unfinishedLoad={step.unfinishedLoad} />;
    case 'open':
      return account ? (
        <Account account={account} lastAct={lastAct} />
      ) : (
        <Working task="reading" done={0} of={0} />
      );
  }
}

export function Services(): ReactElement {
  return (
    <div className={look.services}>
      <RefusalNotice />
      <Phase />
    </div>
  );
}
