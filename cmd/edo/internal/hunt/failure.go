package hunt

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// failure is a kind of failure: a file that a process has written, a sim.Failure as JSON.
type failure struct {
	Test     string `json:"test"`
	Seed     uint64 `json:"seed"`
	Schedule string `json:"schedule"`
	Error    string `json:"error"`
	Switches int    `json:"switches"`
	Differs  string `json:"differs"`

	Places []string `json:"places"`

	name string // of its file, which says the kind
	text []byte // its file
}

// failures returns the smallest failure of each kind that the processes have written, in the order
// of their tests and kinds.
func (f *fleet) failures() ([]*failure, error) {
	best := map[string]*failure{}
	for i := range f.processes {
		files, err := filepath.Glob(filepath.Join(f.folder(i), "*.json"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			name := filepath.Base(file)
			if isProgress(name) {
				continue
			}
			one, err := readFailure(file)
			if err != nil {
				return nil, err
			}
			if b := best[name]; b == nil || one.less(b) {
				best[name] = one
			}
		}
	}
	var all []*failure
	for _, one := range best {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *failure) int {
		if c := strings.Compare(a.Test, b.Test); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	return all, nil
}

// less reports whether f is told sooner than g: one that can be replayed, with fewer switches.
func (f *failure) less(g *failure) bool {
	switch {
	case (f.Differs == "") != (g.Differs == ""):
		return f.Differs == ""
	case f.Switches != g.Switches:
		return f.Switches < g.Switches
	case len(f.Schedule) != len(g.Schedule):
		return len(f.Schedule) < len(g.Schedule)
	}
	return f.Seed < g.Seed
}

func readFailure(file string) (*failure, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	f := &failure{name: filepath.Base(file), text: text}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if f.Test == "" {
		return nil, fmt.Errorf("%s names no test", file)
	}
	return f, nil
}

// keep writes each failure to the folder of its package, where its test replays it, and tells it. A
// smaller one that is there stays.
func keep(out io.Writer, folder, pkg string, failures []*failure) error {
	where := "" // as the go command has it
	if pkg != "." {
		where = " " + pkg
	}
	for _, f := range failures {
		file := filepath.Join(folder, "testdata", "sim", fileName(f.Test), f.name)
		if old, err := readFailure(file); err != nil || f.less(old) {
			if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
				return err
			}
			if err := os.WriteFile(file, f.text, 0o666); err != nil {
				return err
			}
		}
		line, _, _ := strings.Cut(f.Error, "\n")
		fmt.Fprintf(out, "\n%s: %s\n", f.Test, line)
		if len(f.Places) != 0 {
			fmt.Fprintf(out, "  by way of %s\n", strings.Join(f.Places, ", "))
		}
		fmt.Fprintf(out, "  kept in %s\n  replay: EDO_SEED=%d", relative(file), f.Seed)
		if f.Schedule != "" {
			fmt.Fprintf(out, " EDO_SCHEDULE=%s", f.Schedule)
		}
		fmt.Fprintf(out, " go test -run '^%s$'%s\n", strings.ReplaceAll(f.Test, "/", "$/^"), where)
		if f.Differs != "" {
			fmt.Fprintf(out, "  it is not a function of its seed: %s\n", f.Differs)
		}
	}
	return nil
}

// fileName returns the name of a test as that of a folder, as package sim does.
func fileName(test string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, test)
}

// relative returns a path relative to the working directory, if it lies there.
func relative(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}
