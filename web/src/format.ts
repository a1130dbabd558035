// Numbers as people read them.

/** 75 → "1:15", 3675 → "1:01:15". */
export function clockTime(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** How long the rest takes, from the part that is done and the time it took; '' while that says nothing yet. */
export function timeLeft(part: number, spentSeconds: number): string {
  if (part <= 0.01 || spentSeconds < 0.5) return '';
  const left = (spentSeconds * (1 - part)) / part;
  return left < 60 ? `${Math.ceil(left)} s left` : `${clockTime(left)} left`;
}

/** -18.04 → "−18.0 dB"; silence is "−∞ dB". */
export function decibels(db: number): string {
  return db <= -120 ? '−∞ dB' : `${db.toFixed(1).replace('-', '−')} dB`;
}

export function channelsText(channels: number): string {
  return ['', 'mono', 'stereo'][channels] ?? `${channels} channels`;
}

/** A measured value with its unit: counts as they are, others with as many digits as tell something; "–" for none. */
export function figure(value: number | null | undefined, unit: string): string {
  if (typeof value !== 'number') return '–';
  if (value <= -199 && unit.startsWith('dB')) return `−∞ ${unit}`;
  const scale = unit === '' || unit.startsWith('MOS') || unit === '%' ? 2 : 1;
  const text = value.toFixed(Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : scale);
  return `${/[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '')}${unit && ` ${unit}`}`;
}
