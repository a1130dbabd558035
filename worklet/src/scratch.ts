// Where results of any size are written: the browser's private file system, so that memory stays flat. Each page has a folder of its
// own, which it holds a lock on; folders whose page is gone (a tab closed while working) are swept away by the next page.

const rootName = 'rinse-scratch';
let session: Promise<string> | undefined;

async function folderOf(name: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle(rootName, { create })).getDirectoryHandle(name, { create });
}

async function sweep(own: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(rootName, { create: true });
  const held = new Set(((await navigator.locks.query()).held ?? []).map((l) => l.name));
  for await (const name of folder.keys()) {
    if (name !== own && !held.has(`rinse-scratch-${name}`)) await folder.removeEntry(name, { recursive: true }).catch(() => undefined);
  }
}

/** This page's folder; made, locked and the leftovers swept on first use. '' where the browser has no private file system. */
export function scratchFolder(): Promise<string> {
  session ??= (async () => {
    try {
      const id = crypto.randomUUID();
      await new Promise<void>((held, failed) => {
        navigator.locks.request(`rinse-scratch-${id}`, () => (held(), new Promise<never>(() => undefined))).catch(failed);
      });
      await folderOf(id, true);
      await sweep(id);
      return id;
    } catch {
      return ''; // private windows of some browsers: results are kept in memory instead
    }
  })();
  return session;
}

/** A new file in the folder; in a worker only. */
export async function createScratchFile(folder: string, name: string): Promise<FileSystemFileHandle> {
  return (await folderOf(folder, true)).getFileHandle(name, { create: true });
}

/**
 * Removes a result that is no longer wanted; in memory or gone already: nothing happens. The browser holds on to the file for a moment
 * after the worker that wrote it has ended, so this tries for two seconds; what remains then is swept by the next page.
 */
export async function removeScratchFile(folder: string, name: string): Promise<void> {
  if (!folder) return;
  for (let attempt = 0; attempt < 40; attempt++) {
    try {
      return await (await folderOf(folder, false)).removeEntry(name);
    } catch (e) {
      if (!(e instanceof DOMException) || e.name !== 'NoModificationAllowedError') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
