package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A Cache is a folder with lowered files. It may be used by several goroutines and processes.
type Cache struct {
	dir string
	now func() time.Time
}

// Open returns the cache of the user. The folder is made if it is not there.
func Open() (*Cache, error) {
	dir := os.Getenv("EDOCACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("%w; set EDOCACHE to the name of a folder", err)
		}
		dir = filepath.Join(user, "edo")
	}
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("EDOCACHE is %q, and must be an absolute name", dir)
	}
	return OpenDir(dir)
}

// OpenDir returns the cache in the folder dir, which has an absolute name.
func OpenDir(dir string) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return &Cache{dir: dir, now: time.Now}, nil
}

// File is a lowered file in the cache.
type File struct {
	Path string // where it is
	Hash string // of its text
}

// PutFile keeps the text of a file, whose base name stays readable in the cache.
func (c *Cache) PutFile(base string, text []byte) (File, error) {
	hash := hashOf(text)
	path := c.path("files", hash, "-"+base)
	return File{path, hash}, c.write(path, text)
}

// Program is the name of a program's file in the cache, which the go command builds there.
func (c *Cache) Program(file string) string { return filepath.Join(c.dir, "bin", file) }

// Has reports whether a file is still in the cache, and whole, and keeps it there.
func (c *Cache) Has(f File) bool {
	text, err := os.ReadFile(f.Path)
	if err != nil || hashOf(text) != f.Hash {
		return false
	}
	c.touch(f.Path)
	return true
}

// Unit reads what was kept under a key into value. Without ok there is nothing.
func (c *Cache) Unit(key string, value any) (ok bool) {
	path := c.path("units", key, ".json")
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, value) != nil {
		return false
	}
	c.touch(path)
	return true
}

// PutUnit keeps a value under a key, the hash of all that the value was made from.
func (c *Cache) PutUnit(key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return c.write(c.path("units", key, ".json"), text)
}

// PutOverlay writes the file that the go command's flag -overlay names. The map leads from source files to what
// replaces them; an empty name deletes a file.
func (c *Cache) PutOverlay(replace map[string]string) (path string, err error) {
	text, err := json.MarshalIndent(struct{ Replace map[string]string }{replace}, "", "\t")
	if err != nil {
		return "", err
	}
	path = c.path("overlays", hashOf(text), ".json")
	return path, c.write(path, text)
}

// path is the name of an entry.
func (c *Cache) path(kind, hash, suffix string) string {
	return filepath.Join(c.dir, kind, hash[:2], hash+suffix)
}

// write makes an entry, unless it is there. Entries are named by their content, so the same one is not written twice.
// One that was torn by a failure of the system is replaced.
func (c *Cache) write(path string, text []byte) error {
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(text)) {
		if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
			c.touch(path)
			return nil
		}
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Chmod(temporary.Name(), 0o644) // other users may read it, as they may read the sources
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		os.Remove(temporary.Name())
	}
	return err
}

// touch says that an entry is in use. Its time is exact to an hour, which spares most writes.
func (c *Cache) touch(path string) {
	now := c.now()
	if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > time.Hour {
		os.Chtimes(path, now, now)
	}
}

// hashOf names a text.
func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
