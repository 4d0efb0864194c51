// @ts-check
// A short sound beside the words, never instead of them: one for yes, one for look, one for no.

/** @type {Record<string, number[]>} frequencies in hertz, one after another */
const TUNES = { good: [880, 1320], ask: [660, 660], stop: [330, 220] };
const STEP_S = 0.09;

/** @type {AudioContext | undefined} */
let context;

/** @param {string} tone good, ask or stop; anything else is silent */
export function sound(tone) {
  const tune = TUNES[tone];
  if (!tune || !globalThis.AudioContext) return;
  context ??= new AudioContext();
  const from = context.currentTime;
  tune.forEach((frequency, place) => {
    const oscillator = /** @type {AudioContext} */ (context).createOscillator();
    const volume = /** @type {AudioContext} */ (context).createGain();
    volume.gain.value = 0.15;
    oscillator.frequency.value = frequency;
    oscillator.connect(volume).connect(/** @type {AudioContext} */ (context).destination);
    oscillator.start(from + place * STEP_S);
    oscillator.stop(from + (place + 1) * STEP_S);
  });
}
