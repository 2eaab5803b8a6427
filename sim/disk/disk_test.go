package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// outcomes returns what a file has after a crash, under many seeds.
func outcomes(t *testing.T, c disk.Config, name string, before func(d *disk.Disk)) (all []string) {
	seen := map[string]bool{}
	for seed := range uint64(2000) {
		c.Seed = seed
		d := disk.New(c)
		before(d)
		d.Crash()
		p, err := d.ReadFile(name)
		text := string(p)
		if err != nil {
			text = "none"
		}
		seen[text] = true
	}
	for text := range seen {
		all = append(all, text)
	}
	slices.Sort(all)
	return all
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

func TestWhatACrashLeaves(t *testing.T) {
	zero := func(n int) string { return string(make([]byte, n)) }
	for _, c := range []struct {
		what   string
		config disk.Config
		do     func(d *disk.Disk)
		want   []string
	}{
		{"all was synced", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "a", true)
			d.SyncDir(".")
		}, []string{"a"}},
		{"the name was not synced", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "a", true)
		}, []string{"a", "none"}},
		{"the name was not synced, on ext4", disk.Config{Journal: true}, func(d *disk.Disk) {
			write(t, d, "f", "a", true)
		}, []string{"a"}},
		{"the data was not synced", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "a", false)
			d.SyncDir(".")
		}, []string{"", zero(1), "a"}},
		{"the data was not synced, on ext4", disk.Config{Journal: true}, func(d *disk.Disk) {
			write(t, d, "f", "a", false)
			d.SyncDir(".")
		}, []string{"", "a"}},
		{"a second write was not synced", disk.Config{Journal: true}, func(d *disk.Disk) {
			write(t, d, "f", "a", true)
			write(t, d, "f", "b", false)
		}, []string{"a", "ab"}},
		{"a rename in place of a file", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "old", true)
			d.SyncDir(".")
			write(t, d, "new", "new", true)
			d.Rename("new", "f")
		}, []string{"new", "old"}},
		{"a rename whose file was not synced", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "old", true)
			d.SyncDir(".")
			write(t, d, "new", "n", false)
			d.Rename("new", "f")
		}, []string{"", zero(1), "n", "old"}},
		{"a name that was removed", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "a", true)
			d.SyncDir(".")
			d.Remove("f")
		}, []string{"a", "none"}},
		{"a file that was made shorter", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "abc", true)
			d.SyncDir(".")
			d.Truncate("f", 1)
		}, []string{"a", "abc"}},
		{"a file that was made shorter and then written", disk.Config{}, func(d *disk.Disk) {
			write(t, d, "f", "abc", true)
			d.SyncDir(".")
			d.Truncate("f", 1)
			write(t, d, "f", "x", false)
		}, []string{"a", "a\x00", "abc", "ax"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := outcomes(t, c.config, "f", c.do); !slices.Equal(got, c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Sectors are written whole, in any order; those of a page mostly at once.
func TestAWriteIsTornBetweenSectorsAlone(t *testing.T) {
	const n = 3 * 4096
	torn, reordered := false, false
	for seed := range uint64(2000) {
		d := disk.New(disk.Config{Seed: seed})
		write(t, d, "f", string(bytes.Repeat([]byte("a"), n)), true)
		d.SyncDir(".")
		f := must[disk.File](t)(d.OpenFile("f", os.O_RDWR, 0))
		must[int](t)(f.WriteAt(bytes.Repeat([]byte("b"), n), 0))
		d.Crash()
		p := must[[]byte](t)(d.ReadFile("f"))
		if len(p) != n {
			t.Fatalf("seed %d: the file has %d bytes", seed, len(p))
		}
		var pages []byte
		for i := 0; i < n; i += 512 {
			if s := p[i : i+512]; bytes.Count(s, s[:1]) != 512 {
				t.Fatalf("seed %d: the sector at %d is torn", seed, i)
			}
			if i%4096 == 0 {
				pages = append(pages, p[i])
			} else if p[i] != pages[len(pages)-1] {
				torn = true
			}
		}
		reordered = reordered || bytes.Contains(pages, []byte("ab"))
	}
	if !torn || !reordered {
		t.Fatalf("a page was torn: %t; a later page came without an earlier one: %t", torn, reordered)
	}
}

// What was synced stays, whatever came later; and all that is there was written at that place at some time.
func TestACrashKeepsWhatWasSyncedAndInventsNothing(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 2))
		d := disk.New(disk.Config{Seed: seed, Journal: seed%2 == 0})
		f := must[disk.File](t)(d.Create("f"))
		d.SyncDir(".")
		var safe []byte        // as of the last sync
		var ever [12000]uint32 // which writes there were to each place since
		for step := range r.IntN(20) {
			if r.IntN(4) == 0 {
				if err := f.Sync(); err != nil {
					t.Fatal(err)
				}
				safe = must[[]byte](t)(d.ReadFile("f"))
				clear(ever[:])
				continue
			}
			at, data := r.Int64N(9000), bytes.Repeat([]byte{byte('A' + step)}, 1+r.IntN(3000))
			must[int](t)(f.WriteAt(data, at))
			for i := range data {
				ever[at+int64(i)] |= 1 << step
			}
		}
		d.Crash()
		if _, err := f.Write(nil); !errors.Is(err, fs.ErrClosed) {
			t.Fatalf("a file that was open before the crash: %v", err)
		}
		p := must[[]byte](t)(d.ReadFile("f"))
		if len(p) < len(safe) {
			t.Fatalf("seed %d: %d bytes of %d", seed, len(p), len(safe))
		}
		for i, b := range p {
			isSafe := i < len(safe) && safe[i] == b || i >= len(safe) && b == 0
			if !isSafe && (b < 'A' || ever[i]&(1<<(b-'A')) == 0) {
				t.Fatalf("seed %d: byte %d is %q", seed, i, b)
			}
		}
	}
}

func TestTheSameSeedIsTheSameCrash(t *testing.T) {
	run := func(seed uint64) string {
		d := disk.New(disk.Config{Seed: seed})
		for i := range 20 {
			write(t, d, fmt.Sprint("f", i%5), fmt.Sprint("some text ", i), i%3 == 0)
			d.Rename(fmt.Sprint("f", i%4), fmt.Sprint("g", i%3))
			if i == 10 {
				d.Crash()
			}
		}
		d.Crash()
		return content(t, d)
	}
	different := map[string]bool{}
	for seed := range uint64(200) {
		one := run(seed)
		if two := run(seed); one != two {
			t.Fatalf("seed %d: %s and then %s", seed, one, two)
		}
		different[one] = true
	}
	if len(different) < 50 {
		t.Fatalf("200 seeds have %d outcomes", len(different))
	}
}

func TestASyncThatFailsLosesTheData(t *testing.T) {
	d := disk.New(disk.Config{SyncFails: 1})
	f := must[disk.File](t)(d.Create("f"))
	d.SyncDir(".")
	must[int](t)(f.Write([]byte("text")))
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("the sync: %v", err)
	}
	if got := string(must[[]byte](t)(d.ReadFile("f"))); got != "text" {
		t.Fatalf("before the crash: %q", got)
	}
	d.Crash()
	if got := string(must[[]byte](t)(d.ReadFile("f"))); got != "" {
		t.Fatalf("after the crash: %q", got)
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
