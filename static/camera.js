// @ts-check
// The camera as a scanner: QR and DataMatrix, read on this device by zxing in WebAssembly. Nothing leaves the page
// but the text of a code; the reader is fetched from this service when the camera is first opened.

const FORMATS = ["qr_code", "data_matrix"];
const PAUSE_MS = 80;
const SAME_MS = 2500; // a code that stays before the lens is one scan

/** @type {Promise<any> | undefined} */
let reader;

/** @param {{script: string, integrity: string, wasm: string}} from */
function loadReader(from) {
  reader ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: from.script, integrity: from.integrity, crossOrigin: "anonymous" });
    script.onload = () => {
      const api = /** @type {any} */ (globalThis).BarcodeDetectionAPI;
      api.prepareZXingModule({ overrides: { locateFile: () => from.wasm }, fireImmediately: true })
        .then(() => resolve(new api.BarcodeDetector({ formats: FORMATS })), reject);
    };
    script.onerror = () => reject(new DOMException("", "NetworkError"));
    document.head.append(script);
  }).catch((error) => {
    reader = undefined; // the next press tries again
    throw error;
  });
  return reader;
}

/**
 * Why there is no picture, as one of the sentences the page has: insecure, refused, absent, busy, failed.
 * @param {unknown} error
 */
export function whyNot(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "absent";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "failed";
}

/**
 * Open the camera and tell every new code.
 * @param {HTMLVideoElement} video
 * @param {{script: string, integrity: string, wasm: string}} from
 * @param {(text: string) => void} found
 * @param {() => void} ended the camera was unplugged or taken away
 * @returns {Promise<{stop: () => void, light: (() => Promise<void>) | null}>}
 */
export async function open(video, from, found, ended) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotFoundError");
  const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  const [track] = stream.getVideoTracks();
  const stop = () => {
    running = false;
    track.stop();
    video.srcObject = null;
  };
  let running = true;
  /** @type {Map<string, number>} when each code was last before the lens */
  const seen = new Map();
  track.addEventListener("ended", ended);
  try {
    video.srcObject = stream;
    const [detector] = await Promise.all([loadReader(from), video.play()]);
    (async function look() {
      if (!running) return;
      const codes = await detector.detect(video).catch(() => []);
      for (const { rawValue } of running ? codes : []) {
        const before = seen.get(rawValue) ?? -SAME_MS;
        seen.set(rawValue, performance.now());
        if (performance.now() - before >= SAME_MS) found(rawValue);
      }
      setTimeout(look, PAUSE_MS);
    })();
  } catch (error) {
    stop();
    throw error;
  }
  return { stop, light: lightOf(track) };
}

/** A way to switch the camera's light, where it has one. @param {MediaStreamTrack} track */
function lightOf(track) {
  const able = /** @type {any} */ (track.getCapabilities?.() ?? {});
  if (!able.torch) return null;
  let on = false;
  return async () => {
    on = !on;
    await track.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: on }] }));
  };
}
