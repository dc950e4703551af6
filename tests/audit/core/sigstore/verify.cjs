// Verifies a receipt with Sigstore's own code: node verify.cjs MODULES VKEY RECEIPT LEAF
// Exits with 1 when it does not hold.
const { createPublicKey } = require("node:crypto");
const { readFileSync } = require("node:fs");

const [modules, vkey, receiptFile, leafFile] = process.argv.slice(2);
const dist = `${modules}/@sigstore/verify/dist/tlog`;
const { verifyCheckpoint } = require(`${dist}/checkpoint.js`);
const { verifyMerkleInclusion } = require(`${dist}/merkle.js`);

const [, name, id, key] = vkey.match(/^([^+]+)\+([^+]+)\+(.*)$/);
const prefix = Buffer.from("302a300506032b6570032100", "hex"); // an Ed25519 key follows, says DER
const publicKey = createPublicKey({
  key: Buffer.concat([prefix, Buffer.from(key, "base64").subarray(1)]),
  format: "der",
  type: "spki",
});
const receipt = readFileSync(receiptFile, "utf8");
const split = receipt.indexOf("\n\n");
const [, index, ...path] = receipt.slice(0, split).split("\n");
const entry = {
  canonicalizedBody: readFileSync(leafFile),
  inclusionProof: {
    logIndex: index.replace("index ", ""),
    hashes: path.map((hash) => Buffer.from(hash, "base64")),
    checkpoint: { envelope: receipt.slice(split + 2) },
  },
};
const log = { logID: Buffer.from(id, "hex"), baseURL: `https://${name}`, publicKey };

try {
  verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]));
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
console.log("good");
