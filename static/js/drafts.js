/* Drafts in this browser, for a day. Any page forgets what was sent: the cookie `sent` names its token. */
const DAY = 86_400_000;

export function read(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

export function write(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch { /* A browser without room or leave to keep things: the form works all the same. */ }
}

for (const key of Object.keys(globalThis.localStorage ?? {}).filter((each) => each.startsWith("draft:"))) {
  const draft = read(key);
  const sent = document.cookie.split("; ").includes(`sent=${draft?.fields?.once}`);
  if (!draft?.fields || sent || Math.abs(Date.now() - draft.at) > DAY) write(key, null);
}
