/** Groups of products to touch. A group that the screen has no word for keeps the name it came with. */
import type { ReactElement } from 'react';
import { useT } from '../context.tsx';
import { useGroupName } from '../group-name.ts';
import look from './groups.module.css';

interface Props {
  readonly groups: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (group: string | null) => void;
}

export function Groups({ groups, chosen, onChoose }: Props): ReactElement | null {
  const t = useT();
  const nameOf = useGroupName();
  if (groups.length < 2) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a border of its own
    <div className={look.groups} role="group" aria-label={t('checkout.groups')}>
      {[null, ...groups].map((group) => (
        <button
          key={group ?? '*'}
          type="button"
          className={look.group}
          aria-pressed={group === chosen}
          onClick={() => onChoose(group)}
        >
          {group === null ? t('checkout.allGroups') : nameOf(group)}
        </button>
      ))}
    </div>
  );
}
