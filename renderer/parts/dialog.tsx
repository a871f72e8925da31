/** A question or a small task over the screen. Escape and the cross close it; the focus goes back to where it was. */
import { Modal } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useT } from '../context.tsx';
import look from './dialog.module.css';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly width?: number;
  readonly children: ReactNode;
}

export function Dialog({ opened, title, onClose, width = 520, children }: Props): ReactElement {
  const t = useT();
  return (
    <Modal.Root opened={opened} onClose={onClose} size={width} centered transitionProps={{ duration: 120 }}>
      <Modal.Overlay backgroundOpacity={1} color="var(--shade)" />
      <Modal.Content>
        <div className={look.header}>
          <Modal.Title className={look.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('app.close')} size={48} iconSize={28} className={look.close} />
        </div>
        <Modal.Body className={look.body}>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** The buttons of a dialog, the way out first. */
export function DialogActions({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={look.actions}>{children}</div>;
}
