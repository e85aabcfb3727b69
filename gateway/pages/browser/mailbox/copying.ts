import { made } from './elements.ts';
import type { Copyable } from './keyPieces.ts';

const CONFIRMED_MS = 1_500;

/** Makes a button that copies a text and says so; where a browser forbids it, as on an address without https, `select` shows what to copy by hand. */
export function copyButton(className: string, words: string, { label: title, value }: Copyable, select: () => void = () => {}): HTMLButtonElement {
  const button = made('button', className, words);
  button.type = 'button';
  button.title = title;
  let back: ReturnType<typeof setTimeout> | undefined;
  button.addEventListener('click', () => {
    clearTimeout(back);
    // Without https there is no `clipboard` at all, whatever the types say.
    const copying = Promise.resolve().then(() => navigator.clipboard.writeText(value));
    void copying
      .then(
        () => 'Copied',
        () => {
          select();
          return 'Press Ctrl+C';
        },
      )
      .then((said) => {
        button.textContent = said;
        back = setTimeout(() => {
          button.textContent = words;
        }, CONFIRMED_MS);
      });
  });
  return button;
}
