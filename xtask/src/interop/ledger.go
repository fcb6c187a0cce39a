// Checks a ledger with the packages that Go's module tools use: golang.org/x/mod/sumdb, which know
// nothing of issei. In: a folder, the log's key, the witnesses' keys. Out: figures, a line each.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// height is that of the standard's tiles: 2^8 hashes.
const height = 8

// witness verifies cosignature/v1, which the note package leaves to its users.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, append([]byte(head), msg...), sig[8:])
}

func parseWitness(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("a witness's key has three parts")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("a witness's key is 4 and 32 bytes")
	}
	return witness{parts[0], uint32(hash), key[1:]}, nil
}

// files reads tiles where C2SP tlog-tiles puts them: as the package does, but without the height.
type files struct{ folder string }

func (f files) Height() int                     { return height }
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// open verifies a note by all the keys and reads the tree in it.
func open(path string, keys []note.Verifier) (tree tlog.Tree, signatures int, err error) {
	msg, err := os.ReadFile(path)
	if err != nil {
		return tree, 0, err
	}
	opened, err := note.Open(msg, note.VerifierList(keys...))
	if err != nil {
		return tree, 0, err
	}
	lines := strings.SplitN(opened.Text, "\n", 2)
	if lines[0] != keys[0].Name() {
		return tree, 0, errors.New("another log's checkpoint")
	}
	tree, err = tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	return tree, len(opened.Sigs), err
}

// leaves reads the bundle of that number.
func leaves(folder string, number, size int64) ([][]byte, error) {
	width := int(1 << height)
	if rest := size - number<<height; rest < int64(width) {
		width = int(rest)
	}
	tile := tlog.Tile{H: height, L: -1, N: number, W: width}
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s breaks off", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		all, data = append(all, data[2:end]), data[end:]
	}
	if len(all) != width {
		return nil, fmt.Errorf("%s holds %d leaves, not %d", path, len(all), width)
	}
	return all, nil
}

func check(folder string, keys []note.Verifier) error {
	tree, signatures, err := open(filepath.Join(folder, "checkpoint"), keys)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, files{folder})
	var entries int64
	for number := int64(0); number<<height < tree.N; number++ {
		all, err := leaves(folder, number, tree.N)
		if err != nil {
			return err
		}
		for _, leaf := range all {
			proof, err := tlog.ProveRecord(tree.N, entries, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, entries, tlog.RecordHash(leaf)); err != nil {
				return fmt.Errorf("entry %d: %v", entries, err)
			}
			entries++
		}
	}
	earlier, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*"))
	if err != nil {
		return err
	}
	for _, path := range earlier {
		old, _, err := open(path, keys)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old.N, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
	}
	fmt.Printf("signatures %d\nentries %d\ncheckpoints %d\nroot %v\n", signatures, entries, len(earlier), tree.Hash)
	return nil
}

func main() {
	log, err := note.NewVerifier(os.Args[2])
	keys := []note.Verifier{log}
	for _, text := range os.Args[3:] {
		if err != nil {
			break
		}
		var key note.Verifier
		key, err = parseWitness(text)
		keys = append(keys, key)
	}
	if err == nil {
		err = check(os.Args[1], keys)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
