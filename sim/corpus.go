package sim

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edo-go/edo/internal/schedule"
)

// corpusDir returns the directory with the failures of a test that are replayed.
func corpusDir(test string) string {
	clean := strings.Map(func(r rune) rune {
		switch r {
		case '/', '\\', ':', '*', '?', '"', '<', '>', '|':
			return '_'
		}
		return r
	}, test)
	return filepath.Join("testdata", "sim", clean)
}

// replayCorpus replays the failures that were kept, and returns the first that still fails.
func (e *exploration) replayCorpus() *Failure {
	e.t.Helper()
	files, _ := filepath.Glob(filepath.Join(corpusDir(e.t.Name()), "*.json"))
	slices.Sort(files)
	for _, file := range files {
		f, err := readFailure(file)
		if err != nil {
			e.t.Fatalf("sim: %s: %v", file, err)
			return nil
		}
		f, misfit := e.replay(plan{seed: f.Seed, schedule: f.Schedule, file: file})
		if misfit != nil {
			e.t.Logf("%v", misfit)
		}
		if f != nil {
			e.setSchedule(f, e.session.Record.Choices())
			f.first = fmt.Sprintf("%s (kept in %s)", f.first, file)
			f.Text = f.first
			return f
		}
	}
	return nil
}

func readFailure(file string) (*Failure, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	f := &Failure{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	if f.Schedule != "" {
		if _, _, err := schedule.Parse(f.Schedule); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// writeFailure writes f to a file, at once as a whole.
func writeFailure(file string, f *Failure) error {
	text, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return err
	}
	return writeWhole(file, append(text, '\n'))
}

// writeWhole replaces a file, so that a reader finds the old one or the new one.
func writeWhole(file string, text []byte) error {
	part := file + ".part"
	if err := os.WriteFile(part, text, 0o666); err != nil {
		return err
	}
	return os.Rename(part, file)
}
