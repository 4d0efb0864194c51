// @ts-check
/* What became of a prescription, as it happens. The stream only says that something changed; what is shown is this
 * page's own address, looked at again, of which the parts marked `data-news` are taken. Without it a reload does the same.
 */

const MOST_FAILURES = 5;

const told = /** @type {HTMLElement | null} */ (document.querySelector("[data-live-news]"));
let looking = false;
let again = false;

async function look() {
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Background": "1" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const fresh of page.querySelectorAll("[data-news][id]")) {
      const old = document.getElementById(fresh.id);
      if (!old || old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) continue;
      old.replaceChildren(...document.importNode(fresh, true).childNodes);
      old.classList.add("changed");
    }
    document.dispatchEvent(new Event("htmx:after:swap")); // tables are labelled again
  } catch {
    // The line is away; the stream comes back by itself and looks again.
  } finally {
    looking = false;
    if (again) {
      again = false;
      void look();
    }
  }
}

function listen() {
  if (!told) return;
  const stream = new EventSource("/prescriber/live");
  let failures = 0;
  let lost = false;
  stream.addEventListener("ready", () => {
    failures = 0;
    told.hidden = false;
    if (lost) void look(); // whatever was missed
    lost = false;
  });
  stream.addEventListener("changed", () => void look());
  stream.addEventListener("ended", () => {
    stream.close();
    told.hidden = true;
  });
  stream.addEventListener("error", () => {
    lost = true;
    told.hidden = true;
    failures += 1;
    if (stream.readyState === EventSource.CLOSED || failures > MOST_FAILURES) stream.close();
  });
  addEventListener("pagehide", () => stream.close());
}

listen();
