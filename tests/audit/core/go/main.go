// Verifies notes, receipts, consistency proofs and whole logs, in files or over HTTP, with
// golang.org/x/mod alone, which is what Go's checksum database is verified with. Exits with 1 and a
// reason when it does not hold.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("good")
}

func run(command, vkey string, files []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	keys := note.VerifierList(verifier)
	switch command {
	case "note":
		_, err := openFile(files[0], keys)
		return err
	case "proof":
		return proof(files[0], files[1], keys)
	case "consistency":
		return consistency(files[0], files[1], files[2], keys)
	case "log":
		return wholeLog(files, keys)
	}
	return fmt.Errorf("unknown command %q", command)
}

// open verifies a checkpoint and returns its tree.
func open(message []byte, keys note.Verifiers) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(message, keys)
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != opened.Sigs[0].Name {
		return tree, fmt.Errorf("not a checkpoint: %q", opened.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// read returns a file, or what a server answers; $TOKEN says to it who asks.
func read(name string) ([]byte, error) {
	if !strings.HasPrefix(name, "http://") {
		return os.ReadFile(name)
	}
	request, err := http.NewRequest("GET", name, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", name, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func openFile(name string, keys note.Verifiers) (tlog.Tree, error) {
	message, err := read(name)
	if err != nil {
		return tlog.Tree{}, err
	}
	return open(message, keys)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, line := range lines {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, fmt.Errorf("not a hash: %q", line)
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		found = append(found, hash)
	}
	return found, nil
}

func proof(receipt, leaf string, keys note.Verifiers) error {
	text, err := os.ReadFile(receipt)
	if err != nil {
		return err
	}
	record, err := os.ReadFile(leaf)
	if err != nil {
		return err
	}
	parts := bytes.SplitN(text, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return fmt.Errorf("not a receipt")
	}
	index, err := strconv.ParseInt(lines[1][6:], 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[2:])
	if err != nil {
		return err
	}
	tree, err := open(parts[1], keys)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(record))
}

func consistency(older, newer, proof string, keys note.Verifiers) error {
	old, err := openFile(older, keys)
	if err != nil {
		return err
	}
	tree, err := openFile(newer, keys)
	if err != nil {
		return err
	}
	text, err := read(proof)
	if err != nil {
		return err
	}
	path, err := hashes(strings.Fields(string(text)))
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash)
}

// folder reads tiles as tlog-tiles lays them out: like Go's, without the height in the path.
type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := read(string(f) + "/" + path)
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// wholeLog verifies the tiles against the checkpoint, and every entry against the tiles: all of
// them, or those from a place on, before which a log was pruned.
func wholeLog(words []string, keys note.Verifiers) error {
	place, begin := words[0], int64(0)
	tree, err := openFile(place+"/checkpoint", keys)
	if err == nil && len(words) > 1 {
		begin, err = strconv.ParseInt(words[1], 10, 64)
	}
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, folder(place))
	for first := begin; first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		var indexes []int64
		for i := int64(0); i < width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
		}
		signed, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		if err := entries(place, first, width, signed); err != nil {
			return err
		}
	}
	return nil
}

func entries(place string, first, width int64, signed []tlog.Hash) error {
	tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := read(place + "/" + path)
	if err != nil {
		return err
	}
	for i := int64(0); i < width; i++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("entry %d is cut", first+i)
		}
		length := 2 + int(binary.BigEndian.Uint16(data))
		if tlog.RecordHash(data[2:length]) != signed[i] {
			return fmt.Errorf("entry %d is not the signed one", first+i)
		}
		data = data[length:]
	}
	if len(data) > 0 {
		return fmt.Errorf("%s has bytes behind its last entry", path)
	}
	return nil
}
