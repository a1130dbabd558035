// A microphone's MediaStream in, a cleaned MediaStream out: for web meetings that want a stream and no graph.
import { createCleaner, type Cleaner, type CleanerOptions } from './cleaner.js';
import { RinseError } from './errors.js';

export interface CleanStreamOptions extends CleanerOptions {
  /** Used instead of a context of its own; not closed by destroy(). */
  context?: AudioContext;
}

export interface CleanedStream extends MediaStream {
  readonly cleaner: Cleaner;
  /** Stops cleaning and frees everything. The tracks of the original stream go on; those of this one end. */
  destroy(): Promise<void>;
}

/**
 * The stream with its audio cleaned; its video tracks are passed on. The channels are those of the microphone unless `channels` says
 * otherwise. Rejects with a RinseError; the original stream is untouched, so a caller can go on with it.
 */
export async function cleanStream(stream: MediaStream, { context, ...options }: CleanStreamOptions = {}): Promise<CleanedStream> {
  const track = stream.getAudioTracks()[0];
  if (!track) throw new RinseError('no-audio', 'the stream has no audio track');
  const graph = context ?? new AudioContext({ latencyHint: 'interactive' });
  try {
    const channels = options.channels ?? (track.getSettings().channelCount === 2 ? 2 : 1);
    const cleaner = await createCleaner(graph, { ...options, channels });
    const source = graph.createMediaStreamSource(new MediaStream([track]));
    const sink = new MediaStreamAudioDestinationNode(graph, { channelCount: channels });
    source.connect(cleaner).connect(sink);
    if (graph.state === 'suspended') await graph.resume();
    const cleaned = new MediaStream([...sink.stream.getAudioTracks(), ...stream.getVideoTracks()]);
    // When the microphone ends, so does what was made from it: the meeting hears `ended` on the cleaned track.
    const ended = () => {
      for (const t of sink.stream.getTracks()) t.stop(), t.dispatchEvent(new Event('ended'));
    };
    track.addEventListener('ended', ended, { once: true });
    if (track.readyState === 'ended') ended();
    const destroy = async () => {
      track.removeEventListener('ended', ended);
      source.disconnect();
      cleaner.destroy();
      for (const t of sink.stream.getTracks()) t.stop();
      if (!context) await graph.close();
    };
    return Object.assign(cleaned, { cleaner, destroy });
  } catch (e) {
    if (!context) await graph.close();
    throw e;
  }
}
