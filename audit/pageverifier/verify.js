"use strict";
// Verifies receipts and case files in a browser, with nothing but its own cryptography (Web Crypto).
// The rules are those of bgverify; whatever could be read in two ways is tampering. Nothing leaves
// this page: its own policy forbids it every connection.

class Finding extends Error {
  constructor(code, sentence) { super(sentence); this.code = code; }
}
const tampered = (sentence) => new Finding(1, sentence);
const incomplete = (sentence) => new Finding(2, sentence);
const usage = (sentence) => new Finding(3, sentence);

const encoder = new TextEncoder();
const ZERO = new Uint8Array([0]), ONE = new Uint8Array([1]);
const COMMITMENT = encoder.encode("bg.payload.v1\0");
const NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;
const MOST_FILES = 20000, LARGEST = 128 * 1024 * 1024;

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) { all.set(part, place); place += part.length; }
  return all;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

function decoded(text) {
  let raw;
  try { raw = atob(text); } catch { throw tampered(`${JSON.stringify(text.slice(0, 40))} is no base64.`); }
  if (btoa(raw) !== text) throw tampered("A base64 text is written in an odd way.");
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

function words(bytes, what) {
  try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); } catch { throw tampered(`${what} is not UTF-8.`); }
}

function number(text) {
  const value = Number(text);
  if (!NUMBER.test(text) || !Number.isSafeInteger(value)) throw tampered(`${JSON.stringify(text.slice(0, 40))} is not a number as logs write it.`);
  return value;
}

// ---- keys and notes -------------------------------------------------------------------------

async function readKey(line) {
  const vkey = line.trim().replace(/^log\s+/, "");
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([0-9A-Za-z+/=]+)$/.exec(vkey);
  if (!match) throw usage("This is no key of a record. It is one line: name+id+key.");
  let typed;
  try { typed = decoded(match[3]); } catch { throw usage("The key cannot be read. Copy the whole line."); }
  const id = (await sha256(encoder.encode(`${match[1]}\n`), typed)).slice(0, 4);
  if (typed.length !== 33 || typed[0] !== 1 || hex(id) !== match[2]) throw usage("The key is not whole, or not that of a log. Copy the whole line.");
  let key;
  try {
    key = await crypto.subtle.importKey("raw", typed.slice(1), { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw usage(LACKS);
    throw usage("The key is no Ed25519 key.");
  }
  return { name: match[1], id, key, vkey };
}

const LACKS = "This browser cannot verify Ed25519 signatures. Use a newer one (Chrome or Edge 137, Firefox 129, Safari 17), or bgverify.pyz.";

function readNote(text) {
  const match = /^((?:[^\0-\x1f]*\n)+)\n((?:— [^\s+]+ [0-9A-Za-z+/=]{8,}\n)+)$/u.exec(text);
  if (!match) throw tampered("The note has no signature lines at its end, or odd signs.");
  const lines = match[2].slice(0, -1).split("\n").map((line) => line.split(" "));
  if (lines.length > 100) throw tampered("The note has more than 100 signature lines.");
  return { text: match[1], lines: lines.map(([, name, raw]) => [name, decoded(raw)]) };
}

async function openHead(text, key) {
  const note = readNote(text), lines = note.text.slice(0, -1).split("\n");
  if (lines.length < 3 || !lines.every(Boolean)) throw tampered("The checkpoint does not have three lines: origin, size and root.");
  const size = number(lines[1]), root = decoded(lines[2]);
  if (root.length !== 32) throw tampered("The root of the checkpoint is not the hash of a tree.");
  if (lines[0] !== key.name) throw tampered(`The checkpoint is of another log: ${lines[0]}.`);
  let signed = false;
  for (const [name, raw] of note.lines) {
    if (name !== key.name || !same(raw.slice(0, 4), key.id)) continue;
    const good = await crypto.subtle.verify({ name: "Ed25519" }, key.key, raw.slice(4), encoder.encode(note.text));
    if (!good) throw tampered(`The signature of ${name} does not fit the text above it.`);
    signed = true;
  }
  if (!signed) throw tampered("The key did not sign the checkpoint.");
  return { origin: lines[0], size, root };
}

// ---- receipts -------------------------------------------------------------------------------

function readReceipt(bytes) {
  const text = words(bytes, "The receipt"), cut = text.indexOf("\n\n");
  const above = (cut < 0 ? text : text.slice(0, cut)).split("\n");
  const first = above.shift();
  if (above[0]?.startsWith("extra ")) decoded(above.shift().slice(6));
  const [word, index, ...more] = (above.shift() ?? "").split(" ");
  if (first !== "c2sp.org/tlog-proof@v1" || word !== "index" || more.length || cut < 0) throw tampered("This is no receipt: it does not begin as one.");
  const path = above.map(decoded);
  if (path.length > 63 || path.some((hash) => hash.length !== 32)) throw tampered("This is no receipt: its hashes are not hashes.");
  return { index: number(index), path, checkpoint: text.slice(cut + 2) };
}

const half = (value) => Math.floor(value / 2);

async function checkInclusion(leafHash, index, size, path, root) {
  // RFC 9162, 2.1.3.2
  if (index >= size) throw tampered(`A log of ${size} entries has no entry ${index}.`);
  let fn = index, sn = size - 1, hash = leafHash;
  for (const step of path) {
    if (sn === 0) throw tampered(`The proof of entry ${index} has too many hashes.`);
    if (fn % 2 === 1 || fn === sn) {
      hash = await sha256(ONE, step, hash);
      while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
    } else {
      hash = await sha256(ONE, hash, step);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0 || !same(hash, root)) throw tampered(`The proof of entry ${index} does not lead to the signed root.`);
}

// ---- entries --------------------------------------------------------------------------------

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw tampered("A number has no exact form.");
  return JSON.stringify(value);
}

function readCanonical(bytes, what) {
  const text = words(bytes, what);
  let value, again;
  try { value = JSON.parse(text); again = canonical(value); } catch (error) {
    throw error instanceof Finding ? error : tampered(`${what} is not canonical JSON.`);
  }
  if (again !== text || /\\ud[89a-f]/i.test(text)) throw tampered(`${what} is not canonical JSON.`);
  return value;
}

const FORM = { actor: "string", at: "number", case: "string", ev: "string", id: "string", obj: "string", occ: "number", ov: "number", pc: "object", seq: "number", v: "number" };

function readLeaf(bytes, seq) {
  const fields = readCanonical(bytes, `Entry ${seq}`);
  const isObject = fields !== null && typeof fields === "object" && !Array.isArray(fields);
  if (!isObject || fields.v !== 1) throw tampered(`Entry ${seq} is not in the one known form of entries, version 1.`);
  const keys = Object.keys(fields);
  const formed = keys.length === Object.keys(FORM).length && keys.every((key) => typeof fields[key] === FORM[key]);
  if (!formed || fields.pc === null || Array.isArray(fields.pc) || Math.min(fields.at, fields.occ, fields.ov) < 0 || !/^[0-9a-f]{32}$/.test(fields.id)) {
    throw tampered(`Entry ${seq} has other fields than an entry has.`);
  }
  for (const [part, each] of Object.entries(fields.pc)) {
    if (!/^[a-z]$/.test(part) || !/^[0-9a-f]{64}$/.test(each)) throw tampered(`Entry ${seq} commits to its payload in an unknown way.`);
  }
  if (fields.seq !== seq) throw tampered(`Entry ${seq} says that it is entry ${fields.seq}.`);
  return fields;
}

async function verifyReceipt(receipt, leaf, key) {
  const { index, path, checkpoint } = readReceipt(receipt);
  const head = await openHead(checkpoint, key);
  await checkInclusion(await sha256(ZERO, leaf), index, head.size, path, head.root);
  return { entry: readLeaf(leaf, index), head };
}

// ---- case files -----------------------------------------------------------------------------

const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function readZip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw usage("This is no case file: it is not a zip.");
  const count = view.getUint16(end + 10, true), files = new Map();
  let place = view.getUint32(end + 16, true);
  if (count > MOST_FILES || count === 0xffff || place === 0xffffffff) throw tampered("The bundle has too many files; use bgverify.pyz.");
  for (let index = 0; index < count; index += 1) {
    if (place + 46 > end || view.getUint32(place, true) !== 0x02014b50) throw tampered("The list of files in the bundle is broken.");
    const [method, crc, size, plain] = [view.getUint16(place + 10, true), view.getUint32(place + 16, true), view.getUint32(place + 20, true), view.getUint32(place + 24, true)];
    const [nameLength, extra, comment, local] = [view.getUint16(place + 28, true), view.getUint16(place + 30, true), view.getUint16(place + 32, true), view.getUint32(place + 42, true)];
    const name = words(bytes.subarray(place + 46, place + 46 + nameLength), "A name in the bundle");
    if (/(^|\/)(\.{0,2})(\/|$)/.test(name.replace(/\/+$/, "")) || /[\\:]/.test(name)) throw tampered(`${JSON.stringify(name)} in the bundle leads out of it.`);
    if (files.has(name)) throw tampered("A name stands twice in the bundle.");
    if (method !== 0 || size !== plain) throw usage("This page reads case files as they were given out; this one was packed anew. Use bgverify.pyz.");
    if (local + 30 > end || view.getUint32(local, true) !== 0x04034b50) throw tampered("A file of the bundle is broken.");
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const data = bytes.subarray(begin, begin + size);
    if (data.length !== size || crc32(data) !== crc) throw tampered(`${name} in the bundle is damaged.`);
    files.set(name, data);
    place += 46 + nameLength + extra + comment;
  }
  return files;
}

function names(files, folder) {
  return [...files.keys()].filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1));
}

async function openPayloads(files, entry, found) {
  for (const [part, committed] of Object.entries(entry.pc)) {
    const body = files.get(`payloads/${entry.seq}.${part}.json`), salt = files.get(`payloads/${entry.seq}.${part}.salt`);
    if (!body && !salt) { found.missing.push([entry.seq, part]); continue; }
    const hash = hex(await sha256(COMMITMENT, salt ?? new Uint8Array(), body ?? new Uint8Array()));
    if (salt?.length !== 32 || hash !== committed) throw tampered(`Entry ${entry.seq}: its payload '${part}' is not the committed one.`);
    found.opened += 1;
    entry.words = { ...entry.words, [part]: JSON.parse(words(body, "A payload")) };
  }
  if (entry.ev === "audit.erased" && entry.words?.d) found.erasures.push([entry.seq, entry.words.d]);
}

const covers = (said, seq, part) => said.compartment === part
  && ((said.range && said.range[0] <= seq && seq <= said.range[1]) || (said.seqs ?? []).includes(seq));

async function verifyCase(bytes, key) {
  const files = readZip(bytes), note = files.get("checkpoint");
  const seqs = names(files, "proofs").map((name) => number(name.split(".")[0])).sort((a, b) => a - b);
  if (!seqs.length) throw usage("This is a whole record, not a case. Use bgverify.pyz.");
  if (!note) throw incomplete("There is no checkpoint.");
  const head = await openHead(words(note, "The checkpoint"), key);
  const found = { opened: 0, missing: [], erasures: [] }, entries = [], lasts = new Map();
  let before = 0;
  for (const seq of seqs) {
    const receipt = files.get(`proofs/${seq}.tlog-proof`), leaf = files.get(`entries/${seq}.json`);
    if (!receipt || !leaf) throw incomplete(`Entry ${seq} is not there together with its receipt.`);
    const { entry, head: own } = await verifyReceipt(receipt, leaf, key);
    if (entry.seq !== seq) throw incomplete(`Entry ${seq} is not there together with its receipt.`);
    if (!same(own.root, head.root)) throw tampered(`The receipt of entry ${seq} is of another checkpoint than the bundle.`);
    if (entry.case) {
      const due = (lasts.get(entry.obj) ?? 0) + 1;
      if (entry.at < before) throw tampered(`Entry ${seq} has an earlier time than the entry before it.`);
      if (entry.ov !== due) throw tampered(`Entry ${seq} is event ${entry.ov} of ${entry.obj}, but event ${due} is due: one was removed, or never entered.`);
      lasts.set(entry.obj, entry.ov);
      before = entry.at;
    }
    await openPayloads(files, entry, found);
    entries.push(entry);
  }
  if (names(files, "entries").length !== entries.length) throw incomplete("There are entries without a receipt.");
  for (const [seq, part] of found.missing) {
    if (!found.erasures.some(([by, said]) => seq < by && covers(said, seq, part))) throw tampered(`Entry ${seq}: its payload '${part}' is missing, but not erased.`);
  }
  return { head, entries, found };
}

// ---- the page -------------------------------------------------------------------------------

const WORDS = { 0: "GOOD", 1: "TAMPERED", 2: "INCOMPLETE", 3: "NOT ASKED RIGHT" };
const time = (microseconds) => new Date(microseconds / 1000).toISOString().replace("T", " ").replace("Z", " UTC");

async function bytesOf(file) {
  if (file.size > LARGEST) throw usage(`${file.name} is too large for this page. Use bgverify.pyz.`);
  return new Uint8Array(await file.arrayBuffer());
}

async function verify(vkey, chosen) {
  if (!globalThis.crypto?.subtle) throw usage("Open this page as a file of your own, or over https: browsers give it no cryptography otherwise.");
  const key = await readKey(vkey), files = [...chosen];
  if (!files.length) throw usage("Choose a case file, or a receipt together with its entry.");
  const all = await Promise.all(files.map(async (file) => [file, await bytesOf(file)]));
  const is = ([, bytes], begin) => words(bytes.subarray(0, begin.length), "x") === begin;
  const isZip = ([, bytes]) => bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (all.length === 1 && isZip(all[0])) {
    const { head, entries, found } = await verifyCase(all[0][1], key);
    const cases = [...new Set(entries.map((entry) => entry.case).filter(Boolean))].sort().join(", ");
    return { said: [`${entries.length} entries of ${cases}, among the ${head.size} of ${head.origin}.`, `Payloads: ${found.opened} opened, ${found.missing.length} erased.`], entries };
  }
  const receipts = all.filter((each) => { try { return is(each, "c2sp.org/tlog-proof"); } catch { return false; } });
  if (all.length !== 2 || receipts.length !== 1) throw usage("Choose a case file (.zip), or two files: a receipt (.tlog-proof) and its entry (.json).");
  const leaf = all.find((each) => each !== receipts[0]);
  const { entry, head } = await verifyReceipt(receipts[0][1], leaf[1], key);
  return { said: [`entry ${entry.seq} of the ${head.size} of ${head.origin}.`, `It is ${entry.ev}, event ${entry.ov} of ${entry.obj}.`], entries: [entry] };
}

function row(entry) {
  const line = document.getElementById("line").content.cloneNode(true), cells = line.querySelectorAll("td, th");
  const told = [entry.seq, time(entry.at), entry.ev, `${entry.actor} → ${entry.obj}`];
  told.forEach((text, index) => { cells[index].textContent = text; });
  line.querySelector("pre").textContent = JSON.stringify(entry.words ?? {}, null, 1);
  if (!entry.words) line.querySelector("details").remove();
  return line;
}

async function run(event) {
  event.preventDefault();
  const verdict = document.getElementById("verdict"), said = document.getElementById("said"), table = document.getElementById("entries");
  const form = event.target;
  verdict.textContent = "…";
  said.replaceChildren();
  table.hidden = true;
  let code = 0, lines, entries = [];
  try {
    ({ said: lines, entries } = await verify(form.elements.key.value, form.elements.files.files));
  } catch (error) {
    code = error instanceof Finding ? error.code : 1;
    lines = [error instanceof Finding ? error.message : `It cannot be read (${error.name}: ${error.message}).`];
  }
  verdict.textContent = WORDS[code];
  document.getElementById("result").dataset.code = code;
  for (const text of lines) said.append(Object.assign(document.createElement("p"), { textContent: text }));
  table.querySelector("tbody").replaceChildren(...entries.map(row));
  table.hidden = !entries.length;
  verdict.focus();
}

document.querySelector("form").addEventListener("submit", run);
