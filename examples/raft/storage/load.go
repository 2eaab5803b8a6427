package storage

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/wire"
)

// load reads both files.
func load(task *edo.Task, files Files, initial Saved) (Saved, error) {
	log, err := files.read(task, logFile)
	if err != nil {
		return Saved{}, err
	}
	snapshot, err := files.read(task, snapshotFile)
	if err != nil {
		return Saved{}, err
	}
	if log == nil && snapshot == nil {
		return initial, nil
	}
	return parse(snapshot, log)
}

// parse returns what two files say. There may be no snapshot, but there is a log.
func parse(snapshot, log []byte) (saved Saved, err error) {
	if snapshot != nil {
		_, payload, rest, isWhole := parseRecord(snapshot)
		r := wire.NewReader(payload)
		saved.Snapshot = r.Snapshot()
		if !isWhole || len(rest) > 0 || r.End() != nil {
			return Saved{}, fmt.Errorf("%w: %s", ErrDamaged, snapshotFile)
		}
	}
	records, err := parseRecords(log)
	if err != nil || len(records) == 0 {
		return Saved{}, fmt.Errorf("%w: %s", ErrDamaged, logFile)
	}
	r := wire.NewReader(records[0])
	base := r.Position()
	saved.State, saved.Entries = r.State(), r.Entries()
	isGap := base.Index > saved.Snapshot.Index || len(saved.Entries) > 0 && saved.Entries[0].Index != base.Index+1
	if r.End() != nil || isGap {
		return Saved{}, fmt.Errorf("%w: the beginning of the %s", ErrDamaged, logFile)
	}
	last := base.Index + consensus.Index(len(saved.Entries))
	for i, record := range records[1:] {
		r := wire.NewReader(record)
		if r.Bool() {
			saved.State = r.State()
		}
		entries := r.Entries()
		if len(entries) > 0 {
			first := entries[0].Index
			if first <= base.Index || first > last+1 {
				return Saved{}, fmt.Errorf("%w: record %d of the %s", ErrDamaged, i+1, logFile)
			}
			saved.Entries = append(saved.Entries[:first-base.Index-1], entries...)
			last = first + consensus.Index(len(entries)) - 1
		}
		if r.End() != nil {
			return Saved{}, fmt.Errorf("%w: record %d of the %s", ErrDamaged, i+1, logFile)
		}
	}
	return saved, nil
}
