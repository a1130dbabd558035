// The File place: drop files, set how to clean, clean them one after the other.
import type { FileFormat } from 'rinse-audio';
import { element, freshId } from './element';
import { FileCard } from './file-card';
import { field } from './chain-editor';
import { Settings } from './settings';

const formats: [FileFormat, string][] = [
  ['same-video', 'Video with cleaned sound, else WAV'],
  ['wav-24', 'WAV, 24 bit'],
  ['wav-16', 'WAV, 16 bit'],
  ['wav-float', 'WAV, 32 bit float'],
];

export function filePlace(place: HTMLElement): void {
  const cards = new Set<FileCard>();
  let cleaning = false;
  let reading: Promise<unknown> = Promise.resolve(); // until the last file that was added has been read

  const list = element('div', { className: 'cards' });
  const input = element('input', { type: 'file', multiple: true, accept: 'audio/*,video/*,.mkv,.mka,.flac,.opus', id: freshId('files') });
  const drop = element(
    'div',
    { className: 'drop' },
    element('label', { htmlFor: input.id }, 'Audio or video files'),
    input,
    element('p', { className: 'help' }, 'Drop them here or choose them. WAV, MP3, M4A, FLAC, Ogg, Opus, WebM, MP4, MOV, MKV.'),
  );
  const format = element('select', { id: freshId('format') });
  for (const [value, label] of formats) format.append(element('option', { value }, label));
  const chosenFormat = () => format.value as FileFormat;
  const button = element('button', { type: 'button', className: 'primary', disabled: true, onclick: () => void cleanAll() }, 'Clean');

  const changed = () => {
    for (const card of cards) card.settingsChanged(settings.recipe, chosenFormat());
  };
  const settings = new Settings(changed);
  format.onchange = changed;
  place.append(drop, settings.view, element('div', { className: 'actions' }, field(format, 'Download as'), button), list);

  const showButton = () => (button.disabled = cleaning || ![...cards].some((c) => c.canClean));

  function add(files: Iterable<File>): void {
    for (const file of files) {
      const card = new FileCard(file, reading, () => {
        const order = [...cards];
        const next = order[order.indexOf(card) + 1] ?? order[order.indexOf(card) - 1];
        cards.delete(card);
        card.destroy();
        showButton();
        if (next) next.focus();
        else input.focus();
      }, (id) => settings.choose(id), settings.recipe, (recipe) => settings.replace(recipe));
      reading = card.read;
      cards.add(card);
      list.append(card.view);
      void card.read.then(showButton);
    }
  }

  /** One file after the other: each gets the whole machine, and a second press while one runs does nothing. */
  async function cleanAll(): Promise<void> {
    if (cleaning) return;
    cleaning = true;
    showButton();
    const recipe = structuredClone(settings.recipe);
    const queue = [...cards];
    queue.forEach((c) => c.wait());
    for (const card of queue) {
      await card.read;
      if (cards.has(card)) await card.clean(recipe, chosenFormat());
    }
    cleaning = false;
    changed();
    showButton();
    if (document.activeElement === document.body) button.focus(); // it lost the focus while it was disabled
  }

  input.onchange = () => {
    add(input.files ?? []);
    input.value = ''; // the same file may be chosen again
  };
  const over = (on: boolean) => (e: DragEvent) => {
    e.preventDefault();
    drop.classList.toggle('over', on);
  };
  // Anywhere on the page: a file dropped beside the panel would otherwise replace the page.
  document.addEventListener('dragover', over(true));
  document.addEventListener('dragleave', over(false));
  document.addEventListener('drop', (e) => {
    over(false)(e);
    const files = [...(e.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    document.getElementById('tab-file')?.click();
    add(files);
  });
  addEventListener('beforeunload', (e) => {
    if (cleaning) e.preventDefault();
  });
}
