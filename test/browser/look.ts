/**
 * Photographs every picture of the screen over the scripted door: `node test/browser/look.ts FOLDER [name …]`. For people
 * who work on the screen.
 */
import { join } from 'node:path';
import { PICTURES } from './pictures.ts';
import { openStudio } from './screen.ts';

const [folder = '.', ...names] = process.argv.slice(2);
const wanted = PICTURES.filter((p) => names.length === 0 || names.some((n) => p.name.startsWith(n)));
const studio = await openStudio((message) => console.error(message));
const shots = [
  { suffix: '', options: {} },
  { suffix: '-1024', options: { size: { width: 1024, height: 768 } } },
  { suffix: '-de-dark', options: { language: 'de', scheme: 'dark' } },
] as const;
try {
  for (const { suffix, options } of shots) {
    const page = await studio.open(options);
    for (const picture of wanted) {
      await studio.show(page, picture, 'language' in options ? options.language : 'en');
      await page.screenshot({ path: join(folder, `${picture.name}${suffix}.png`), animations: 'disabled' });
    }
    await page.context().close();
  }
} finally {
  await studio.stop();
}
