/** A part of the screen that scrolls by itself, so it must be reachable by keyboard (WCAG 2.1.1). */
import type { ReactElement, ReactNode } from 'react';

interface Props {
  readonly className: string | undefined;
  /** Id of the heading that names it. */
  readonly labelledBy: string;
  readonly children: ReactNode;
}

export function Scrolls({ className, labelledBy, children }: Props): ReactElement {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would be a landmark beside the one that it is in
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
    <div className={className} role="group" tabIndex={0} aria-labelledby={labelledBy}>
      {children}
    </div>
  );
}
