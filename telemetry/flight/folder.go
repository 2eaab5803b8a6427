package flight

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// folder has the files. Their names begin with the time, and so sort by it:
//
//	edo-20260102T150405.123456Z-panic.trace
//
// A file is written under a temporary name, and gets its own when it is whole.
type folder struct {
	dir      string
	maxFiles int
	maxBytes int64
}

const (
	prefix = "edo-"
	suffix = ".trace"
	unborn = ".part" // of a file that is being written
)

// write writes what from has to a file, and removes the oldest ones.
func (f *folder) write(at time.Time, kind string, from io.WriterTo) (file string, err error) {
	name := prefix + at.UTC().Format("20060102T150405.000000Z") + "-" + kind + suffix
	file = filepath.Join(f.dir, name)
	if err := os.MkdirAll(f.dir, 0o755); err != nil { // it was there at the start
		return "", fmt.Errorf("flight: %w", err)
	}
	if err := f.writePart(file+unborn, from); err != nil {
		os.Remove(file + unborn)
		return "", fmt.Errorf("flight: %w", err)
	}
	if err := os.Rename(file+unborn, file); err != nil {
		os.Remove(file + unborn)
		return "", fmt.Errorf("flight: %w", err)
	}
	if err := f.prune(name); err != nil {
		return "", fmt.Errorf("flight: %s was written, but an older one cannot be removed: %w", file, err)
	}
	return file, nil
}

// writePart writes the file under its temporary name.
func (f *folder) writePart(file string, from io.WriterTo) (err error) {
	part, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if e := part.Close(); err == nil {
			err = e
		}
	}()
	_, err = from.WriteTo(&limited{part, f.maxBytes})
	return err
}

// limited is a writer of so many bytes.
type limited struct {
	to   io.Writer
	left int64
}

// Write writes all of p, or nothing.
func (l *limited) Write(p []byte) (int, error) {
	if int64(len(p)) > l.left {
		return 0, errors.New("the window is larger than Config.MaxBytes: a smaller Config.Window or WindowBytes helps")
	}
	n, err := l.to.Write(p)
	l.left -= int64(n)
	return n, err
}

// prune removes the oldest files until there are maxFiles, and what a process that was killed has
// left unfinished. The file with the name stays.
func (f *folder) prune(name string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		switch n := e.Name(); {
		case !strings.HasPrefix(n, prefix) || n == name || !e.Type().IsRegular():
		case strings.HasSuffix(n, suffix):
			names = append(names, n)
		case strings.HasSuffix(n, suffix+unborn) && f.isAbandoned(e):
			err = errors.Join(err, remove(filepath.Join(f.dir, n)))
		}
	}
	slices.Sort(names)
	for len(names) > max(0, f.maxFiles-1) {
		err = errors.Join(err, remove(filepath.Join(f.dir, names[0])))
		names = names[1:]
	}
	return err
}

// isAbandoned reports whether no process can still write the file: it is an hour old.
func (f *folder) isAbandoned(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > time.Hour
}

// remove removes a file, which another process may have removed already.
func remove(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// checkKind requires that kind can be part of a file's name.
func checkKind(kind string) error {
	isOther := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}
	if kind == "" || len(kind) > 64 || strings.ContainsFunc(kind, isOther) {
		return fmt.Errorf("flight: the kind %q is not of 1 to 64 letters and digits", kind)
	}
	return nil
}
