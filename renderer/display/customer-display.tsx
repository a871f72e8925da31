/**
 * The customer's window: what was taken, the sum, one picture a phase. It gets the sale's slice only, asks for nothing
 * and never shows a digit of a PIN. Either language by a touch, remembered for this window.
 */
import { VisuallyHidden } from '@mantine/core';
import { type ReactElement, useEffect, useRef } from 'react';
import type { BasketLine, CheckoutPhase, CheckoutView } from '../../src/till-api.ts';
import { Choice } from '../../widgets/choice.tsx';
import { LANGUAGES } from '../../widgets/language.ts';
import { TimeDial } from '../../widgets/time-dial.tsx';
import { useFormats, useName, useScreen, useT, useTill } from '../context.tsx';
import { ProductPicture } from '../parts/product-picture.tsx';
import { Scene, type SceneName } from '../parts/scene.tsx';
import look from './customer-display.module.css';

export function CustomerDisplay(): ReactElement {
  const t = useT();
  const { language, setLanguage } = useScreen();
  const checkout = useTill((state) => state.checkout);
  const open = useTill((state) => state.connection === 'open');
  return (
    <main className={look.display} aria-label={t('display.title')}>
      {checkout && open ? <Sale checkout={checkout} /> : <Still scene="lost" title={t('display.offline')} />}
      <div className={look.language}>
        <Choice
          label={t('app.language')}
          value={language}
          onChoose={setLanguage}
          options={LANGUAGES.map(({ code, name }) => ({ value: code, lang: code, text: name }))}
        />
      </div>
    </main>
  );
}

function Sale({ checkout }: { readonly checkout: CheckoutView }): ReactElement {
  const t = useT();
  const { step, lines, minutes } = checkout;
  if (step.phase === 'basket' && lines.length === 0) {
    return <Still scene="welcome" title={t('display.welcome')} text={t('display.welcomeText')} />;
  }
  return (
    <div className={look.sale}>
      <Lines lines={lines} />
      <div className={look.side}>
        <Phase step={step} />
        <Sum minutes={step.phase === 'paid' ? step.minutes : minutes} />
      </div>
    </div>
  );
}

interface StillProps {
  readonly scene: SceneName;
  readonly title: string;
  readonly text?: string;
}

function Still({ scene, title, text }: StillProps): ReactElement {
  return (
    <div className={look.still} data-picture={scene}>
      <div className={look.scene}>
        <Scene name={scene} />
      </div>
      <h1>{title}</h1>
      {text && <p>{text}</p>}
    </div>
  );
}

function Lines({ lines }: { readonly lines: readonly BasketLine[] }): ReactElement {
  const format = useFormats();
  const nameOf = useName();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (lines.length > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
    <ol ref={list} className={look.lines} tabIndex={0}>
      {lines.map((line) => (
        <li key={line.type} className={look.line}>
          <ProductPicture name={line.picture} side={64} />
          <span className={look.name}>
            {nameOf(line.names)}
            <small>{`${format.amount(line.amount, line.unit)} × ${format.price(line.price, line.unit)}`}</small>
          </span>
          <span className={look.value}>{format.value(line.value)}</span>
        </li>
      ))}
    </ol>
  );
}

function Sum({ minutes }: { readonly minutes: number }): ReactElement {
  const t = useT();
  const format = useFormats();
  return (
    <div className={look.sum}>
      <div>
        <p id="sum">{t('display.total')}</p>
        <output className={look.minutes} aria-labelledby="sum">
          {format.duration(minutes)}
        </output>
      </div>
      <TimeDial minutes={minutes} size={104} />
    </div>
  );
}

function Phase({ step }: { readonly step: CheckoutPhase }): ReactElement {
  const t = useT();
  const shown = {
    basket: ['welcome', null, undefined],
    hold_card: ['hold', t('display.hold'), undefined],
    reading: ['reading', t('display.reading'), t('display.readingText')],
    pin: ['pin', t('display.pin'), undefined],
    hold_again: ['again', t('display.holdAgain'), t('display.holdAgainText')],
    not_enough: ['not_enough', t('display.notEnough'), t('display.notEnoughText')],
    paid: ['paid', t('display.paid'), t('display.thanks')],
  } as const;
  const blocked = step.phase === 'pin' && step.blocked;
  const now = blocked
    ? (['blocked', t('display.pinBlocked'), t('display.pinBlockedText')] as const)
    : shown[step.phase];
  return (
    <div
      className={`${look.phase} ${step.phase === 'paid' ? look.paid : ''}`}
      aria-live="assertive"
      data-phase={step.phase}
    >
      <div className={look.scene}>
        <Scene name={now[0]} />
      </div>
      {now[1] ? <h1>{now[1]}</h1> : <VisuallyHidden component="h1">{t('display.title')}</VisuallyHidden>}
      {now[2] && <p>{now[2]}</p>}
    </div>
  );
}
