/** What happened, for screen readers: one polite live region for the whole window. */
import { VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTill } from '../context.tsx';

export function Spoken(): ReactElement {
  const spoken = useTill((state) => state.spoken);
  return (
    <VisuallyHidden aria-live="polite" aria-atomic="true" data-spoken>
      {spoken}
    </VisuallyHidden>
  );
}
