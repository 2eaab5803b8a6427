package overlay

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T) *Cache {
	t.Helper()
	t.Setenv("EDOCACHE", filepath.Join(t.TempDir(), "new", "cache"))
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestFilesAreFoundByTheirText(t *testing.T) {
	c := open(t)
	put := must[File](t)
	a := put(c.PutFile("conn.go", []byte("package a\n")))
	b := put(c.PutFile("conn.go", []byte("package b\n")))
	again := put(c.PutFile("conn.go", []byte("package a\n")))
	if a.Path == b.Path || a != again {
		t.Errorf("%v, %v, %v", a, b, again)
	}
	for f, want := range map[File]string{a: "package a\n", b: "package b\n"} {
		if text, err := os.ReadFile(f.Path); err != nil || string(text) != want || !c.Has(f) {
			t.Errorf("%s: %q, %v", f.Path, text, err)
		}
	}
}

func TestEntriesThatWereDamagedAreNotUsed(t *testing.T) {
	c := open(t)
	f := must[File](t)(c.PutFile("a.go", []byte("package a\n")))
	for _, damage := range []string{"", "package", "package b\n"} {
		if err := os.WriteFile(f.Path, []byte(damage), 0o666); err != nil {
			t.Fatal(err)
		}
		if c.Has(f) {
			t.Errorf("%q passes for the file", damage)
		}
		if _, err := c.PutFile("a.go", []byte("package a\n")); err != nil || !c.Has(f) {
			t.Errorf("%q was not repaired: %v", damage, err)
		}
	}
	os.Remove(f.Path)
	if c.Has(f) {
		t.Error("a file that is gone is there")
	}

	var value map[string]int
	if err := c.PutUnit("0123", map[string]int{"n": 1}); err != nil || !c.Unit("0123", &value) || value["n"] != 1 {
		t.Errorf("unit %v, %v", value, err)
	}
	if err := os.WriteFile(c.path("units", "0123", ".json"), []byte(`{"n":`), 0o666); err != nil {
		t.Fatal(err)
	}
	if c.Unit("0123", &value) || c.Unit("4567", &value) {
		t.Error("a torn unit, or one that is not there, was found")
	}
}

func TestOverlayIsWhatTheGoCommandReads(t *testing.T) {
	c := open(t)
	replace := map[string]string{"/m/a.go": "/cache/a.go", "/m/gone.go": ""}
	path := must[string](t)(c.PutOverlay(replace))
	var parsed struct{ Replace map[string]string }
	if text, err := os.ReadFile(path); err != nil || json.Unmarshal(text, &parsed) != nil || !maps.Equal(parsed.Replace, replace) {
		t.Errorf("%s, %v", text, err)
	}
	if again := must[string](t)(c.PutOverlay(replace)); again != path {
		t.Errorf("%s and %s", path, again)
	}
}

func TestConcurrentWritersOfOneCacheAgree(t *testing.T) {
	c := open(t)
	var wait sync.WaitGroup
	files := make([]File, 64)
	errs := make([]error, len(files))
	for i := range files {
		wait.Go(func() {
			other, err := OpenDir(c.dir) // as another process
			if err == nil {
				files[i], err = other.PutFile("a.go", fmt.Appendf(nil, "package p%d\n", i%4))
			}
			if err == nil && !other.Has(files[i]) {
				err = fmt.Errorf("%s is not whole", files[i].Path)
			}
			errs[i] = err
		})
	}
	wait.Wait()
	distinct := map[File]bool{}
	for i, f := range files {
		if errs[i] != nil {
			t.Error(errs[i])
		}
		distinct[f] = true
	}
	left, _ := filepath.Glob(filepath.Join(c.dir, "files", "*", "*"))
	if len(distinct) != 4 || len(left) != 4 {
		t.Errorf("%d files, and in the folder %v", len(distinct), left)
	}
}

func TestTrimDeletesWhatIsUnusedForDays(t *testing.T) {
	c := open(t)
	day := 24 * time.Hour
	start := time.Now()
	used := must[File](t)(c.PutFile("used.go", []byte("used")))
	unused := must[File](t)(c.PutFile("unused.go", []byte("unused")))
	overlay := must[string](t)(c.PutOverlay(nil))
	if err := c.PutUnit("0123", 1); err != nil {
		t.Fatal(err)
	}
	at := func(days time.Duration) { c.now = func() time.Time { return start.Add(days*day + time.Minute) } }

	at(3)
	c.Trim()
	if !c.Has(used) {
		t.Fatal("a file was deleted after three days")
	}
	at(6)
	c.Trim()
	for _, gone := range []string{unused.Path, overlay, c.path("units", "0123", ".json")} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
	if !c.Has(used) {
		t.Error("a file that was used three days ago is gone")
	}

	// Once a day is enough.
	young := must[File](t)(c.PutFile("young.go", []byte("young")))
	old := start.Add(-10 * day)
	if err := os.Chtimes(young.Path, old, old); err != nil {
		t.Fatal(err)
	}
	c.Trim()
	if _, err := os.Stat(young.Path); err != nil {
		t.Error("the cache was cleaned twice on one day")
	}
}

func TestCacheNeedsAnAbsoluteFolder(t *testing.T) {
	t.Setenv("EDOCACHE", "relative")
	if _, err := Open(); err == nil {
		t.Error("a relative folder was taken")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EDOCACHE", file)
	if _, err := Open(); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestOverlaysOfTheUserAreMerged(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, []byte(`{"Replace": {"a.go": "x/a.go", "/b.go": "", "c.go": "/c.go"}}`), 0o666); err != nil {
		t.Fatal(err)
	}
	abs := func(name string) (string, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join("/w", name)
		}
		return name, nil
	}
	user := must[map[string]string](t)(Read(name, abs))
	if want := map[string]string{"/w/a.go": "/w/x/a.go", "/b.go": "", "/w/c.go": "/c.go"}; !maps.Equal(user, want) {
		t.Errorf("%v, want %v", user, want)
	}
	merged := Merge(user, map[string]string{"/w/a.go": "/cache/a.go", "/w/d.go": "/cache/d.go"})
	want := map[string]string{"/w/a.go": "/cache/a.go", "/b.go": "", "/w/c.go": "/c.go", "/w/d.go": "/cache/d.go"}
	if !maps.Equal(merged, want) {
		t.Errorf("%v, want %v", merged, want)
	}
	for _, bad := range []string{filepath.Join(dir, "absent.json"), dir} {
		if _, err := Read(bad, abs); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
