/** The languages of both pages. */
export type Language = 'en' | 'de';

/** Each with its own name for itself. */
export const LANGUAGES: readonly { readonly code: Language; readonly name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
];

export function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.some(({ code }) => code === text);
}
