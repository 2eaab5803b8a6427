package disk

import (
	"io/fs"
	"os"
	"runtime"
)

// Dir is a directory of the machine as an FS. No name leads out of it, not by a symbolic link
// either. Its methods are those of [os.Root].
type Dir struct{ root *os.Root }

var _ FS = (*Dir)(nil)

// OpenDir opens a directory, which must be there. The caller closes it.
func OpenDir(dir string) (*Dir, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Dir{root}, nil
}

// Close closes the directory, and no file.
func (d *Dir) Close() error { return d.root.Close() }

func (d *Dir) Open(name string) (fs.File, error) { return d.root.FS().Open(name) }

func (d *Dir) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := d.root.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d *Dir) Create(name string) (File, error) {
	return d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

func (d *Dir) Stat(name string) (fs.FileInfo, error)             { return d.root.Stat(name) }
func (d *Dir) ReadFile(name string) ([]byte, error)              { return fs.ReadFile(d.root.FS(), name) }
func (d *Dir) ReadDir(name string) ([]fs.DirEntry, error)        { return fs.ReadDir(d.root.FS(), name) }
func (d *Dir) Mkdir(name string, perm fs.FileMode) error         { return d.root.Mkdir(name, perm) }
func (d *Dir) MkdirAll(name string, perm fs.FileMode) error      { return d.root.MkdirAll(name, perm) }
func (d *Dir) Remove(name string) error                          { return d.root.Remove(name) }
func (d *Dir) RemoveAll(name string) error                       { return d.root.RemoveAll(name) }
func (d *Dir) Rename(from, to string) error                      { return d.root.Rename(from, to) }
func (d *Dir) WriteFile(n string, p []byte, m fs.FileMode) error { return d.root.WriteFile(n, p, m) }

func (d *Dir) Truncate(name string, size int64) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Truncate(size)
}

// SyncDir syncs a directory. Windows has no such call, and its names need none.
func (d *Dir) SyncDir(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
