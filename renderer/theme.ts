/** The component library in this house's colours: its own look is replaced by the house's (`widgets/palette.css`, `tokens.css`). */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const pine: MantineColorsTuple = [
  '#eef5f2',
  '#dbe9e2',
  '#b6d3c7',
  '#8fbcac',
  '#68a391',
  '#478a79',
  '#2f7166',
  '#1d5b57',
  '#174b48',
  '#123f3c',
];

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: 7,
  colors: { pine },
  fontFamily: 'inherit',
  headings: { fontFamily: 'inherit' },
  defaultRadius: 14,
  focusRing: 'never',
  respectReducedMotion: true,
  cursorType: 'pointer',
});

/** Both schemes read the same tokens, which change with the scheme themselves. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-error': 'var(--brick)',
    '--mantine-color-placeholder': 'var(--ink-soft)',
  };
  return { variables: {}, light: shared, dark: shared };
};
