// The forms in which a cleaned file can be had.

/** `same-video`: the video's own container with its pictures untouched and only the sound replaced. */
export type FileFormat = 'wav-16' | 'wav-24' | 'wav-float' | 'same-video';

const videoEndings: Record<string, string> = { 'video/quicktime': '.mov', 'video/webm': '.webm', 'video/x-matroska': '.mkv', 'video/matroska': '.mkv' };

/** The name for the cleaned version of `name`: talk.mp3 → talk-cleaned.wav. `type`: the result's, for a video's name without an ending. */
export function cleanedName(name: string, format: FileFormat, type = ''): string {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  if (format !== 'same-video') return `${stem}-cleaned.wav`;
  return `${stem}-cleaned${dot > 0 ? name.slice(dot) : (videoEndings[type.split(';')[0]!] ?? '.mp4')}`;
}
