package command

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFlagsAreReadWithOneDashOrTwo(t *testing.T) {
	for _, args := range []string{"-for 2s -n 3", "--for 2s --n=3"} {
		var out, errs strings.Builder
		var length time.Duration
		s := NewSet("edo x", "about", &out, &errs)
		s.Time(&length, "for", time.Second, "`time`")
		n := s.Int("n", 1, "`number`")
		status, ok := s.Parse(strings.Fields(args))
		if !ok || status != OK || length != 2*time.Second || *n != 3 || out.Len()+errs.Len() > 0 {
			t.Errorf("%s: status %d, for %v, n %d", args, status, length, *n)
		}
	}
}

func TestAWrongArgumentIsReportedOnceAndIsMisuse(t *testing.T) {
	for args, want := range map[string]string{
		"-x":          "flag provided but not defined: -x",
		"--for 3":     `invalid value "3" for flag -for: use a time such as 5s, 300ms or 1h30m`,
		"--for 0s":    "use a time",
		"--for=-1s":   "use a time",
		"left over":   `there is an argument too many: "left"`,
		"--for 1ms":   "the second check",
		"--for 1h -y": "flag provided but not defined: -y",
	} {
		var out, errs strings.Builder
		var length time.Duration
		s := NewSet("edo x", "about", &out, &errs)
		s.Time(&length, "for", time.Second, "`time`")
		status, ok := s.Parse(strings.Fields(args),
			func() error { return nil },
			func() error { return errors.New("the second check") },
			func() error { t.Error("checked on"); return nil })
		if ok || status != Misuse || out.Len() > 0 || strings.Count(errs.String(), want) != 1 ||
			!strings.HasPrefix(errs.String(), "edo x: ") || !strings.HasSuffix(errs.String(), "\nedo x --help tells more\n") {
			t.Errorf("%s: status %d, errors %q", args, status, errs.String())
		}
	}
}

func TestAnOperandIsTakenOnceWhereverItIs(t *testing.T) {
	for args, want := range map[string]string{
		"here -n 3": "here", "-n 3 here": "here", "-n 3 here --for 2s": "here", "-n 3": "default", "--for 2s -- -n": "-n",
		"here -n 3 there": `too many: "there"`, "here there": `too many: "there"`,
	} {
		var out, errs strings.Builder
		var length time.Duration
		s := NewSet("edo x", "about", &out, &errs)
		s.Time(&length, "for", time.Second, "`time`")
		s.Int("n", 1, "`number`")
		got := "default"
		s.Operand(&got, "[place]")
		if _, ok := s.Parse(strings.Fields(args)); !ok {
			got = errs.String()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
		out.Reset()
		if s.Parse([]string{"--help"}); !strings.HasPrefix(out.String(), "usage: edo x [place] [flags]\n") {
			t.Errorf("help: %q", out.String())
		}
	}
}

func TestHelpListsEveryFlag(t *testing.T) {
	var out, errs strings.Builder
	length := time.Second
	s := NewSet("edo x", "\nSays what it does.\n", &out, &errs)
	s.Time(&length, "for", time.Minute, "how `long`")
	status, ok := s.Parse([]string{"--help"}, func() error { t.Error("checked"); return nil })
	const want = "usage: edo x [flags]\n\nSays what it does.\n\nflags:\n  --for long\n        how long (default 1m0s)\n"
	if ok || status != OK || out.String() != want || errs.Len() > 0 {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
}

func TestAFailureIsPrinted(t *testing.T) {
	var out, errs strings.Builder
	if status := NewSet("edo x", "", &out, &errs).Fail(errors.New("no luck:\n\tred\x1b[31m")); status != Failed || errs.String() != "edo x: no luck:\n\tred\\x1b[31m\n" {
		t.Errorf("status %d, %q", status, errs.String())
	}
}
