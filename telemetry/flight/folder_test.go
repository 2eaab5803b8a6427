package flight

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

// window is the content of a file.
type window string

func (w window) WriteTo(to io.Writer) (int64, error) {
	n, err := io.WriteString(to, string(w))
	return int64(n), err
}

// names returns the names of the files in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestTheNewestFilesStay(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"edo-other.txt", "another.trace", "edo-20200101T000000.000000Z-slow.trace"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := filepath.Join(dir, "edo-20200101T000000.000000Z-slow.trace.part") // of a process that was killed
	fresh := filepath.Join(dir, "edo-20200102T000000.000000Z-slow.trace.part")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	f := &folder{dir, 3, 100}
	for i := range 5 {
		if _, err := f.write(time.Date(2026, 1, 2, 3, 4, 5, i*1000, time.UTC), "panic", window("whole")); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"another.trace", "edo-20200102T000000.000000Z-slow.trace.part", "edo-20260102T030405.000002Z-panic.trace",
		"edo-20260102T030405.000003Z-panic.trace", "edo-20260102T030405.000004Z-panic.trace", "edo-other.txt",
	}
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAFileThatCannotBeWrittenLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f := &folder{dir, 3, 4}
	if _, err := f.write(time.Unix(1, 0), "slow", window("too large")); err == nil || !strings.Contains(err.Error(), "MaxBytes") {
		t.Errorf("the error is %v", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	below := &folder{filepath.Join(dir, "removed meanwhile"), 3, 100}
	if _, err := below.write(time.Unix(1, 0), "slow", window("whole")); err != nil {
		t.Errorf("a folder that was removed is not made again: %v", err)
	}
}

func TestOneFileIsWrittenInAPause(t *testing.T) {
	now := time.Unix(1000, 0)
	var failed []error
	r, err := Start(Config{Dir: t.TempDir(), Pause: time.Minute, OnError: func(err error) { failed = append(failed, err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.now = func() time.Time { return now }
	begins := func(always bool) bool { return r.begin(always) == nil }
	if !begins(false) {
		t.Fatal("the first is refused")
	}
	if begins(false) || begins(true) {
		t.Error("a second one is written at the same time")
	}
	r.end()
	now = now.Add(time.Minute - 1)
	if begins(false) {
		t.Error("one is written before the pause is over")
	}
	if !begins(true) {
		t.Error("one that was asked for is refused")
	}
	r.end()
	now = now.Add(time.Minute)
	if !begins(false) {
		t.Error("none is written after the pause")
	}
	r.end()
	if len(failed) != 0 {
		t.Error(failed)
	}
}

func TestAnErrorThatIsNoFaultIsNoReason(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("an error"), ""},
		{edo.ErrCancelled, ""},
		{errors.Join(errors.New("an error"), &edo.PanicError{}), "panic"},
		{&edo.StallError{}, "stall"},
		{&edo.SlowPollError{}, "slow"},
	} {
		if got, _ := kindOf(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
