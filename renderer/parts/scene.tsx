/** The drawings of what happens with a card: one a phase, understood without reading. Decoration beside the words. */
import type { ReactElement } from 'react';
import look from './scene.module.css';

export type SceneName =
  | 'hold'
  | 'reading'
  | 'again'
  | 'trouble'
  | 'pin'
  | 'blocked'
  | 'not_enough'
  | 'paid'
  | 'gone'
  | 'sending'
  | 'lost'
  | 'welcome';

function Reader({ alert = false }: { readonly alert?: boolean }): ReactElement {
  return (
    <g>
      <rect x="52" y="136" width="136" height="48" rx="14" className={look.reader} />
      <rect x="64" y="128" width="112" height="18" rx="9" className={look.slot} />
      <circle cx="168" cy="168" r="5" className={alert ? look.lampBad : look.lamp} />
      <path d="M72 168h62" className={look.groove} />
    </g>
  );
}

function Card({ className }: { readonly className?: string | undefined }): ReactElement {
  return (
    <g className={className}>
      <rect x="62" y="30" width="116" height="74" rx="11" className={look.card} />
      <rect x="76" y="46" width="22" height="17" rx="4" className={look.chip} />
      <circle cx="148" cy="67" r="20" className={look.face} />
      <path d="M148 67V47A20 20 0 0 1 165.300 77Z" className={look.sector} />
      <path d="M76 78h34M76 89h24" className={look.cardLine} />
    </g>
  );
}

function Sign({ kind }: { readonly kind: 'bad' | 'again' | 'lock' }): ReactElement {
  return (
    <g>
      <circle cx="182" cy="40" r="27" className={kind === 'again' ? look.signCalm : look.signBad} />
      {kind === 'bad' && <path d="M182 27v15M182 51.500v.5" className={look.signLine} />}
      {kind === 'again' && (
        <path d="M193 34a13 13 0 1 0 1.500 10M194.500 26.500v8.500h-8.500" className={look.signLine} />
      )}
      {kind === 'lock' && (
        <path d="M173 39h18v13h-18zM176.500 39v-4.500a5.500 5.500 0 0 1 11 0V39" className={look.signLine} />
      )}
    </g>
  );
}

function Dots(): ReactElement {
  return (
    <g>
      <rect x="46" y="112" width="148" height="52" rx="14" className={look.field} />
      {[74, 104, 134, 164].map((x, i) => (
        <circle key={x} cx={x} cy="138" r="9" className={i < 2 ? look.dot : look.dotOpen} />
      ))}
    </g>
  );
}

function Drawn({ name }: { readonly name: SceneName }): ReactElement {
  switch (name) {
    case 'hold':
      return (
        <>
          <Reader />
          <Card className={look.floating} />
        </>
      );
    case 'reading':
      return (
        <>
          <Reader />
          <Card className={look.lying} />
          <path d="M96 20a34 34 0 0 1 48 0" className={look.wave} />
          <path d="M84 8a52 52 0 0 1 72 0" className={`${look.wave} ${look.late}`} />
        </>
      );
    case 'again':
      return (
        <>
          <Reader />
          <Card className={look.floating} />
          <Sign kind="again" />
        </>
      );
    case 'trouble':
      return (
        <>
          <Reader alert />
          <Card />
          <Sign kind="bad" />
        </>
      );
    case 'pin':
      return (
        <>
          <Card className={look.small} />
          <Dots />
        </>
      );
    case 'blocked':
      return (
        <>
          <Card className={look.small} />
          <Dots />
          <Sign kind="lock" />
        </>
      );
    case 'not_enough':
      return (
        <>
          <Card className={look.lower} />
          <path d="M36 158h168" className={look.level} />
          <path d="M62 158v-12M94 158v-22M126 158v-34" className={look.bars} />
          <path d="M160 158v-50" className={look.barMissing} />
        </>
      );
    case 'paid':
      return (
        <>
          <circle cx="120" cy="100" r="84" className={look.paid} />
          <path d="M80 103l28 28l54-58" className={look.tick} />
        </>
      );
    case 'gone':
      return (
        <>
          <Reader alert />
          <Card className={look.leaving} />
        </>
      );
    case 'sending':
      return (
        <>
          <path
            d="M44 60c26-12 50-12 76 4c26-16 50-16 76-4v104c-26-12-50-12-76 4c-26-16-50-16-76-4z"
            className={look.field}
          />
          <path
            d="M120 64v104M62 84c14-4 28-3 40 3M62 106c14-4 28-3 40 3M138 87c12-6 26-7 40-3"
            className={look.level}
          />
          <path d="M150 20l-30 22l-30-22" className={look.wave} />
        </>
      );
    case 'welcome':
      return (
        <>
          <path d="M62 80h116l-13 88a10 10 0 0 1-10 8H85a10 10 0 0 1-10-8z" className={look.bag} />
          <path d="M92 98V70a28 28 0 0 1 56 0v28" className={look.level} />
          <circle cx="120" cy="132" r="25" className={look.face} />
          <path d="M120 132V107A25 25 0 0 1 141.650 144.500Z" className={look.sector} />
        </>
      );
    case 'lost':
      return (
        <>
          <rect x="40" y="36" width="160" height="104" rx="12" className={look.reader} />
          <rect x="52" y="48" width="136" height="80" rx="6" className={look.screen} />
          <path d="M104 160h32M120 140v20M88 162h64" className={look.level} />
          <path d="M92 104a40 40 0 0 1 56 0M102 92a24 24 0 0 1 36 0" className={look.wave} />
          <path d="M96 116l48-56" className={look.barMissing} />
        </>
      );
  }
}

export function Scene({ name }: { readonly name: SceneName }): ReactElement {
  return (
    <svg className={look.scene} viewBox="0 0 240 200" aria-hidden="true" data-scene={name}>
      <Drawn name={name} />
    </svg>
  );
}
