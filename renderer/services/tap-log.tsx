/** The last payments, as the card remembers them. The list is on the card only. */
import type { ReactElement } from 'react';
import { useFormats, useT } from '../context.tsx';
import { Scrolls } from '../parts/scrolls.tsx';
import look from './account.module.css';
import type { AccountView } from './account.tsx';
import log from './tap-log.module.css';

export function TapLog({ log: taps }: { readonly log: AccountView['log'] }): ReactElement {
  const t = useT();
  const format = useFormats();
  return (
    <section className={look.box} aria-labelledby="log">
      <h2 id="log">{t('services.log')}</h2>
      {taps.length === 0 ? (
        <p className={look.soft}>{t('services.logEmpty')}</p>
      ) : (
        <Scrolls className={log.scroll} labelledBy="log">
          <table className={log.table}>
            <thead>
              <tr>
                <th scope="col">{t('services.day')}</th>
                <th scope="col">{t('services.outlet')}</th>
                <th scope="col">{t('services.state')}</th>
                <th scope="col" className={log.number}>
                  {t('services.amount')}
                </th>
              </tr>
            </thead>
            <tbody>
              {taps.map((tap, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two taps may be alike in everything
                <tr key={index} className={tap.state === 'undone' ? log.undone : undefined}>
                  <td>{format.day(tap.day)}</td>
                  <td>{tap.outlet}</td>
                  <td>{t(`services.states.${tap.state}`)}</td>
                  <td className={log.number}>{format.duration(tap.minutes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
      <p className={look.soft}>{t('services.logPrivate')}</p>
    </section>
  );
}
