/** The first page: what this is, who works with whom, who worked how much. */
import { type ReactElement, useState } from 'react';
import { Choice } from '../../widgets/choice.tsx';
import type { Id, Labour, Member, Products, Subsystem } from '../answers.ts';
import { useAnswer, usePage } from '../context.tsx';
import { WorkedBars } from '../parts/bars.tsx';
import { Card, Opening } from '../parts/card.tsx';
import { Answer, Shown } from '../parts/state.tsx';
import { TrustGraph } from '../pictures/trust-graph.tsx';
import { hrefOf } from '../route.ts';
import look from './overview.module.css';

/** More circles than this are no picture any more. */
const DRAWN = 60;

export function OverviewPage({
  subsystem,
  chosen,
}: {
  readonly subsystem: Id;
  readonly chosen: Id | undefined;
}): ReactElement {
  const { t } = usePage();
  return (
    <>
      <Opening title={t.overview.title} lead={t.overview.lead}>
        <p className={look.privacy}>{t.overview.privacy}</p>
      </Opening>
      <Answer<Subsystem> path={`/v1/subsystems/${subsystem}`}>
        {(value) => <Loaded subsystem={value} chosen={chosen} />}
      </Answer>
    </>
  );
}

function Loaded({
  subsystem,
  chosen,
}: {
  readonly subsystem: Subsystem;
  readonly chosen: Id | undefined;
}): ReactElement {
  const { t, f } = usePage();
  const { id, members, trusts, count } = subsystem;
  const drawn = members.slice(0, DRAWN);
  const shown = new Set(drawn.map((member) => member.id));
  const member = members.find((one) => one.id === chosen);
  return (
    <>
      <Figures subsystem={subsystem} />
      <div className={look.parts}>
        <Card title={t.overview.graph} lead={t.overview.graphLead} wide>
          <div className={look.graph}>
            <TrustGraph
              members={drawn}
              trusts={trusts.filter(({ a, b }) => shown.has(a) && shown.has(b))}
              chosen={member?.id}
              onChoose={(collective) => {
                window.location.hash = hrefOf({
                  place: 'overview',
                  subsystem: id,
                  ...(collective === chosen ? {} : { collective }),
                });
              }}
            />
            <Chosen subsystem={subsystem} member={member} />
          </div>
          {count > DRAWN && <p>{t.overview.many(f.count(drawn.length), f.count(count))}</p>}
          <p className={look.together}>{t.overview.together}</p>
        </Card>
        <Worked subsystem={subsystem} />
      </div>
    </>
  );
}

function Figures({ subsystem }: { readonly subsystem: Subsystem }): ReactElement {
  const { t, f, height } = usePage();
  const labour = useAnswer<Labour>(`/v1/subsystems/${subsystem.id}/labour`);
  const products = useAnswer<Products>(`/v1/subsystems/${subsystem.id}/products`);
  const month = labour?.is === 'there' ? labour.value.months[0] : undefined;
  const worked = month?.worked.reduce((sum, { minutes }) => sum + minutes, 0) ?? 0;
  const there =
    products?.is === 'there' ? products.value.products.filter(({ amount }) => amount > 0).length : 0;
  return (
    <ul className={look.figures}>
      <Figure value={f.count(subsystem.count)} name={t.overview.members} />
      <Figure
        value={f.minutes(worked)}
        name={month === undefined ? '' : t.overview.worked(f.month(month.until))}
      />
      <Figure value={f.count(there)} name={t.overview.onShelves} />
      <Figure value={f.count(height)} name={t.overview.lastBlock} />
    </ul>
  );
}

function Figure({ value, name }: { readonly value: string; readonly name: string }): ReactElement {
  return (
    <li className={look.figure}>
      <strong>{value}</strong>
      <span>{name}</span>
    </li>
  );
}

/** What the chosen collective does, and with whom. */
function Chosen({
  subsystem,
  member,
}: {
  readonly subsystem: Subsystem;
  readonly member: Member | undefined;
}): ReactElement {
  const { t, f } = usePage();
  if (member === undefined)
    return (
      <div className={look.chosen} aria-live="polite">
        <h3>{t.overview.choose}</h3>
        <p>{t.overview.chooseText}</p>
      </div>
    );
  const edges = subsystem.trusts.filter(({ a, b }) => a === member.id || b === member.id);
  return (
    <div className={look.chosen} aria-live="polite">
      <h3>{member.name}</h3>
      <p>{member.dispatches ? t.overview.outlet : t.overview.producer}</p>
      <p>{edges.length === 0 ? t.overview.alone : t.overview.trusts(edges.length)}</p>
      <ul className={look.edges}>
        {edges.map(({ a, b, passed }) => {
          const other = subsystem.members.find(({ id }) => id === (a === member.id ? b : a));
          const gave = passed.find(({ from }) => from === member.id);
          const got = passed.find(({ to }) => to === member.id);
          return (
            <li key={a + b}>
              <strong>{other?.name}</strong>
              {gave !== undefined && <span>{t.overview.gave(f.time(BigInt(gave.value)))}</span>}
              {got !== undefined && <span>{t.overview.got(f.time(BigInt(got.value)))}</span>}
              {gave === undefined && got === undefined && <span>{t.overview.nothingPassed}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Worked({ subsystem }: { readonly subsystem: Subsystem }): ReactElement {
  const { t, f } = usePage();
  const asked = useAnswer<Labour>(`/v1/subsystems/${subsystem.id}/labour`);
  const [until, setUntil] = useState<number>();
  return (
    <Shown asked={asked}>
      {({ months }) => {
        const month = months.find((one) => one.until === until) ?? months[0];
        return (
          <Card
            wide
            title={t.overview.workedIn}
            lead={t.overview.workedLead}
            beside={
              <Choice
                label={t.common.month}
                value={month?.until ?? 0}
                onChoose={setUntil}
                options={months.slice(0, 3).map((one, i) => ({
                  value: one.until,
                  text: i === 0 ? `${f.month(one.until)}, ${t.common.soFar}` : f.month(one.until),
                }))}
              />
            }
          >
            {month === undefined || month.worked.length === 0 ? (
              <p>{t.overview.noWork}</p>
            ) : (
              <WorkedBars worked={month.worked} members={subsystem.members} />
            )}
          </Card>
        );
      }}
    </Shown>
  );
}
