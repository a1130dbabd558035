// The Live place: a microphone, cleaned while one speaks; meters, bypass, recording.
import { cleanStream, effectInfo, reasonOf, type CleanedStream, type EffectId, type EffectParams, type StepDownDetail } from 'rinse-audio';
import { element, freshId } from './element';
import { decibels } from './format';
import { LevelMeter } from './meter';
import { field } from './chain-editor';
import { Settings } from './settings';
import { SpectrumPlot } from './spectrum-plot';

const statsEveryMs = 100;
const learnSeconds = 2;

/** Plain words for what getUserMedia throws. */
export function microphoneTrouble(e: unknown): string {
  switch (e instanceof DOMException ? e.name : '') {
    case 'NotAllowedError':
      return "The microphone is not allowed: allow it in the browser's address bar, then start again.";
    case 'NotFoundError':
      return 'There is no microphone: plug one in, then start again.';
    case 'OverconstrainedError':
      return 'The chosen microphone is not there any more: choose another one.';
    case 'NotReadableError':
      return 'The microphone can not be opened: another program may be using it.';
    default:
      return navigator.mediaDevices ? `The microphone could not be started: ${reasonOf(e)}` : 'This page must be served over https or from localhost to use a microphone.';
  }
}

/** What a cleaner that is too slow for its recipe does instead. */
function stepDownText({ to, loadPercent }: StepDownDetail): string {
  const load = `Cleaning took ${Math.round(loadPercent)} % of the time there is.`;
  return to === 'classical'
    ? `${load} This machine is too slow for the network at this moment: noise suppression without one is in use. Change any setting to try again.`
    : `${load} This machine is too slow: the microphone goes through as it is. Change any setting to try again.`;
}

export function livePlace(place: HTMLElement): void {
  let microphone: MediaStream | null = null;
  let cleaned: CleanedStream | null = null;
  let context: AudioContext | null = null;
  let recorder: MediaRecorder | null = null;
  let timer = 0;
  let steppedDown = false; // to a recipe that is not the one in the settings

  const devices = element('select', { id: freshId('microphone') }, element('option', { value: '' }, 'Default microphone'));
  const start = element('button', { type: 'button', className: 'primary', onclick: () => void (microphone ? stop() : begin()) }, 'Start microphone');
  const bypass = element('input', { type: 'checkbox', id: freshId('bypass'), onchange: () => cleaned?.cleaner.bypass(bypass.checked) });
  bypass.setAttribute('role', 'switch');
  const monitor = element('input', { type: 'checkbox', id: freshId('monitor'), onchange: () => connectMonitor() });
  const lowLatency = element('input', { type: 'checkbox', id: freshId('low-latency'), onchange: () => void exchangeRecipe() });
  const learnButton = element('button', { type: 'button', disabled: true, onclick: () => void learnNoise() }, 'Learn noise');
  const record = element('button', { type: 'button', disabled: true, onclick: () => (recorder ? recorder.stop() : startRecording()) }, 'Record');
  const messages = element('div', { className: 'messages', role: 'status' });
  const input = new LevelMeter('Input');
  const output = new LevelMeter('Output');
  const spectrum = new SpectrumPlot();
  const facts = { state: element('dd'), speech: element('dd'), reduction: element('dd'), latency: element('dd'), load: element('dd'), browser: element('dd') };
  const recordings = element('div', { className: 'downloads' });

  const settings = new Settings((recipe, replaced) => {
    if (replaced) showLearning();
    if (replaced || steppedDown) return void exchangeRecipe();
    for (const [i, step] of recipe.chain.entries()) {
      cleaned?.cleaner.set(step.effect as EffectId, (step.params ?? {}) as EffectParams[EffectId], i);
    }
  }, true);
  const recipe = () => ({ ...settings.recipe, lowLatency: lowLatency.checked });

  place.append(
    element('div', { className: 'actions' }, field(devices, 'Microphone'), start),
    settings.view,
    element(
      'div',
      { className: 'switches' },
      field(bypass, 'Bypass'),
      field(monitor, 'Hear yourself (use headphones)'),
      field(lowLatency, 'Low latency'),
    ),
    element('div', { className: 'card' }, input.view, output.view, spectrum.view, factList()),
    element('div', { className: 'actions' }, learnButton, record),
    messages,
    recordings,
  );
  showIdle();
  navigator.mediaDevices?.addEventListener('devicechange', () => void listDevices());

  function factList(): HTMLElement {
    const list = element('dl', { className: 'facts' });
    const rows: [string, HTMLElement][] = [
      ['State', facts.state],
      ['Somebody speaks', facts.speech],
      ['Noise taken away', facts.reduction],
      ['Latency of the cleaning', facts.latency],
      ['Load', facts.load],
      ["The browser's own processing", facts.browser],
    ];
    for (const [label, value] of rows) list.append(element('div', {}, element('dt', {}, label), value));
    return list;
  }

  function say(text: string, kind: 'note' | 'error'): void {
    messages.replaceChildren(element('p', { className: kind, ...(kind === 'error' ? { role: 'alert' } : {}) }, text));
  }

  function showIdle(): void {
    start.textContent = 'Start microphone';
    record.disabled = true;
    showLearning();
    input.show(-200);
    output.show(-200);
    spectrum.show(null);
    facts.state.textContent = 'not running';
    for (const f of [facts.speech, facts.reduction, facts.latency, facts.load, facts.browser]) f.textContent = '–';
  }

  /** Names are known only once the microphone was allowed. */
  async function listDevices(): Promise<void> {
    const found = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === 'audioinput' && d.deviceId && d.deviceId !== 'default');
    const chosen = devices.value;
    devices.replaceChildren(element('option', { value: '' }, 'Default microphone'), ...found.map((d) => element('option', { value: d.deviceId }, d.label || 'Microphone')));
    devices.value = found.some((d) => d.deviceId === chosen) ? chosen : '';
  }

  async function begin(): Promise<void> {
    start.disabled = true;
    messages.replaceChildren();
    try {
      if (!navigator.mediaDevices) throw new Error('no media devices');
      microphone = await navigator.mediaDevices.getUserMedia({
        audio: {
          ...(devices.value ? { deviceId: { exact: devices.value } } : {}),
          echoCancellation: true, // needs the loudspeaker's signal, which only the browser has
          noiseSuppression: false, // two suppressors in a row fight
          autoGainControl: false, // would lift the noise in every pause
        },
      });
    } catch (e) {
      start.disabled = false;
      return say(microphoneTrouble(e), 'error');
    }
    try {
      context = new AudioContext({ latencyHint: 'interactive' });
      cleaned = await cleanStream(microphone, { context, recipe: recipe() });
      running(microphone.getAudioTracks()[0]!, cleaned);
    } catch (e) {
      await stop();
      say(`Cleaning could not be started: ${reasonOf(e)}`, 'error');
    } finally {
      start.disabled = false;
    }
  }

  function running(track: MediaStreamTrack, stream: CleanedStream): void {
    const set = track.getSettings();
    facts.browser.textContent = `echo cancellation ${set.echoCancellation ? 'on' : 'off'}, noise suppression ${set.noiseSuppression ? 'on' : 'off'}, gain control ${set.autoGainControl ? 'on' : 'off'}`;
    const ended = () => void stop().then(() => say('The microphone was unplugged or taken away.', 'error'));
    track.onended = ended;
    if (track.readyState === 'ended') return ended();
    stream.cleaner.addEventListener('error', (e) => say((e as ErrorEvent).message, 'error'));
    stream.cleaner.addEventListener('stepdown', (e) => ((steppedDown = true), say(stepDownText((e as CustomEvent<StepDownDetail>).detail), 'error')));
    stream.cleaner.bypass(bypass.checked);
    connectMonitor();
    start.textContent = 'Stop microphone';
    record.disabled = false;
    showLearning();
    void listDevices();
    timer = window.setInterval(() => void showStats(), statsEveryMs);
    void showStats();
  }

  async function showStats(): Promise<void> {
    const cleaner = cleaned?.cleaner;
    if (!cleaner || !context) return;
    const [stats, picture] = await Promise.all([cleaner.stats(), cleaner.picture()]).catch(() => [null, null]);
    if (!stats || cleaner !== cleaned?.cleaner) return;
    input.show(stats.inputDb);
    output.show(stats.outputDb);
    spectrum.show(picture);
    facts.state.textContent = stats.cleaning ? 'cleaning' : cleaner.cleaning ? 'bypassed: the microphone goes through as it is' : 'not cleaning: the microphone goes through as it is';
    facts.speech.textContent = stats.speechPresence === null ? 'this preset does not tell' : `${Math.round(100 * stats.speechPresence)} %`;
    facts.reduction.textContent = decibels(stats.cleaning ? stats.reductionDb : 0);
    facts.latency.textContent = `${(cleaner.latency * 1000).toFixed(1)} ms`;
    facts.load.textContent = `${stats.loadPercent.toFixed(1)} % of the time there is`;
  }

  async function stop(): Promise<void> {
    clearInterval(timer);
    start.disabled = true;
    steppedDown = false;
    if (recorder?.state === 'recording') recorder.stop();
    await cleaned?.destroy();
    for (const t of microphone?.getTracks() ?? []) t.onended = null, t.stop();
    await context?.close();
    microphone = cleaned = context = null;
    start.disabled = false;
    showIdle();
  }

  /** From two seconds in which nobody speaks. */
  async function learnNoise(): Promise<void> {
    if (!cleaned) return;
    learnButton.disabled = true;
    say(`Learning: be silent for ${learnSeconds} seconds.`, 'note');
    try {
      settings.replace({ ...(await cleaned.cleaner.learn(learnSeconds)), lowLatency: undefined });
      say('The noise of this room has been learned.', 'note');
    } catch (e) {
      say(`Nothing was learned: ${reasonOf(e)}`, 'error');
    } finally {
      showLearning();
    }
  }

  function showLearning(): void {
    const learns = settings.recipe.chain.some((s) => effectInfo(s.effect).learns === 'stretch');
    learnButton.hidden = !learns;
    learnButton.disabled = !cleaned;
  }

  async function exchangeRecipe(): Promise<void> {
    steppedDown = false;
    await cleaned?.cleaner.recipe(recipe()).catch((e: unknown) => say(reasonOf(e), 'error'));
  }

  function connectMonitor(): void {
    if (!cleaned || !context) return;
    if (monitor.checked) cleaned.cleaner.connect(context.destination);
    else {
      try {
        cleaned.cleaner.disconnect(context.destination);
      } catch {
        // it was not connected
      }
    }
  }

  function startRecording(): void {
    if (!cleaned) return;
    const parts: Blob[] = [];
    const type = ['audio/webm;codecs=opus', 'audio/mp4'].find((t) => MediaRecorder.isTypeSupported(t)) ?? '';
    recorder = new MediaRecorder(new MediaStream(cleaned.getAudioTracks()), { mimeType: type, audioBitsPerSecond: 192_000 });
    recorder.ondataavailable = (e) => parts.push(e.data);
    recorder.onstop = () => {
      const name = `rinse-recording-${recordings.childElementCount + 1}.${type.startsWith('audio/mp4') ? 'm4a' : 'webm'}`;
      const blob = new Blob(parts, { type: type.split(';')[0] ?? '' });
      recordings.append(element('a', { href: URL.createObjectURL(blob), download: name, className: 'download' }, `Download ${name}`));
      recorder = null;
      record.textContent = 'Record';
    };
    recorder.start(1000);
    record.textContent = 'Stop recording';
  }
}
