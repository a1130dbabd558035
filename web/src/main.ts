// The page: two places behind two tabs.
import { removeLeftovers } from 'rinse-audio';
import { filePlace } from './file-place';
import { livePlace } from './live-place';

const tabs = [...document.querySelectorAll<HTMLButtonElement>('[role=tab]')];

function select(chosen: HTMLButtonElement): void {
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute('aria-selected', String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.getAttribute('aria-controls')!)!.hidden = !on;
  }
}

tabs.forEach((tab, i) => {
  tab.onclick = () => select(tab);
  tab.onkeydown = (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const next = tabs[(i + step + tabs.length) % tabs.length]!;
    select(next);
    next.focus();
  };
});

void removeLeftovers();
filePlace(document.getElementById('place-file')!);
livePlace(document.getElementById('place-live')!);
