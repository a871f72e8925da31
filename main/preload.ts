/** All that the page gets: the door. Bundled to CommonJS, because a sandboxed preload is neither stripped nor a module. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Answer, Intent, TillApi, TillView } from '../src/till-api.ts';

const till: TillApi = {
  ask: (intent: Intent) => ipcRenderer.invoke('ask', intent) as Promise<Answer>,
  watch: (listener) => {
    const hear = (_event: unknown, change: Partial<TillView>) => listener(change);
    ipcRenderer.on('change', hear);
    ipcRenderer.send('watch');
    return () => ipcRenderer.off('change', hear);
  },
};
contextBridge.exposeInMainWorld('till', till);
