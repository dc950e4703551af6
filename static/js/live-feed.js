/* <live-feed data-src data-since data-shows data-lost data-back>: one stream of server-sent events for the tab. It
   carries topics, no content; each becomes an event on <body>, such as live:moved. Without the signal behind it the
   server says "poll": then all come every 5 s. A hidden tab closes its stream, and catches up when shown again. */
const TOPICS = ["case", "moved", "acted", "told", "health"];

class LiveFeed extends HTMLElement {
  connectedCallback() {
    this.since = this.dataset.since;
    this.tries = 0;
    document.addEventListener("visibilitychange", () => this.turn());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.turn());
    this.turn();
  }

  turn() {
    clearTimeout(this.hush);
    if (document.hidden) this.hush = setTimeout(() => this.close(), 5000);
    else if (this.source?.readyState !== EventSource.OPEN) this.open();
  }

  open() {
    this.close();
    const query = new URLSearchParams({ since: this.since, shows: this.dataset.shows || "" });
    this.source = new EventSource(`${this.dataset.src}?${query}`);
    this.source.onmessage = (event) => this.hear(event.data.split(" "), event.lastEventId);
    this.source.onerror = () => this.lose();
  }

  close() {
    this.source?.close();
    for (const timer of [this.again, this.poll, this.late]) clearTimeout(timer);
  }

  hear(words, id) {
    if (words.includes("bye")) return this.lose();
    if (words.some((word) => ["live", "poll", "signed-out"].includes(word))) clearTimeout(this.poll);
    if (words.includes("poll")) this.poll = setInterval(() => this.tell(TOPICS), 5000);
    if (!id) this.source.close(); // there is no stream here: this was all that it had to say
    this.since = id || this.since;
    if (this.tries > 1) this.say(this.dataset.back, 4000);
    this.tries = 0;
    this.tell(words.includes("all") ? TOPICS : words);
  }

  lose() {
    this.close();
    this.tries += 1;
    this.again = setTimeout(() => this.open(), Math.min(1000 * 2 ** this.tries, 60_000) * (0.25 + Math.random() / 4));
    if (this.tries > 1) this.say(this.dataset.lost);
  }

  say(text, ms) {
    this.textContent = text;
    if (ms) this.late = setTimeout(() => { this.textContent = ""; }, ms);
  }

  tell(topics) {
    for (const topic of topics) document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
  }
}

customElements.define("live-feed", LiveFeed);
