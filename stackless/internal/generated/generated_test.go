package generated

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestNamesKeepWhatConstrainsThem(t *testing.T) {
	for name, want := range map[string]string{
		"conn.go":              "conn_stackless.go",
		"dir_linux/conn.go":    "dir_linux/conn_stackless.go",
		"conn_linux.go":        "conn_stackless_linux.go",
		"conn_linux_amd64.go":  "conn_stackless_linux_amd64.go",
		"conn_test.go":         "conn_stackless_test.go",
		"conn_windows_test.go": "conn_stackless_windows_test.go",
		"read_conn.go":         "read_conn_stackless.go",
		"linux.go":             "linux_stackless.go",
		"conn_arm64.go":        "conn_stackless_arm64.go",
	} {
		if got := filepath.ToSlash(Name(filepath.FromSlash(name))); got != want || !MayBe(got) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestAFileIsUsedUntilItsSourceOrTheConventionChanges(t *testing.T) {
	file := []byte(Begin(filepath.Join("dir", "conn.go"), []byte("package p\n")) + "\npackage p\n")
	if !Is(file) || Is([]byte("package p\n")) {
		t.Error("a generated file is not known as one")
	}
	for _, test := range []struct {
		base, text string
		want       string
	}{
		{"conn.go", "package p\n", ""},
		{"conn.go", "package p // changed\n", "conn.go has changed since it was made"},
		{"other.go", "package p\n", "conn.go, from which it was made, is not there"},
	} {
		if got := Unused(file, func(base string) ([]byte, bool) { return []byte(test.text), base == test.base }); got != test.want {
			t.Errorf("%s with %q: %q", test.base, test.text, got)
		}
	}
	// The files of another convention, and of one before they had a number.
	for _, was := range []string{"", "convention 0, ", "convention 12, "} {
		old := strings.Replace(string(file), "convention 1, ", was, 1)
		if got := Unused([]byte(old), func(string) ([]byte, bool) { return []byte("package p\n"), true }); got != "it was made for another version of edo" {
			t.Errorf("%s: %q", was, got)
		}
	}
	if Unused([]byte("package p\n"), func(string) ([]byte, bool) { return nil, true }) == "" {
		t.Error("a file that is not generated is used")
	}
}
