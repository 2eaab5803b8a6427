package linear

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An explainer looks for the smallest part of some operations that is not linearizable.
//
// To leave an operation out could break a history that is in order: a read of a value whose write
// is missing. So the explainer makes operations weak instead. A weak operation counts as pending: it
// may take effect at any time after its call, or never. That allows all that the operation allowed, and
// more. So what is violated with weak operations is violated, and the operations that are not weak
// are the reason. Free operations allow even more. Where a search with weak ones is too long, one with
// free ones may not be, and the other way round: a queue that is filled many times has no end.
type explainer[S comparable, I, O any] struct {
	model *Model[S, I, O]
	ops   []Operation[I, O]
	as    []strength
	steps int // that may still be taken
	try   int // how many one attempt may take
}

// minTry is how many steps an attempt of an explainer may take at least: it may take twice as many
// as the search that has found the violation, and all attempts together 20 times as many.
const minTry = 1_000_000

// maxLines is how many operations the text of a violation has.
const maxLines = 40

// explain returns the violation of p, that s has found, when its operations counted as as says.
func explain[S comparable, I, O any](s *search[S, I, O], as []strength, p *part[I, O]) *Violation {
	m := s.model
	try := max(minTry, 2*(s.limit-s.steps))
	e := &explainer[S, I, O]{model: m, ops: p.ops, as: as, try: try, steps: 20 * try}
	e.cutAfterFirst(s.farthest)
	e.keepLatest()
	e.weaken()
	v := &Violation{Key: p.key}
	var lines []string
	for i, op := range e.ops {
		if op.Pending || e.as[i] != strong {
			continue
		}
		v.Operations = append(v.Operations, p.index[i])
		if len(v.Operations) > maxLines {
			continue
		}
		lines = append(lines, fmt.Sprintf("  client %d, from %d to %d: %s", op.Client, op.Call, op.Return, m.describe(op)))
	}
	if more := len(v.Operations) - maxLines; more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	v.text = headline(p.key, len(v.Operations), len(p.ops)) + fmt.Sprintf(" (initial state %+v):\n", m.Initial) + strings.Join(lines, "\n")
	return v
}

// headline returns the first words of a violation with n of so many operations.
func headline(key string, n, of int) string {
	text := "linear: the history"
	if key != "" {
		text += fmt.Sprintf(" of key %q", key)
	}
	text += " is not linearizable: "
	if n == 1 {
		text += "this operation has no place in any order"
	} else {
		text += fmt.Sprintf("these %d operations have no order", n)
	}
	switch rest := of - n; {
	case rest == 1:
		text += ", whatever the other one did"
	case rest > 1:
		text += fmt.Sprintf(", whatever the other %d did", rest)
	}
	return text
}

// check searches, with operations that count so.
func (e *explainer[S, I, O]) check(ops []Operation[I, O], as []strength) verdict {
	limit := min(e.try, e.steps)
	s := newSearch(e.model, ops, as, limit)
	v := s.run()
	e.steps -= limit - s.steps + len(ops) // also for making the list
	return v
}

// cutAfterFirst cuts the operations off that were called after the first return that cannot be
// explained, and makes those weak that return later. The search could not pass a return at the
// time farthest; but an operation that returns after that may be wrong itself. So the first return
// is at that time, or mostly soon after it.
func (e *explainer[S, I, O]) cutAfterFirst(farthest int64) {
	var returns []int64
	for _, op := range e.ops {
		if !op.Pending && op.Return >= farthest {
			returns = append(returns, op.Return)
		}
	}
	slices.Sort(returns)
	returns = slices.Compact(returns)
	passes, fails := -1, len(returns)-1 // as far as it is known
	probe := func(at int) {
		if ops, as := e.until(returns[at]); e.check(ops, as) == violated {
			fails = at
		} else {
			passes = at
		}
	}
	for at := 0; at < fails; at = 2*at + 1 { // 0, 1, 3, 7, …
		probe(at)
	}
	for passes+1 < fails {
		probe((passes + fails) / 2)
	}
	e.ops, e.as = e.until(returns[fails])
}

// until returns the operations that were called up to a time, and which of them have not returned then.
func (e *explainer[S, I, O]) until(at int64) (ops []Operation[I, O], as []strength) {
	for i, op := range e.ops {
		if op.Call > at {
			break // they are sorted
		}
		ops = append(ops, op)
		switch {
		case e.as != nil && e.as[i] != strong:
			as = append(as, e.as[i])
		case op.Pending || op.Return > at:
			as = append(as, weak)
		default:
			as = append(as, strong)
		}
	}
	return ops, as
}

// strong returns the operations that are.
func (e *explainer[S, I, O]) strong() (all []int) {
	for i := range e.as {
		if e.as[i] == strong {
			all = append(all, i)
		}
	}
	return all
}

// attempt makes operations weak or free, if that certainly fails, and reports whether it does.
func (e *explainer[S, I, O]) attempt(ops []int) (isMade bool) {
	order := [...]strength{weak, free}
	if len(ops) > manyOps {
		order = [...]strength{free, weak}
	}
	for _, to := range order {
		try := slices.Clone(e.as)
		for _, i := range ops {
			try[i] = max(try[i], to)
		}
		switch e.check(e.ops, try) {
		case violated:
			e.as = try
			return true
		case linearizable:
			if to == weak { // also with free ones
				return false
			}
		}
	}
	return false
}

// manyOps is how many operations are first made free, and weak only when that does not fail.
const manyOps = 50

// keepLatest makes all operations weak but the latest ones: as few as still fail, of 1, 2, 4 and so
// on. What fails is mostly among the last operations, and to try few is fast.
func (e *explainer[S, I, O]) keepLatest() {
	all := e.strong()
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(e.ops[b].Return, e.ops[a].Return) })
	for n := 1; n < len(all) && e.steps > 0; n *= 2 {
		if e.attempt(all[n:]) {
			return
		}
	}
}

// weaken makes operations weak while what is left fails: half of the strong ones at once, then
// a quarter, and so on. After the single ones none is left that could be: what is not violated with some
// weak operations is not with more.
func (e *explainer[S, I, O]) weaken() {
	all := e.strong()
	for size := (len(all) + 1) / 2; size >= 1; size /= 2 {
		for at := 0; at < len(all) && e.steps > 0; at += size {
			some := all[at:min(at+size, len(all))]
			if slices.ContainsFunc(some, func(i int) bool { return e.as[i] == strong }) {
				e.attempt(some)
			}
		}
	}
}
