package linear

import (
	"cmp"
	"math"
	"reflect"
	"slices"
)

// A search looks for an order of operations that the model allows: the algorithm of package
// linear's documentation.
//
// The operations that have returned lie in a list of events, their calls and returns, in the order
// of time. An operation may be next when no return is before its call in the list: it is taken out of
// the list, with its return, and put back when the search goes back. So the operations that may be
// next are the calls before the first return.
//
// Pending operations are tried after those, at the same place. One that does not change the state is
// left out: never to have happened is the same. Of several with equal inputs the one that was called
// first comes first: as none of them ever returns, an order with another one is one with it too.
//
// Free operations are pending ones of which each may take effect several times, all together as often as
// there are of them. So the search need not remember which of them it has used: that is what makes
// pending operations expensive. It counts how many.
type search[S comparable, I, O any] struct {
	model   *Model[S, I, O]
	ops     []Operation[I, O]
	pending []int // the pending operations, by call
	twin    []int // for each of them the position in pending of the last one before it with the same input, or -1

	head    event // its next is the first event
	events  []event
	taken   set   // operations that have returned and that the present order has, by their numbers
	free    []int // the free operations, by call; of several with equal inputs the first alone
	mayFree int   // how many of them, with the equal ones, may still take effect
	extra   set   // pending ones that the present order has, by their positions in pending
	high    int   // no number in taken is above it
	returns int   // operations that have returned, and that the present order has not

	seen  map[visit[S]][]used // with what the search was there
	key   []byte
	limit int // of steps
	steps int // that may still be taken
	path  []frame[S]

	farthest int64 // the latest time of a return that had to be passed
}

// An event is the call or the return of an operation.
type event struct {
	op         int // index of the operation
	number     int // of the operation among those that have returned, by call
	isReturn   bool
	at         int64
	match      *event // of a call: its return
	prev, next *event
}

// A visit is where a search was: the operations that it had taken, and the state.
type visit[S comparable] struct {
	taken string
	state S
}

// used is what a search had used of the pending operations, and had left of the free ones.
type used struct {
	extra   set
	mayFree int
}

// A frame is an operation that was taken, and the state before it.
type frame[S comparable] struct {
	state S
	call  *event // nil: a pending operation
	extra int    // its position in pending, or behind that in free
	high  int    // of the search, before
}

// A strength is how an operation counts in a search.
type strength uint8

const (
	strong strength = iota // as it is
	weak                   // as pending
	free                   // as pending, and any number of times
)

// newSearch returns a search for an order of ops, which are sorted by call. as says how each
// counts; nil: all are strong. A pending one is weak or free.
func newSearch[S comparable, I, O any](m *Model[S, I, O], ops []Operation[I, O], as []strength, steps int) *search[S, I, O] {
	s := &search[S, I, O]{model: m, ops: ops, seen: map[visit[S]][]used{}, limit: steps, steps: steps, farthest: math.MinInt64}
	s.events = make([]event, 0, 2*len(ops))
	for i, op := range ops {
		switch {
		case as != nil && as[i] == free:
			s.free = append(s.free, i)
		case op.Pending || as != nil && as[i] == weak:
			s.pending = append(s.pending, i)
		default:
			call := event{op: i, number: s.returns, at: op.Call}
			s.events = append(s.events, call, event{op: i, number: s.returns, at: op.Return, isReturn: true})
			s.returns++
		}
	}
	s.mayFree = len(s.free)
	s.free = firsts(s.free, twins(ops, s.free))
	s.twin = twins(ops, s.pending)
	s.taken, s.extra = newSet(s.returns), newSet(len(s.pending))
	slices.SortStableFunc(s.events, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(order(a.isReturn), order(b.isReturn)))
	})
	calls := make([]*event, s.returns)
	last := &s.head
	for i := range s.events {
		e := &s.events[i]
		e.prev, last.next = last, e
		last = e
		if e.isReturn {
			calls[e.number].match = e
		} else {
			calls[e.number] = e
		}
	}
	return s
}

// twins returns for each pending operation the position of the last one before it that has the
// same input.
func twins[I, O any](ops []Operation[I, O], pending []int) []int {
	twin := make([]int, len(pending))
	last := map[any]int{} // position + 1
	for p, i := range pending {
		twin[p] = -1
		if v := reflect.ValueOf(ops[i].Input); v.IsValid() && v.Comparable() {
			in := any(ops[i].Input)
			twin[p] = last[in] - 1
			last[in] = p + 1
		}
	}
	return twin
}

// firsts returns the operations that have no twin.
func firsts(ops, twin []int) (first []int) {
	for p, i := range ops {
		if twin[p] < 0 {
			first = append(first, i)
		}
	}
	return first
}

// order puts calls before returns at the same time: then the operations overlap.
func order(isReturn bool) int {
	if isReturn {
		return 1
	}
	return 0
}

// A verdict is what a search has found.
type verdict int

const (
	linearizable verdict = iota
	violated
	undecided // it had no more steps
)

// run searches.
func (s *search[S, I, O]) run() verdict {
	state := s.model.Initial
	e := s.head.next
	extra := 0 // the position in pending to try next, when e has come to a return
	for s.returns != 0 {
		if s.steps <= 0 {
			return undecided
		}
		if !e.isReturn {
			s.steps--
			if next, ok := s.model.Step(state, s.ops[e.op]); ok && s.visit(e, -1, next) {
				s.path = append(s.path, frame[S]{state: state, call: e, high: s.high})
				s.high = max(s.high, e.number)
				s.lift(e)
				state, e, extra = next, s.head.next, 0
				continue
			}
			e = e.next
			continue
		}
		s.farthest = max(s.farthest, e.at)
		if p, next, ok := s.nextPending(state, e.at, extra); ok {
			s.path = append(s.path, frame[S]{state: state, extra: p, high: s.high})
			if p < len(s.pending) {
				s.extra.add(p)
			} else {
				s.mayFree--
			}
			state, e, extra = next, s.head.next, 0
			continue
		}
		switch {
		case s.steps <= 0: // not all pending operations were tried
			return undecided
		case len(s.path) == 0:
			return violated
		}
		f := s.path[len(s.path)-1]
		s.path = s.path[:len(s.path)-1]
		state, s.high = f.state, f.high
		if f.call != nil {
			s.unlift(f.call)
			e, extra = f.call.next, 0
			continue
		}
		if f.extra < len(s.pending) {
			s.extra.remove(f.extra)
		} else {
			s.mayFree++
		}
		extra = f.extra + 1
		for e = s.head.next; !e.isReturn; { // the calls before it were tried
			e = e.next
		}
	}
	return linearizable
}

// nextPending returns the first pending or free operation, from position p on, that was called
// before the first return, at that time, and leads to a state where the search has not been; and this
// state. The free operations have the positions behind the pending ones.
func (s *search[S, I, O]) nextPending(state S, at int64, p int) (found int, next S, ok bool) {
	n := len(s.pending)
	for ; p < n+len(s.free) && s.steps > 0; p++ {
		s.steps--
		var op Operation[I, O]
		switch {
		case p >= n && s.mayFree == 0:
			return 0, next, false
		case p >= n:
			op = s.ops[s.free[p-n]]
		case s.extra.has(p) || s.twin[p] >= 0 && !s.extra.has(s.twin[p]):
			continue
		default:
			op = s.ops[s.pending[p]]
		}
		if op.Call > at {
			if p >= n {
				break
			}
			p = n - 1 // the free ones are next
			continue
		}
		op.Pending = true
		next, ok := s.model.Step(state, op)
		if ok && next != state && s.visit(nil, p, next) {
			return p, next, true
		}
	}
	return 0, next, false
}

// visit notes that the search comes to state by taking the operation of a call, or the one at
// position p of pending when call is nil. It returns false if it was there before, when it had used no
// other pending operations than now, and had as many free ones left: nothing new follows then.
func (s *search[S, I, O]) visit(call *event, p int, state S) (isNew bool) {
	high, mayFree := s.high, s.mayFree
	if call != nil {
		high = max(high, call.number)
		s.taken.add(call.number)
		defer s.taken.remove(call.number)
	} else if p < len(s.pending) {
		s.extra.add(p)
		defer s.extra.remove(p)
	} else {
		mayFree--
	}
	s.key = s.taken.appendKey(s.key[:0], s.head.next.number, high) // the first event is the first call
	at := visit[S]{taken: string(s.key), state: state}
	before, ok := s.seen[at]
	if ok && s.dominated(before, mayFree) {
		return false
	}
	s.steps -= visitSteps
	s.seen[at] = append(before, used{s.extra.clone(), mayFree})
	return true
}

// visitSteps is how many steps it counts to remember a visit: the Limit bounds the memory too.
const visitSteps = 10

// dominated reports whether one of before has only pending operations that the present order has too,
// and as many free ones left.
func (s *search[S, I, O]) dominated(before []used, mayFree int) bool {
	for _, b := range before {
		s.steps--
		if b.mayFree >= mayFree && b.extra.within(s.extra) {
			return true
		}
	}
	return false
}

// lift takes an operation out of the list.
func (s *search[S, I, O]) lift(call *event) {
	s.taken.add(call.number)
	s.returns--
	for _, e := range [...]*event{call, call.match} {
		e.prev.next = e.next
		if e.next != nil {
			e.next.prev = e.prev
		}
	}
}

// unlift puts the operation back that was taken out last.
func (s *search[S, I, O]) unlift(call *event) {
	s.taken.remove(call.number)
	s.returns++
	for _, e := range [...]*event{call.match, call} {
		e.prev.next = e
		if e.next != nil {
			e.next.prev = e
		}
	}
}
