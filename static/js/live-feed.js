/* <live-feed>: one stream of server-sent events for the tab. It carries topics, no content; each becomes an event on
   <body>, such as live:moved. When the server says "poll", all come every 5 s. A hidden tab closes its stream. */
const TOPICS = ["case", "moved", "acted", "told", "health"], MODES = ["live", "poll", "signed-out"];

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
    this.source = new EventSource(`${this.dataset.src}?since=${this.since}&about=${this.dataset.about}`);
    this.source.onmessage = (event) => this.hear(event.data.split(" "), event.lastEventId);
    this.source.onerror = () => this.lose();
  }

  close() {
    this.source?.close();
    for (const timer of [this.again, this.poll, this.late]) clearTimeout(timer);
  }

  hear(words, id) {
    if (words.includes("bye")) return this.lose();
    const mode = words.find((word) => MODES.includes(word));
    if (mode) this.enter(mode);
    if (!id) this.source.close(); // there is no stream here: this was all that it had to say
    this.since = id || this.since;
    if (this.tries > 1) this.say(this.dataset.back, 4000);
    this.tries = 0;
    this.tell(words.includes("all") ? TOPICS : words);
  }

  enter(mode) {
    clearTimeout(this.poll);
    this.dataset.state = mode;
    if (mode === "poll") this.poll = setInterval(() => this.tell(TOPICS), 5000);
  }

  lose() {
    this.close();
    this.tries += 1;
    this.dataset.state = "lost";
    this.again = setTimeout(() => this.open(), Math.min(1000 * 2 ** this.tries, 60_000) * (0.25 + Math.random() / 4));
    if (this.tries > 1) this.say(this.dataset.lost);
  }

  say(text, ms) {
    this.textContent = text;
    if (ms) this.late = setTimeout(() => { this.textContent = ""; }, ms);
  }

  tell(topics) { topics.forEach((topic) => document.body.dispatchEvent(new CustomEvent(`live:${topic}`))); }
}

customElements.define("live-feed", LiveFeed);
