package gocmd

import (
	"strings"
	"testing"
)

func TestArgumentsThatArePackages(t *testing.T) {
	tests := []struct{ line, packages string }{
		{"build", ""},
		{"build ./...", "./..."},
		{"build -o out -race ./a ./b", "./a ./b"},
		{"build -tags x -- a.go b.go", "a.go b.go"},
		{"build ./a -race", "./a -race"}, // as the go command sees it: an error, which it reports
		{"run . -race -tags x", "."},
		{"run -race a.go b.go c d.go", "a.go b.go"},
		{"run -exec echo example.com/m/cmd arg", "example.com/m/cmd"},
		{"vet -printf=false -copylocks ./...", "./..."},
		{"vet -printf.funcs Log,Say -c 3 ./...", "./..."},
		{"test", ""},
		{"test -v", ""},
		{"test ./... -run X -v", "./..."},
		{"test -run X ./a ./b -count 1 more args", "./a ./b"},
		{"test -test.run X -test.v ./a", "./a"},
		{"test ./a -mine value -race ./b", "./a"},
		{"test ./a -mine value rest -race", "./a"},
		{"test -mine ./a", ""},
		{"test ./a -args ./b", "./a"},
		{"test ./a -- ./b", "./a"},
		{"test -c -o x.test ./a", "./a"},
		{"test - ./a", "- ./a"},
	}
	for _, test := range tests {
		args := strings.Fields(test.line)
		l := Parse(args[0], args[1:], "")
		if got := strings.Join(l.Packages, " "); got != test.packages {
			t.Errorf("%s: packages %q, want %q", test.line, got, test.packages)
		}
		if got := strings.Join(l.Args(""), " "); got != test.line {
			t.Errorf("%s became %s", test.line, got)
		}
	}
}

func TestFlagsThatGoListNeeds(t *testing.T) {
	tests := []struct{ line, list string }{
		{"build -C dir -race -o x -tags=a,b -mod vendor -ldflags=-w .", "-C dir -race -tags=a,b -mod vendor"},
		{"test -race=false -run X -trimpath . -msan", "-race=false -trimpath -msan"},
		{"build -gcflags=-N .", ""},
		{"build -gcflags=all=-N .", "-gcflags=all=-N"},
		{"build -gcflags=-d=ssa/check .", ""},
		{"build -pgo=off -a -n -v -x .", ""},
		{"run -modfile=x.mod . -race", "-modfile=x.mod"},
		{"test . -args -race", ""},
		{"test -mine -race .", "-race"},
	}
	for _, test := range tests {
		args := strings.Fields(test.line)
		if got := strings.Join(Parse(args[0], args[1:], "-tags=environment").List, " "); got != test.list {
			t.Errorf("%s: %q, want %q", test.line, got, test.list)
		}
	}
}

func TestCoverageIsFound(t *testing.T) {
	tests := []struct{ line, goflags, cover string }{
		{"test ./...", "", ""},
		{"test -cover ./...", "", "-cover"},
		{"test ./... -coverprofile=c.out", "", "-coverprofile"},
		{"test ./... -test.coverprofile c.out", "", "-test.coverprofile"},
		{"test -cover=false .", "", ""},
		{"build -coverpkg=./... .", "", "-coverpkg"},
		{"run . -cover", "", ""},
		{"build .", "-race -cover", "-cover"},
		{"vet -cover .", "", ""}, // vet has no such flag
		{"test . -args -cover", "", ""},
	}
	for _, test := range tests {
		args := strings.Fields(test.line)
		if got := Parse(args[0], args[1:], test.goflags).Cover; got != test.cover {
			t.Errorf("%s: %q, want %q", test.line, got, test.cover)
		}
	}
}

func TestTheOverlayComesFirstAndReplacesThatOfTheUser(t *testing.T) {
	tests := []struct{ line, goflags, overlay, want string }{
		{"build -C dir -o x .", "", "", "build -C dir -overlay=new -o x ."},
		{"build --C=dir .", "", "", "build --C=dir -overlay=new ."},
		{"test -v -overlay old.json . -overlay=older.json -run X", "", "older.json", "test -overlay=new -v . -run X"},
		{"run -overlay=old.json . -overlay=mine", "", "old.json", "run -overlay=new . -overlay=mine"},
		{"build .", "'-overlay=with space.json' -tags=x", "with space.json", "build -overlay=new ."},
		{"build -- .", "", "", "build -overlay=new -- ."},
	}
	for _, test := range tests {
		args := strings.Fields(test.line)
		l := Parse(args[0], args[1:], test.goflags)
		if got := strings.Join(l.Args("new"), " "); got != test.want || l.Overlay != test.overlay {
			t.Errorf("%s: %q and overlay %q, want %q and %q", test.line, got, l.Overlay, test.want, test.overlay)
		}
	}
}

func TestWhatIsNotUnderstoodIsLeftToTheGoCommand(t *testing.T) {
	tests := map[string]bool{
		"build .":                        false,
		"build -h":                       true,
		"build -unknown .":               true,
		"build -o":                       true,
		"run":                            true,
		"run example.com/m/cmd@latest x": true,
		"run . user@host":                false,
		"vet -fix ./...":                 true,
		"vet -h":                         true,
		"vet -fix=false ./...":           false,
		"test -unknown .":                false,
		"test -h":                        true,
		"test -run":                      true,
	}
	for line, want := range tests {
		args := strings.Fields(line)
		if l := Parse(args[0], args[1:], ""); l.Plain != want {
			t.Errorf("%s: plain %t, want %t", line, l.Plain, want)
		} else if got := strings.Join(l.Args(""), " "); got != line {
			t.Errorf("%s became %s", line, got)
		}
	}
}
