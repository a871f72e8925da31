/** The word for a product group in the window's language; an unknown group keeps the name it came with. */
import { useCallback } from 'react';
import { useT } from './context.tsx';
import { en } from './locales/en.ts';

type Known = keyof typeof en.group;

export function useGroupName(): (group: string) => string {
  const t = useT();
  return useCallback((group) => (Object.hasOwn(en.group, group) ? t(`group.${group as Known}`) : group), [t]);
}
