/** Tax explained (§6.3): what became of a month's work, how the tax was worked out, and the entries that made it. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { Choice } from '../../widgets/choice.tsx';
import { Sentence } from '../act.tsx';
import type {
  Accounts,
  Explained,
  Figure,
  Id,
  Labour,
  Readable,
  Revision,
  Revisions,
  Subsystem,
} from '../answers.ts';
import { useAnswer, usePage } from '../context.tsx';
import { WorkedBars } from '../parts/bars.tsx';
import { Card, Opening } from '../parts/card.tsx';
import { Answer } from '../parts/state.tsx';
import { hrefOf } from '../route.ts';
import look from './tax.module.css';

/** Months to choose from, and entries of one reason that are shown. */
const MONTHS = 6;
const ENTRIES = 12;
const HOUR = 60_000_000n;

interface Props {
  readonly subsystem: Id;
  readonly until: number | undefined;
}

export function TaxPage({ subsystem, until }: Props): ReactElement {
  const { t, f } = usePage();
  return (
    <>
      <Opening title={t.tax.title} lead={t.tax.lead} />
      <Answer<Revisions> path={`/v1/subsystems/${subsystem}/revisions`}>
        {({ revisions }) => {
          const chosen =
            until === 0 ? undefined : (revisions.find((one) => one.until === until) ?? revisions[0]);
          return (
            <>
              <div className={look.months}>
                <Choice
                  label={t.tax.month}
                  value={chosen?.until ?? 0}
                  onChoose={(month) => {
                    window.location.replace(hrefOf({ place: 'tax', subsystem, until: month }));
                  }}
                  options={[
                    { value: 0, text: t.tax.running },
                    ...revisions
                      .slice(0, MONTHS)
                      .map((one) => ({ value: one.until, text: f.month(one.until) })),
                  ]}
                />
              </div>
              <div className={look.parts}>
                {chosen === undefined ? (
                  <Running subsystem={subsystem} />
                ) : (
                  <Month subsystem={subsystem} revision={chosen} />
                )}
              </div>
            </>
          );
        }}
      </Answer>
    </>
  );
}

function Month({
  subsystem,
  revision,
}: {
  readonly subsystem: Id;
  readonly revision: Revision;
}): ReactElement {
  const { t, f } = usePage();
  const [a, c, w, tax, debt] = [revision.a, revision.c, revision.w, revision.tax, revision.debt].map(
    BigInt,
  ) as [bigint, bigint, bigint, bigint, bigint];
  const rate = a === 0n ? 0 : Number((tax * 1_000_000n) / a) / 1_000_000;
  const left = a === 0n ? HOUR : ((a - tax) * HOUR) / a;
  return (
    <>
      <Card wide title={f.month(revision.until)}>
        <p className={look.sentence}>
          {tax === 0n
            ? t.tax.sentenceNone(f.time(a))
            : t.tax.sentence(f.time(a), f.time(tax), f.percent(rate), f.time(left))}
        </p>
        <Became a={a} tax={tax} />
      </Card>
      <Card wide title={t.tax.how}>
        <Answer<Explained> path={`/v1/revisions/${revision.revision}/explained`}>
          {(explained) => (
            <>
              <Sum
                c={c}
                w={w}
                before={BigInt(explained.debt.before)}
                tax={tax}
                debt={debt}
                limit={BigInt(explained.limit)}
              />
              <Causes explained={explained} />
            </>
          )}
        </Answer>
      </Card>
      <Worked subsystem={subsystem} until={revision.until} />
    </>
  );
}

function Became({ a, tax }: { readonly a: bigint; readonly tax: bigint }): ReactElement {
  const { t, f } = usePage();
  const share = a === 0n ? 0 : Number((tax * 10_000n) / a) / 100;
  return (
    <div className={look.became}>
      <div className={look.whole} aria-hidden="true">
        <span className={look.people} style={{ width: `${100 - share}%` }} />
        {tax > 0n && <span className={look.taxPart} style={{ width: `${share}%` }} />}
      </div>
      <ul className={look.legend}>
        <li>
          <span className={`${look.dot} ${look.people}`} aria-hidden="true" />
          <strong>{f.time(a - tax)}</strong> {t.tax.toPeople}
        </li>
        <li>
          <span className={`${look.dot} ${look.taxPart}`} aria-hidden="true" />
          <strong>{f.time(tax)}</strong> {t.tax.toTax}
        </li>
      </ul>
    </div>
  );
}

/** c + w + what was left = tax + what is left now, as a row of cards. */
function Sum({
  c,
  w,
  before,
  tax,
  debt,
  limit,
}: {
  readonly c: bigint;
  readonly w: bigint;
  readonly before: bigint;
  readonly tax: bigint;
  readonly debt: bigint;
  readonly limit: bigint;
}): ReactElement {
  const { t, f } = usePage();
  // Settlement is what the figures beside it do not explain: D after = D before + c + w − T + Q.
  const settlement = debt - before - c - w + tax;
  return (
    <>
      <div className={look.sum}>
        <Part name={t.tax.commons} text={t.tax.commonsText} value={f.time(c)} />
        <Sign sign="+" />
        <Part name={t.tax.wasted} text={t.tax.wastedText} value={f.time(w)} />
        {before !== 0n && (
          <>
            <Sign sign="+" />
            <Part name={t.tax.debtBefore} text={t.tax.debtBeforeText} value={f.time(before)} />
          </>
        )}
        {settlement !== 0n && (
          <>
            <Sign sign="+" />
            <Part name={t.tax.settlement} text={t.tax.settlementText} value={f.time(settlement)} />
          </>
        )}
        <Sign sign="=" />
        <Part name={t.tax.tax} value={f.time(tax)} strong />
        {debt !== 0n && (
          <>
            <Sign sign="+" />
            <Part name={t.tax.debtAfter} value={f.time(debt)} />
          </>
        )}
      </div>
      <p className={look.soft}>
        {debt === 0n ? t.tax.limitFine(f.time(limit)) : t.tax.debtAfterText(f.time(limit))}
      </p>
    </>
  );
}

function Part({
  name,
  text,
  value,
  strong = false,
}: {
  readonly name: string;
  readonly text?: string;
  readonly value: string;
  readonly strong?: boolean;
}): ReactElement {
  return (
    <div className={strong ? `${look.part} ${look.strong}` : look.part}>
      <span className={look.partName}>{name}</span>
      <strong>{value}</strong>
      {text !== undefined && <span className={look.partText}>{text}</span>}
    </div>
  );
}

function Sign({ sign }: { readonly sign: string }): ReactElement {
  return <span className={look.sign}>{sign}</span>;
}

interface Cause {
  readonly key: string;
  readonly name: string;
  readonly value: bigint;
  readonly count: number;
  readonly entries: readonly Entry[];
}
interface Entry {
  readonly by: Id;
  readonly reason: string;
  readonly value: bigint;
}

function Causes({ explained }: { readonly explained: Explained }): ReactElement {
  const { t } = usePage();
  const { c, w, settlement, debt } = explained;
  const reasons = t.tax.reasons;
  const byReason = ({ lines }: Figure, prefix: string): Cause[] => {
    const groups = new Map<string, { value: bigint; entries: Entry[] }>();
    for (const { by, reason, value } of lines) {
      const group = groups.get(reason) ?? { value: 0n, entries: [] };
      groups.set(reason, group);
      group.value += BigInt(value);
      group.entries.push({ by, reason, value: BigInt(value) });
    }
    return [...groups].map(([reason, { value, entries }]) => ({
      key: `${prefix} ${reason}`,
      name: reasons[reason] ?? reasons.other ?? reason,
      value,
      count: entries.length,
      entries,
    }));
  };
  const labour: Cause = {
    key: 'labour',
    name: t.tax.labour,
    value: BigInt(c.labour.value),
    count: c.labour.count,
    entries: c.labour.lines.map((line) => ({ ...line, value: BigInt(line.value) })),
  };
  const rounding: Cause = {
    key: 'rounding',
    name: t.tax.rounding,
    value: -BigInt(w.rounding.value),
    count: w.rounding.count,
    entries: w.rounding.lines.map((line) => ({ ...line, value: -BigInt(line.value) })),
  };
  const causes = [
    labour,
    ...byReason(c.other, 'c'),
    ...byReason(w.wasted, 'w'),
    rounding,
    ...byReason(settlement, 'q'),
    ...byReason(debt.moved, 'd'),
  ].filter(({ value, count }) => value !== 0n || count > 0);
  causes.sort((x, y) => (abs(x.value) < abs(y.value) ? 1 : -1));
  return (
    <div>
      <h3 className={look.sub}>{t.tax.causes}</h3>
      {causes.length === 0 ? (
        <p>{t.tax.noCauses}</p>
      ) : (
        <>
          <p className={look.soft}>{t.tax.causesLead}</p>
          <ul className={look.causes}>
            {causes.map((cause) => (
              <CauseRow key={cause.key} cause={cause} />
            ))}
          </ul>
        </>
      )}
      <details className={look.formula}>
        <summary>{t.tax.formula}</summary>
        <p>{t.tax.formulaText}</p>
      </details>
    </div>
  );
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

function CauseRow({ cause }: { readonly cause: Cause }): ReactElement {
  const { t, f } = usePage();
  const [open, setOpen] = useState(false);
  const { name, value, count, entries } = cause;
  const first = [...entries].sort((x, y) => (abs(x.value) < abs(y.value) ? 1 : -1)).slice(0, ENTRIES);
  return (
    <li>
      <details className={look.cause} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className={look.causeName}>{name}</span>
          <span className={look.soft}>{t.tax.entries(count)}</span>
          <strong className={look.causeValue}>{f.signedTime(value)}</strong>
        </summary>
        <ul className={look.entries}>
          {open &&
            first.map((entry, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one transaction may stand here twice
              <li key={`${entry.by} ${i}`}>
                <span>
                  <Maker entry={entry} />
                </span>
                <span className={look.causeValue}>{f.signedTime(entry.value)}</span>
              </li>
            ))}
          {count > first.length && <li>{t.common.more(f.count(count - first.length))}</li>}
        </ul>
      </details>
    </li>
  );
}

/** What made a figure: a transaction in its sentence; or an outlet or a revision, which are none. */
function Maker({ entry }: { readonly entry: Entry }): ReactNode {
  const { t, f } = usePage();
  const { by, reason } = entry;
  const isTransaction = reason !== 'clearing' && reason !== 'revision';
  const told = useAnswer<Readable>(isTransaction ? `/v1/transactions/${by}/readable` : undefined);
  if (!isTransaction) return t.tax.reasons[reason];
  if (told?.is !== 'there') return <code>{by.slice(0, 12)}…</code>;
  return (
    <>
      <a href={hrefOf({ place: 'transaction', id: by })}>{f.shortDay(told.value.time)}</a>{' '}
      <Sentence transaction={told.value} />
    </>
  );
}

function Worked({ subsystem, until }: { readonly subsystem: Id; readonly until: number }): ReactElement {
  const { t } = usePage();
  const members = useAnswer<Subsystem>(`/v1/subsystems/${subsystem}`);
  return (
    <Answer<Labour> path={`/v1/subsystems/${subsystem}/labour`}>
      {({ months }) => {
        const month = months.find((one) => one.until === until);
        if (month === undefined || month.worked.length === 0) return null;
        return (
          <Card wide title={t.tax.who}>
            <WorkedBars
              worked={month.worked}
              members={members?.is === 'there' ? members.value.members : []}
            />
          </Card>
        );
      }}
    </Answer>
  );
}

/** What has happened since the last revision, from the accounts. */
function Running({ subsystem }: { readonly subsystem: Id }): ReactElement {
  const { t, f, now } = usePage();
  return (
    <Answer<Accounts> path={`/v1/subsystems/${subsystem}/accounts`}>
      {({ accounts }) => {
        const { U, C, W, D, R } = accounts;
        return (
          <>
            <Card wide title={`${f.month(now)}, ${t.common.soFar}`} lead={t.tax.runningLead}>
              <div className={look.sum}>
                <Part name={t.tax.runningWork} value={f.time(BigInt(U))} />
                <span className={look.gap} />
                <Part name={t.tax.commons} text={t.tax.commonsText} value={f.time(BigInt(C))} />
                <Sign sign="+" />
                <Part name={t.tax.wasted} text={t.tax.wastedText} value={f.time(BigInt(W) - BigInt(R))} />
                {D !== '0' && (
                  <>
                    <Sign sign="+" />
                    <Part name={t.tax.debtBefore} text={t.tax.debtBeforeText} value={f.time(BigInt(D))} />
                  </>
                )}
              </div>
            </Card>
            <Worked subsystem={subsystem} until={monthOf(now)} />
          </>
        );
      }}
    </Answer>
  );
}

/** The last second of the UTC month that holds a time. */
function monthOf(time: number): number {
  const day = new Date(time * 1000);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1) / 1000 - 1;
}
