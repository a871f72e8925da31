/**
 * A large picture with a sentence and the buttons that go with it: what a phase of a payment or of card services looks
 * like. The heading takes the focus when the panel appears, so that a screen reader speaks it and Enter presses nothing.
 */
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import look from './panel.module.css';
import { Scene, type SceneName } from './scene.tsx';

interface Props {
  readonly scene: SceneName;
  readonly title: string;
  readonly text?: string | undefined;
  /** What went wrong with the last card. */
  readonly trouble?: string | undefined;
  readonly tone?: 'calm' | 'good';
  /** Stands beside the picture: a pad. */
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

export function Panel({
  scene,
  title,
  text,
  trouble,
  tone = 'calm',
  aside,
  children,
  actions,
}: Props): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  // Only when the panel comes, and not where something in it wants the focus for itself.
  const hasAside = aside !== undefined;
  useEffect(() => {
    if (!hasAside) heading.current?.focus();
  }, [hasAside]);
  return (
    <div className={`${look.panel} ${look[tone]}`} data-picture={scene}>
      <div className={look.main}>
        <div className={look.scene}>
          <Scene name={scene} />
        </div>
        <h1 ref={heading} tabIndex={-1} className={look.title}>
          {title}
        </h1>
        {trouble !== undefined && (
          <p className={look.trouble} role="alert">
            {trouble}
          </p>
        )}
        {text !== undefined && <p className={look.text}>{text}</p>}
        {children}
        {actions && <div className={look.actions}>{actions}</div>}
      </div>
      {aside && <div className={look.aside}>{aside}</div>}
    </div>
  );
}
