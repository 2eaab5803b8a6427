package gocmd

import (
	"strings"
	"testing"
)

func TestToolChainsThatCannotBeUsed(t *testing.T) {
	tests := []struct{ have, built, want string }{
		{"go1.26", "go1.26.8", ""},
		{"go1.26.8", "go1.26", ""},
		{"go1.26.9 X:jsonv2", "go1.26.8", ""},
		{"go1.26rc1", "go1.26.8", ""},
		{"go1.25.3", "go1.26.8", "the tool chain is go1.25.3, and edo needs go1.26 or later"},
		{"go1.27.0", "go1.26.8", "this edo command was built with go1.26.8"},
		{"devel go1.28-abcdef", "go1.26.8", ""},
		{"go1.27.0", "devel go1.28-abcdef", ""},
	}
	for _, test := range tests {
		got := (&Env{GOVERSION: test.have}).Unusable(test.built)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s, built with %s: %q, want %q", test.have, test.built, got, test.want)
		}
	}
}

func TestEnvIsThatOfTheDirectory(t *testing.T) {
	t.Setenv("GOFLAGS", "-tags=seen")
	t.Setenv("GOTOOLCHAIN", "local")
	e, err := ReadEnv("build", []string{"-C", t.TempDir(), "./..."})
	if err != nil {
		t.Fatal(err)
	}
	if e.GOFLAGS != "-tags=seen" || !strings.HasPrefix(e.GOVERSION, "go1.") || e.GOARCH == "" || e.GOOS == "" || e.GOMODCACHE == "" {
		t.Errorf("%+v", e)
	}
	if _, err := ReadEnv("build", []string{"-C", t.TempDir() + "/absent"}); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("a directory that is not there: %v", err)
	}
}
