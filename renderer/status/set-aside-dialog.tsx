/**
 * What the ledger did not accept, one by one: send it again, dismiss it with a reason, or take all of it along as a file.
 * A dismissed entry stays in the list with its reason.
 */
import { IconDownload, IconRefresh, IconTrashX } from '@tabler/icons-react';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { DISMISS_REASON } from '../../src/limits.ts';
import type { OutboxView } from '../../src/till-api.ts';
import { useAsk, useFormats, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';
import look from './set-aside-dialog.module.css';

type Entry = OutboxView['entries'][number];
const DAY = 86_400;

/** Hands the text of a file to the person, as a download. */
function keep(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'timecard-set-aside.json';
  link.click();
  URL.revokeObjectURL(address);
}

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function SetAsideDialog({ opened, onClose }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const { entries, more } = useView((view) => view.outbox);
  const [dismissing, setDismissing] = useState<string | null>(null);
  // While a reason is asked for, nothing else is in the way.
  const asked = entries.filter((entry) => entry.id === dismissing);
  const shown = asked.length > 0 ? asked : entries;
  const close = () => {
    setDismissing(null);
    onClose();
  };
  const takeAlong = async () => {
    const answer = await ask({ intent: 'outbox_file' });
    if (answer.ok && answer.file !== undefined) keep(answer.file);
  };
  return (
    <Dialog opened={opened} title={t('setAside.title')} onClose={close} width={780}>
      <p>{t('setAside.text')}</p>
      {entries.length === 0 && <Hint tone="good">{t('setAside.none')}</Hint>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <ul className={look.list} tabIndex={0} aria-label={t('setAside.title')}>
        {shown.map((entry) => (
          <li key={entry.id} className={look.entry} data-entry={entry.kind}>
            <What entry={entry} />
            {entry.dismissed === null && dismissing !== entry.id && (
              <div className={look.acts}>
                <Action
                  kind="main"
                  icon={IconRefresh}
                  onClick={() => void ask({ intent: 'outbox_retry', id: entry.id })}
                >
                  {t('setAside.retry')}
                </Action>
                <Action kind="quiet" icon={IconTrashX} onClick={() => setDismissing(entry.id)}>
                  {t('setAside.dismiss')}
                </Action>
              </div>
            )}
            {dismissing === entry.id && (
              <Reason
                entry={entry}
                onReason={(reason) => {
                  setDismissing(null);
                  void ask({ intent: 'outbox_dismiss', id: entry.id, reason });
                }}
                onCancel={() => setDismissing(null)}
              />
            )}
          </li>
        ))}
      </ul>
      {more && <Hint tone="calm">{t('setAside.more')}</Hint>}
      <DialogActions>
        <Action icon={IconDownload} disabled={entries.length === 0} onClick={() => void takeAlong()}>
          {t('setAside.file')}
        </Action>
      </DialogActions>
    </Dialog>
  );
}

function What({ entry }: { readonly entry: Entry }): ReactElement {
  const t = useT();
  const format = useFormats();
  const day = entry.at === null ? '' : format.day(Math.floor(entry.at / DAY));
  return (
    <div>
      <h3 className={look.kind}>{t(`setAside.kind.${entry.kind}`)}</h3>
      <p className={look.soft}>
        {entry.dismissed === null
          ? t('setAside.refused', { day })
          : t('setAside.dismissed', { day, reason: entry.dismissed })}
      </p>
      <p className={look.soft}>
        {t('setAside.ledgerSays')} <code>{entry.refusal}</code>
        {entry.detail !== null && <> · {entry.detail}</>}
      </p>
      {entry.waiting > 0 && <p className={look.soft}>{t('setAside.waiting', { count: entry.waiting })}</p>}
    </div>
  );
}

interface ReasonProps {
  readonly entry: Entry;
  readonly onReason: (reason: string) => void;
  readonly onCancel: () => void;
}

/** Asks why, and says what dismissing means for this kind. */
function Reason({ entry, onReason, onCancel }: ReasonProps): ReactElement {
  const t = useT();
  const id = useId();
  const [reason, setReason] = useState('');
  const enough = reason.trim().length >= DISMISS_REASON.min;
  const done = (event: FormEvent) => {
    event.preventDefault();
    if (enough) onReason(reason.trim());
  };
  return (
    <form onSubmit={done} className={look.reason}>
      <Hint tone="warn">{t(`setAside.means.${entry.kind}`)}</Hint>
      <label htmlFor={id}>{t('setAside.why')}</label>
      <input
        id={id}
        className={look.input}
        value={reason}
        maxLength={DISMISS_REASON.max}
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: the field was asked for with the button that was here
        autoFocus
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={look.acts}>
        <Action
          kind="danger"
          icon={IconTrashX}
          disabled={!enough}
          onClick={() => enough && onReason(reason.trim())}
        >
          {t('setAside.dismissYes')}
        </Action>
        <Action onClick={onCancel}>{t('app.cancel')}</Action>
      </div>
    </form>
  );
}
