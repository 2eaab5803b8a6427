package storage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/disk"
)

var errPower = errors.New("the power is gone")

// power is a machine whose power goes after some operations of its disk.
type power struct {
	disk *disk.Disk
	left int // operations
}

func (p *power) wait(_ *edo.Task, operation func() error) error {
	p.left--
	if p.left == 0 {
		p.disk.Crash()
	}
	if p.left <= 0 {
		return errPower
	}
	return operation()
}

// Whenever the power goes, the server finds what it had saved, or what it was about to save.
func TestWhatWasSavedOutlivesACrash(t *testing.T) {
	whole, halves := 0, 0
	trial.Explore(t, 500, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			rng := rand.New(rand.NewPCG(seed, 1))
			p := &power{disk: disk.New(disk.Config{Seed: seed, Journal: seed%2 == 0})}
			files := Files{FS: p.disk, Wait: p.wait}
			var saved, next Saved
			for range 4 {
				p.left = 1 + rng.IntN(120)
				if err := play(task, rng, files, &saved, &next); !errors.Is(err, errPower) {
					return fmt.Errorf("before the crash: %w", err)
				}
				// What is on the disk now is one of the two.
				p.left = 1000
				s, now, err := Open(task, files, Saved{})
				if err != nil {
					return fmt.Errorf("after the crash: %w", err)
				}
				s.Close()
				switch {
				case equal(now, saved):
				case equal(now, next):
					whole++
				case equal(now, Saved{saved.State, next.Snapshot, next.Snapshot.Rest(saved.Entries)}):
					halves++ // the snapshot is new, and stands for the old log up to there
				default:
					return fmt.Errorf("saved %s, was about to save %s, and found %s", short(saved), short(next), short(now))
				}
				saved, next = now, now
			}
			return nil
		})
	})
	if os.Getenv(sim.SeedVariable) == "" && (whole == 0 || halves == 0) {
		t.Errorf("a crash left what was not acknowledged %d times, and %d times the snapshot alone", whole, halves)
	}
}

// play opens the storage and saves one output after the other until the power goes.
func play(task *edo.Task, rng *rand.Rand, files Files, saved, next *Saved) error {
	s, found, err := Open(task, files, Saved{})
	if err != nil {
		return err
	}
	defer s.Close()
	if !equal(found, *saved) {
		return fmt.Errorf("saved %s, and found %s", short(*saved), short(found))
	}
	for {
		out := draw(rng, *saved)
		*next = after(*saved, out)
		if err := s.Save(task, &out); err != nil {
			return err
		}
		*saved = *next
	}
}

// draw draws an output that follows what was saved.
func draw(rng *rand.Rand, saved Saved) (out consensus.Output) {
	state := saved.State
	if rng.IntN(3) == 0 {
		state = consensus.State{Term: state.Term + 1, Vote: consensus.ID(rng.IntN(3))}
		out.State = &state
	}
	base := saved.Snapshot.Index
	last := base + consensus.Index(len(saved.Entries))
	if rng.IntN(5) == 0 && last > base {
		at := base + 1 + consensus.Index(rng.IntN(int(last-base)))
		e := saved.Entries[at-base-1]
		out.Snapshot = &consensus.Snapshot{Position: consensus.Position{Index: at, Term: e.Term}, Data: make([]byte, rng.IntN(5000))}
		out.State, out.Entries = &state, slices.Clone(saved.Entries[at-base:])
		return out
	}
	first := last + 1 - consensus.Index(rng.IntN(min(3, int(last-base)+1))) // some are overwritten
	for i := range consensus.Index(rng.IntN(4)) {
		out.Entries = append(out.Entries, consensus.Entry{
			Index: first + i, Term: state.Term, Kind: consensus.Command, Data: make([]byte, 1+rng.IntN(800)),
		})
	}
	return out
}

// after returns what is saved after an output.
func after(saved Saved, out consensus.Output) Saved {
	if out.Snapshot != nil {
		return Saved{*out.State, *out.Snapshot, out.Entries}
	}
	if out.State != nil {
		saved.State = *out.State
	}
	if len(out.Entries) > 0 {
		saved.Entries = slices.Concat(saved.Entries[:out.Entries[0].Index-saved.Snapshot.Index-1], out.Entries)
	}
	return saved
}

func short(s Saved) string {
	return fmt.Sprintf("%+v, %+v and %d entries", s.State, s.Snapshot.Position, len(s.Entries))
}

func equal(a, b Saved) bool {
	return a.State == b.State && a.Snapshot.Position == b.Snapshot.Position &&
		slices.Equal(a.Snapshot.Data, b.Snapshot.Data) && len(a.Entries) == len(b.Entries) &&
		(len(a.Entries) == 0 || reflect.DeepEqual(a.Entries, b.Entries))
}

func TestANewServerBeginsWithWhatItIsGiven(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		d := disk.New(disk.Config{})
		files := Files{FS: d, Wait: func(_ *edo.Task, operation func() error) error { return operation() }}
		state, entries := consensus.Bootstrap(consensus.Member{ID: 1})
		for _, initial := range []Saved{{State: state, Entries: entries}, {}} { // the second time it has its own
			s, saved, err := Open(task, files, initial)
			if err != nil {
				return err
			}
			s.Close()
			if saved.State != state || !reflect.DeepEqual(saved.Entries, entries) {
				return fmt.Errorf("found %+v", saved)
			}
			d.Crash()
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAFailedSyncIsTheEnd(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		fails := false
		files := Files{FS: disk.New(disk.Config{}), Wait: func(_ *edo.Task, operation func() error) error {
			if fails {
				return errPower
			}
			return operation()
		}}
		s, _, err := Open(task, files, Saved{})
		if err != nil {
			return err
		}
		defer s.Close()
		out := consensus.Output{State: &consensus.State{Term: 1}}
		fails = true
		first := s.Save(task, &out)
		fails = false
		if second := s.Save(task, &out); first != errPower || second != errPower {
			return fmt.Errorf("the errors are %v and %v", first, second)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// The disk is the only thing that keeps a server from breaking its promises. Each of these mistakes makes
// it forget something.
func TestPlantedFaultsAreFound(t *testing.T) {
	trial.Faults(t, "TestWhatWasSavedOutlivesACrash", 2000, []trial.Fault{
		{
			Name: "a record is not synced", File: "files.go",
			Old: "return f.Wait(task, file.Sync)",
			New: "if FAULT { return nil }\n	return f.Wait(task, file.Sync)",
		},
		{
			Name: "a name is not synced", File: "files.go",
			Old: "return f.Wait(task, func() error { return f.FS.SyncDir(\".\") })",
			New: "if FAULT { return nil }\n	return f.Wait(task, func() error { return f.FS.SyncDir(\".\") })",
		},
		{
			Name: "the checksum is not looked at", File: "record.go",
			Old: "if binary.BigEndian.Uint32(b[8:]) != checksum(b[:8], payload) {",
			New: "if !FAULT && binary.BigEndian.Uint32(b[8:]) != checksum(b[:8], payload) {",
		},
		{
			Name: "the log goes on after a torn record", File: "storage.go",
			Old: "	if err := s.replaceLog(task, saved.Snapshot.Position, saved.State, saved.Entries); err != nil {",
			New: "	if FAULT && (saved.Snapshot.Index > 0 || len(saved.Entries) > 0) {\n" +
				"		s.number = 1 << 20\n" +
				"		s.log, err = files.open(task, logFile)\n" +
				"	} else if err := s.replaceLog(task, saved.Snapshot.Position, saved.State, saved.Entries); err != nil {",
		},
		{
			Name: "the log is replaced before the snapshot", File: "storage.go",
			Old: "	if err := s.files.replace(task, snapshotFile, record); err != nil {",
			New: "	if FAULT {\n" +
				"		if err := s.replaceLog(task, out.Snapshot.Position, *out.State, out.Entries); err != nil {\n			return err\n		}\n" +
				"	}\n" +
				"	if err := s.files.replace(task, snapshotFile, record); err != nil {",
		},
		{
			Name: "a file is written in place", File: "files.go",
			Old: "file, err = f.FS.Create(name + \".new\")",
			New: "file, err = f.FS.Create(map[bool]string{true: name, false: name + \".new\"}[FAULT])",
		},
		{
			Name: "void entries stay", File: "load.go",
			Old: "saved.Entries = append(saved.Entries[:first-base.Index-1], entries...)",
			New: "saved.Entries = append(saved.Entries[:max(int(first-base.Index)-1, map[bool]int{true: len(saved.Entries)}[FAULT])], entries...)",
		},
	})
}
