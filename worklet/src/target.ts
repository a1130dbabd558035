// Where results are written, and what is said where there is no more room.
import { BufferTarget, StreamTarget, type StreamTargetChunk } from 'mediabunny';
import { RinseError, reasonOf } from './errors.js';
import { createScratchFile } from './scratch.js';

/** Where the result goes: a file of the browser's private file system, or memory where there is none. */
export class Target {
  private constructor(
    readonly target: StreamTarget | BufferTarget,
    private readonly handle: FileSystemFileHandle | null,
    private readonly access: FileSystemSyncAccessHandle | null,
  ) {}

  static async open(scratch: string): Promise<Target> {
    if (!scratch) return new Target(new BufferTarget(), null, null);
    const [folder, name] = scratch.split('/') as [string, string];
    const handle = await createScratchFile(folder, name);
    const access = await handle.createSyncAccessHandle();
    const writable = new WritableStream<StreamTargetChunk>({
      write({ data, position }) {
        if (access.write(data, { at: position }) !== data.byteLength) throw new RinseError('no-space', noSpace);
      },
    });
    return new Target(new StreamTarget(writable, { chunked: true, chunkSize: 1 << 22 }), handle, access);
  }

  async close(type: string): Promise<Blob> {
    if (!this.handle || !this.access) return new Blob([(this.target as BufferTarget).buffer!], { type });
    this.access.flush();
    this.access.close();
    const file = await this.handle.getFile();
    return file.slice(0, file.size, type); // with the type that the private file system does not know
  }

  async abandon(): Promise<void> {
    this.access?.close(); // the page removes the file
  }
}

const noSpace = "the browser's storage is full: free some disk space, or clean a shorter piece";

export function spaceError(e: unknown): unknown {
  const full = e instanceof DOMException && e.name === 'QuotaExceededError';
  const memory = e instanceof RangeError && /alloc|length/i.test(e.message);
  return full || memory ? new RinseError('no-space', `${noSpace} (${reasonOf(e)})`, { cause: e }) : e;
}
