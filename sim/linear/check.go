package linear

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrUndecided says that [Check] has taken as many steps as the Limit of the model allows, and
// has found neither an order nor that there is none.
var ErrUndecided = errors.New("linear: it is undecided whether the history is linearizable: the search has reached the Limit of the model; fewer pending or overlapping operations, or a Key, make it shorter")

// Check returns nil when the history is linearizable under m. Otherwise the error is a [*Violation]
// of the first key whose operations are not. ErrUndecided comes only when no key is known to be
// violated. The order of the operations in history does not matter. An operation that returns before it
// is called is an error.
//
// Check takes about a microsecond for each operation, if few overlap, and remembers each set of
// operations that it has visited.
func Check[S comparable, I, O any](m Model[S, I, O], history []Operation[I, O]) error {
	for i, op := range history {
		if !op.Pending && op.Return < op.Call {
			return fmt.Errorf("linear: operation %d of the history returns at %d, before it is called at %d", i, op.Return, op.Call)
		}
	}
	var err error
	for _, p := range partition(&m, history) {
		switch s, as, v := decide(&m, p.ops); v {
		case violated:
			return explain(s, as, p)
		case undecided:
			err = ErrUndecided
		}
	}
	return err
}

// decide searches for an order of ops. Most searches are short. A long one is mostly the search of
// all that pending operations can have done before a violation. So there is a second one with free
// operations in their place, which shows most violations, before the whole one. as is how the
// operations count in the search that has decided.
func decide[S comparable, I, O any](m *Model[S, I, O], ops []Operation[I, O]) (s *search[S, I, O], as []strength, v verdict) {
	short := min(m.limit(), 500_000+500*len(ops))
	s = newSearch(m, ops, nil, short)
	if v = s.run(); v != undecided {
		return s, nil, v
	}
	if len(s.pending) != 0 {
		as = make([]strength, len(ops))
		for i, op := range ops {
			if op.Pending {
				as[i] = free
			}
		}
		s = newSearch(m, ops, as, min(m.limit(), 10*short))
		if v = s.run(); v == violated {
			return s, as, v
		}
	}
	s = newSearch(m, ops, nil, m.limit())
	return s, nil, s.run()
}

// A part is the operations of one key.
type part[I, O any] struct {
	key   string
	index []int // of each operation in the history
	ops   []Operation[I, O]
}

// partition returns the parts of a history, in the order of their first operations; the operations of
// each by call.
func partition[S comparable, I, O any](m *Model[S, I, O], history []Operation[I, O]) (parts []*part[I, O]) {
	byCall := make([]int, len(history))
	for i := range byCall {
		byCall[i] = i
	}
	slices.SortStableFunc(byCall, func(a, b int) int { return cmp.Compare(history[a].Call, history[b].Call) })
	of := map[string]*part[I, O]{}
	for _, i := range byCall {
		key := m.key(history[i])
		p := of[key]
		if p == nil {
			p = &part[I, O]{key: key}
			of[key] = p
			parts = append(parts, p)
		}
		p.index = append(p.index, i)
		p.ops = append(p.ops, history[i])
	}
	return parts
}
