package kv

import (
	"cmp"
	"maps"
	"slices"

	"github.com/edo-go/edo/examples/raft/wire"
)

// Snapshot returns the state as bytes. Equal states have equal bytes.
func (s *Store) Snapshot() []byte {
	b := wire.AppendUint(nil, uint64(len(s.values)))
	for _, key := range sortedKeys(s.values) {
		b = wire.AppendText(b, key)
		b = wire.AppendText(b, s.values[key])
	}
	b = wire.AppendUint(b, uint64(len(s.sessions)))
	for _, id := range sortedKeys(s.sessions) {
		one := s.sessions[id]
		b = wire.AppendUint(b, id)
		b = wire.AppendUint(b, one.used)
		b = wire.AppendUint(b, one.number)
		b = wire.AppendBool(b, one.result.IsDone)
	}
	return b
}

// Restore replaces the state by one that Snapshot has returned: by an empty one if there are no bytes.
// After an error the state is as it was.
func (s *Store) Restore(b []byte) error {
	restored := NewStore()
	restored.most = s.most
	if len(b) > 0 {
		r := wire.NewReader(b)
		for range r.Count() {
			key := r.Text()
			restored.values[key] = r.Text()
		}
		for range r.Count() {
			id := r.Uint()
			restored.sessions[id] = &session{used: r.Uint(), number: r.Uint(), result: Result{IsDone: r.Bool()}}
		}
		if err := r.End(); err != nil {
			return err
		}
	}
	*s = *restored
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
