package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/edo-go/edo/sim/disk"
)

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

// What was synced stays, whatever came later; and all that is there was written at that place at
// some time.
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

// SyncDir makes durable what it must, and what comes later in another directory is not part of that.
func TestASyncOfADirectoryTakesNoLaterNamesOfAnother(t *testing.T) {
	got := outcomes(t, disk.Config{}, "y/g", func(d *disk.Disk) {
		d.Mkdir("x", 0o700)
		d.Mkdir("y", 0o700)
		d.WriteFile("x/f", nil, 0o600)
		d.Sync()
		d.WriteFile("y/e", nil, 0o600)
		d.Rename("x/f", "y/f")
		d.WriteFile("y/g", nil, 0o600)
		d.SyncDir("x")
	})
	if want := []string{"", "none"}; !slices.Equal(got, want) {
		t.Errorf("y/g has %q, want %q", got, want)
	}
	for _, name := range []string{"y/e", "y/f"} { // the rename is whole, and the names before it are there
		got := outcomes(t, disk.Config{}, name, func(d *disk.Disk) {
			d.Mkdir("x", 0o700)
			d.Mkdir("y", 0o700)
			d.WriteFile("x/f", nil, 0o600)
			d.Sync()
			d.WriteFile("y/e", nil, 0o600)
			d.Rename("x/f", "y/f")
			d.SyncDir("x")
		})
		if want := []string{""}; !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
	}
}

// Directories that are moved to and fro never come to lie in each other, away from the root.
func TestACrashLosesNoDirectory(t *testing.T) {
	for seed := range uint64(1000) {
		d := disk.New(disk.Config{Seed: seed})
		d.MkdirAll("p/a", 0o700)
		d.MkdirAll("q/b", 0o700)
		d.WriteFile("p/a/f", []byte("x"), 0o600)
		d.Sync()
		d.Rename("p/a", "q/b/a")
		d.Rename("q/b/a", "p/a")
		d.Rename("q/b", "p/a/b")
		if seed%2 == 0 {
			d.SyncDir("q")
		}
		d.Crash()
		_, one := d.Stat("p/a/f")
		_, other := d.Stat("q/b/a/f")
		if one != nil && other != nil {
			t.Fatalf("seed %d: a file that was durable has gone", seed)
		}
	}
}

// When each number that is drawn is 0, nothing fails: so a schedule gets shorter by that.
func TestTheQuietCaseHasNoFaults(t *testing.T) {
	d := disk.New(disk.Config{Rand: func() uint64 { return 0 }, SyncFails: 0.5})
	f := must[disk.File](t)(d.Create("f"))
	must[int](t)(f.Write([]byte("x")))
	if err := f.Sync(); err != nil {
		t.Error(err)
	}
	must[int](t)(f.Write([]byte("y")))
	d.Crash()
	if got := string(must[[]byte](t)(d.ReadFile("f"))); got != "xy" {
		t.Errorf("after a crash: %q", got)
	}
}
