/* <relative-time><time datetime>: keeps "3 min ago" true. <live-clock><time>: keeps the clock true.
   Both trust the server: they move by what has passed since the page came, not by this machine's clock. */
const born = performance.now();
const served = performance.timeOrigin;

function words(seconds) {
  const length = Math.abs(seconds), told = document.querySelector("live-clock")?.dataset;
  if (!told) return null;
  if (length < 5) return told.now;
  const mins = Math.floor(length / 60), hours = Math.floor(mins / 60);
  let said = `${Math.round(length)} s`;
  if (length >= 60) said = `${mins} min`;
  if (hours) said = mins % 60 ? `${hours} h ${mins % 60} min` : `${hours} h`;
  if (document.dir === "rtl") said = `\u2068${said}\u2069`;
  return (seconds > 0 ? told.in : told.ago).replace("…", said);
}

class RelativeTime extends HTMLElement {
  connectedCallback() {
    this.time = this.querySelector("time");
    this.timer = setInterval(() => this.tick(), 10_000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const clock = document.querySelector("live-clock");
    const now = clock?.now() ?? served + performance.now();
    const seconds = (Date.parse(this.time.dateTime) - now) / 1000;
    if (Math.abs(seconds) < 86_400) this.time.textContent = words(seconds) ?? this.time.textContent;
  }
}

class LiveClock extends HTMLElement {
  connectedCallback() {
    this.time = this.querySelector("time");
    this.start = Date.parse(this.time.dateTime);
    const [hours, mins] = this.time.textContent.split(":").map(Number);
    this.local = hours * 60 + mins - Math.floor(this.start / 60_000);
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  now() {
    return this.start + performance.now() - born;
  }

  tick() {
    const mins = (((Math.floor(this.now() / 60_000) + this.local) % 1440) + 1440) % 1440;
    this.time.textContent = [mins / 60, mins % 60].map((n) => String(Math.floor(n)).padStart(2, "0")).join(":");
  }
}

customElements.define("live-clock", LiveClock);
customElements.define("relative-time", RelativeTime);
