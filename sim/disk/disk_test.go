package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/edo-go/edo/sim/disk"
)

// both runs a test on a Disk and on a directory of the machine.
func both(t *testing.T, test func(t *testing.T, d disk.FS)) {
	t.Run("disk", func(t *testing.T) { test(t, disk.New(disk.Config{})) })
	t.Run("machine", func(t *testing.T) {
		d, err := disk.OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		test(t, d)
	})
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestBothAreFileSystems(t *testing.T) {
	both(t, func(t *testing.T, d disk.FS) {
		if err := errors.Join(d.MkdirAll("a/b", 0o755), d.WriteFile("a/b/c", []byte("text"), 0o644), d.WriteFile("x", nil, 0o644)); err != nil {
			t.Fatal(err)
		}
		if err := fstest.TestFS(d, "a/b/c", "x"); err != nil {
			t.Fatal(err)
		}
	})
}

// Each row is a call and what its error must be.
func TestErrorsAreThoseOfTheMachine(t *testing.T) {
	both(t, func(t *testing.T, d disk.FS) {
		if err := errors.Join(d.MkdirAll("dir/in", 0o755), d.WriteFile("file", []byte("text"), 0o644)); err != nil {
			t.Fatal(err)
		}
		open := func(name string, flag int) error {
			f, err := d.OpenFile(name, flag, 0o644)
			if err == nil {
				f.Close()
			}
			return err
		}
		for i, c := range []struct {
			got, want error
		}{
			{open("none", os.O_RDONLY), fs.ErrNotExist},
			{open("file", os.O_CREATE|os.O_EXCL|os.O_RDWR), fs.ErrExist},
			{open("dir", os.O_RDWR), syscall.EISDIR},
			{open("file/below", os.O_RDONLY), syscall.ENOTDIR},
			{open("none/below", os.O_RDWR|os.O_CREATE), fs.ErrNotExist},
			{d.Mkdir("dir", 0o755), fs.ErrExist},
			{d.Mkdir("none/below", 0o755), fs.ErrNotExist},
			{d.MkdirAll("dir/in", 0o755), nil},
			{d.MkdirAll("file/below", 0o755), syscall.ENOTDIR},
			{d.Remove("dir"), syscall.ENOTEMPTY},
			{d.Remove("none"), fs.ErrNotExist},
			{d.RemoveAll("none"), nil},
			{d.Rename("none", "other"), fs.ErrNotExist},
			{d.Rename("file", "dir"), fs.ErrExist},
			{d.Rename("dir", "file"), syscall.ENOTDIR},
			{d.Rename("dir", "dir/in/below"), syscall.EINVAL},
			{d.Truncate("none", 1), fs.ErrNotExist},
			{d.SyncDir("."), nil},
			{d.SyncDir("none"), fs.ErrNotExist},
		} {
			if !errors.Is(c.got, c.want) && !(c.want == fs.ErrExist && errors.Is(c.got, syscall.EISDIR)) {
				t.Errorf("row %d: got %v, want %v", i, c.got, c.want)
			}
		}
	})
}

// A random program on both must see the same.
func TestTheDiskDoesWhatTheMachineDoes(t *testing.T) {
	for seed := range uint64(60) {
		real := must[*disk.Dir](t)(disk.OpenDir(t.TempDir()))
		ours := disk.New(disk.Config{Seed: seed})
		r := rand.New(rand.NewPCG(seed, 1))
		names := []string{"a", "b", "d/a", "d/b", "d/e/a", "d", "d/e"}
		for step := range 60 {
			name, other := names[r.IntN(len(names))], names[r.IntN(len(names))]
			kind, size, at := r.IntN(9), r.IntN(9000), r.Int64N(6000)
			data := bytes.Repeat([]byte{byte('a' + step%26)}, size)
			do := func(d disk.FS) string {
				switch kind {
				case 0:
					return errText(d.WriteFile(name, data, 0o644))
				case 1:
					return errText(d.Mkdir(name, 0o755))
				case 2:
					return errText(d.Remove(name))
				case 3:
					return errText(d.Rename(name, other))
				case 4:
					return errText(d.Truncate(name, at))
				case 5:
					f, err := d.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
					if err != nil {
						return errText(err)
					}
					defer f.Close()
					n, err := f.WriteAt(data[:size/4], at)
					return fmt.Sprint(n, errText(err))
				case 6:
					f, err := d.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
					if err != nil {
						return errText(err)
					}
					defer f.Close()
					n, err := f.Write(data[:size/4])
					return fmt.Sprint(n, errText(err))
				case 7:
					return errText(d.MkdirAll(name, 0o755))
				}
				return errText(d.RemoveAll(name))
			}
			if got, want := do(ours), do(real); got != want {
				t.Fatalf("seed %d, step %d, call %d of %s and %s: got %s, want %s", seed, step, kind, name, other, got, want)
			}
		}
		if got, want := content(t, ours), content(t, real); got != want {
			t.Fatalf("seed %d: the disk has\n%s\nthe machine\n%s", seed, got, want)
		}
		real.Close()
	}
}

// errText is what both must agree about of an error.
func errText(err error) string {
	for _, kind := range []error{nil, fs.ErrNotExist, fs.ErrExist} {
		if errors.Is(err, kind) {
			return fmt.Sprint(kind)
		}
	}
	return "another error"
}

// content returns all that a file system has.
func content(t *testing.T, d disk.FS) string {
	var b bytes.Buffer
	err := fs.WalkDir(d, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			fmt.Fprintln(&b, name, err)
			return err
		}
		p, err := d.ReadFile(name)
		fmt.Fprintf(&b, "%s %x\n", name, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAReadContinuesAndASeekMoves(t *testing.T) {
	both(t, func(t *testing.T, d disk.FS) {
		f := must[disk.File](t)(d.Create("f"))
		must[int](t)(f.Write([]byte("0123456789")))
		must[int64](t)(f.Seek(-4, io.SeekEnd))
		if got := string(must[[]byte](t)(io.ReadAll(f))); got != "6789" {
			t.Fatalf("read %q", got)
		}
		p := make([]byte, 4)
		if n, err := f.ReadAt(p, 8); n != 2 || err != io.EOF {
			t.Fatalf("ReadAt across the end: %d, %v", n, err)
		}
		if _, err := f.Seek(-1, io.SeekStart); err == nil {
			t.Fatal("a position before the file")
		}
		f.Close()
		if _, err := f.Write(p); !errors.Is(err, fs.ErrClosed) {
			t.Fatalf("a write to a closed file: %v", err)
		}
	})
}

func write(t *testing.T, d *disk.Disk, name, data string, syncs bool) {
	t.Helper()
	f := must[disk.File](t)(d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644))
	must[int](t)(f.Write([]byte(data)))
	if syncs {
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
}

// What a sync that fails has not written the next one does not write either. It may have written all.
func TestASyncThatFailsLosesTheData(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(50) {
		d := disk.New(disk.Config{SyncFails: 1, Seed: seed})
		f := must[disk.File](t)(d.Create("f"))
		d.SyncDir(".")
		must[int](t)(f.Write([]byte("text")))
		for range 2 {
			if err := f.Sync(); !errors.Is(err, syscall.EIO) {
				t.Fatalf("the sync: %v", err)
			}
		}
		if got := string(must[[]byte](t)(d.ReadFile("f"))); got != "text" {
			t.Fatalf("before the crash: %q", got)
		}
		d.Crash()
		seen[string(must[[]byte](t)(d.ReadFile("f")))] = true
	}
	if !seen[""] || !seen["text"] {
		t.Fatalf("after the crash: %q", slices.Collect(maps.Keys(seen)))
	}
}

func TestAFullDiskTakesWhatHasRoom(t *testing.T) {
	d := disk.New(disk.Config{Size: 10})
	f := must[disk.File](t)(d.Create("f"))
	if n, err := f.Write(make([]byte, 12)); n != 10 || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("wrote %d: %v", n, err)
	}
	f.Close()
	if err := d.Remove("f"); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteFile("g", make([]byte, 10), 0o644); err != nil {
		t.Fatalf("after the removal: %v", err)
	}
}

func TestKillClosesFilesAndLosesNothing(t *testing.T) {
	d := disk.New(disk.Config{})
	f := must[disk.File](t)(d.Create("f"))
	must[int](t)(f.Write([]byte("text")))
	d.Kill()
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Fatalf("a file of before: %v", err)
	}
	if got := string(must[[]byte](t)(d.ReadFile("f"))); got != "text" {
		t.Fatalf("the file has %q", got)
	}
}

// A file without a name takes room as long as the program has it open.
func TestAFileThatIsOpenNoMoreGivesItsRoomBack(t *testing.T) {
	for _, kills := range []func(d *disk.Disk, f disk.File){
		func(d *disk.Disk, f disk.File) { d.Remove("a"); f.Close() },
		func(d *disk.Disk, f disk.File) { d.Remove("a"); d.Kill() },
		func(d *disk.Disk, f disk.File) { d.Kill(); d.Remove("a") },
		func(d *disk.Disk, f disk.File) { d.Remove("a"); d.Crash() },
	} {
		d := disk.New(disk.Config{Size: 100})
		f := must[disk.File](t)(d.Create("a"))
		must[int](t)(f.Write(make([]byte, 60)))
		kills(d, f)
		if err := d.WriteFile("b", make([]byte, 100), 0o600); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileIsNotLongerThanTheMemory(t *testing.T) {
	d := disk.New(disk.Config{})
	f := must[disk.File](t)(d.Create("f"))
	if err := f.Truncate(1 << 62); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("Truncate: %v", err)
	}
	for _, at := range []int64{1 << 62, math.MaxInt64} {
		if _, err := f.WriteAt([]byte("x"), at); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("WriteAt %d: %v", at, err)
		}
	}
	if info := must[fs.FileInfo](t)(f.Stat()); info.Size() != 0 {
		t.Errorf("it has %d bytes", info.Size())
	}
}

// ReadDir of an open directory returns entries, or an error: also when the names that it was to return
// have gone in the meantime.
func TestADirectoryThatLosesNamesIsReadToItsEnd(t *testing.T) {
	both(t, func(t *testing.T, d disk.FS) {
		for _, name := range []string{"a", "b", "c", "d"} {
			if err := d.WriteFile(name, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		dir := must[fs.File](t)(d.Open(".")).(fs.ReadDirFile)
		defer dir.Close()
		for _, name := range []string{"a", "b", "c", "d"} {
			if err := d.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := dir.ReadDir(1); err == nil && len(all) == 0 {
			t.Error("neither an entry nor an error")
		}
	})
}
