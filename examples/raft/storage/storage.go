package storage

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/wire"
	"github.com/edo-go/edo/sim/disk"
)

const (
	snapshotFile = "snapshot"
	logFile      = "log"
)

// ErrDamaged says that the disk does not have what it had synced. The server must not go on with what
// is left: it may have forgotten a promise.
var ErrDamaged = errors.New("raft: the files of the server are damaged")

// Storage is the disk of a server that runs. One task uses it.
type Storage struct {
	files  Files
	log    disk.File // to write at its end
	number uint32    // of the next record in it
	err    error     // the first one: see the package
}

// Saved is what was saved.
type Saved struct {
	State    consensus.State
	Snapshot consensus.Snapshot
	Entries  []consensus.Entry
}

// Open returns what a server has saved, and the storage to go on with. A new server, with an empty
// folder, begins with initial. The folder belongs to one server at a time.
func Open(task *edo.Task, files Files, initial Saved) (*Storage, Saved, error) {
	saved, err := load(task, files, initial)
	if err != nil {
		return nil, Saved{}, err
	}
	// The log is written anew, without a torn record, and without what the snapshot covers.
	saved.Entries = saved.Snapshot.Rest(saved.Entries)
	s := &Storage{files: files}
	if err := s.replaceLog(task, saved.Snapshot.Position, saved.State, saved.Entries); err != nil {
		return nil, Saved{}, err
	}
	return s, saved, nil
}

// Close closes the files.
func (s *Storage) Close() error {
	if s.log == nil {
		return nil
	}
	log := s.log
	s.log = nil
	return log.Close()
}

// Save saves an output. When it returns without an error the output outlives a crash. After an error
// the storage is of no more use.
func (s *Storage) Save(task *edo.Task, out *consensus.Output) error {
	if s.err != nil {
		return s.err
	}
	if out.Snapshot != nil {
		s.err = s.saveSnapshot(task, out)
	} else if out.State != nil || len(out.Entries) > 0 {
		s.err = s.saveRecord(task, out)
	}
	return s.err
}

// saveSnapshot replaces both files, the snapshot first.
func (s *Storage) saveSnapshot(task *edo.Task, out *consensus.Output) error {
	record := appendRecord(nil, 0, wire.AppendSnapshot(nil, *out.Snapshot))
	if err := s.files.replace(task, snapshotFile, record); err != nil {
		return err
	}
	return s.replaceLog(task, out.Snapshot.Position, *out.State, out.Entries)
}

// saveRecord writes a record at the end of the log.
func (s *Storage) saveRecord(task *edo.Task, out *consensus.Output) error {
	payload := wire.AppendBool(nil, out.State != nil)
	if out.State != nil {
		payload = wire.AppendState(payload, *out.State)
	}
	record := appendRecord(nil, s.number, wire.AppendEntries(payload, out.Entries))
	s.number++
	return s.files.append(task, s.log, record)
}

// replaceLog writes a new log.
func (s *Storage) replaceLog(task *edo.Task, base consensus.Position, state consensus.State, entries []consensus.Entry) error {
	payload := wire.AppendState(wire.AppendPosition(nil, base), state)
	record := appendRecord(nil, 0, wire.AppendEntries(payload, entries))
	if err := s.Close(); err != nil {
		return err
	}
	if err := s.files.replace(task, logFile, record); err != nil {
		return err
	}
	s.number = 1
	var err error
	s.log, err = s.files.open(task, logFile)
	return err
}
