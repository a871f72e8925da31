/** The languages by their short names, for the bar at the top. */
import type { ReactElement } from 'react';
import { Choice } from './choice.tsx';
import { LANGUAGES, type Language } from './language.ts';

interface Props {
  readonly label: string;
  readonly language: Language;
  readonly onChoose: (language: Language) => void;
}

export function LanguageChoice({ label, language, onChoose }: Props): ReactElement {
  return (
    <Choice
      label={label}
      value={language}
      onChoose={onChoose}
      options={LANGUAGES.map(({ code, name }) => ({
        value: code,
        lang: code,
        text: <abbr title={name}>{code.toUpperCase()}</abbr>,
      }))}
    />
  );
}
