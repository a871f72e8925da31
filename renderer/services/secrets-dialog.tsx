/** The old secret number, the new PIN, the new PIN once more: one after the other on the same pad. */
import { type ReactElement, useState } from 'react';
import { useT } from '../context.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';
import { SecretPad } from '../parts/secret-pad.tsx';
import look from './secrets-dialog.module.css';

interface Props {
  readonly title: string;
  readonly first: { readonly label: string; readonly kind: 'pin' | 'puk' };
  readonly onClose: () => void;
  readonly onDone: (old: string, fresh: string) => void;
}

export function SecretsDialog({ title, first, onClose, onDone }: Props): ReactElement {
  const t = useT();
  const [given, setGiven] = useState<readonly string[]>([]);
  const [different, setDifferent] = useState(false);
  const steps = [
    first,
    { label: t('services.newPin'), kind: 'pin' as const },
    { label: t('services.newPinAgain'), kind: 'pin' as const },
  ];
  const step = steps[given.length]!;
  const take = (digits: string) => {
    const [old, fresh] = given;
    setDifferent(false);
    if (old === undefined || fresh === undefined) return setGiven([...given, digits]);
    if (fresh !== digits) {
      setDifferent(true);
      return setGiven([old]);
    }
    onClose();
    onDone(old, fresh);
  };
  return (
    <Dialog opened title={title} onClose={onClose} width={440}>
      <p className={look.step}>{t('services.step', { done: given.length + 1, of: steps.length })}</p>
      {different && <Hint tone="bad">{t('services.notTheSame')}</Hint>}
      <div className={look.pad}>
        <SecretPad key={`${given.length}${different}`} label={step.label} kind={step.kind} onSend={take} />
      </div>
    </Dialog>
  );
}
