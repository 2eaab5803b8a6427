package schedule

import "slices"

// An Attempt runs the program with a strategy. It returns the steps of the run, and whether
// it has failed in the way that is looked for.
type Attempt func(s Strategy) (steps []Step, fails bool)

// Shrink looks for a schedule with fewer switches that still fails, beginning with the steps of
// a run that has failed. It returns the steps of the best run. isOver says that it must end.
//
// It first sorts the steps of a stretch by task: the tasks then run one after the other, each
// as far as it ran in that stretch, which leaves most switches out. The stretches become
// shorter and shorter. That is the idea of Jalbert and Sen, "A Trace Simplification Technique
// for Effective Debugging of Concurrent Programs", FSE 2010. Then it makes choices quiet, many
// at once and at last one by one: Zeller and Hildebrandt, "Simplifying and Isolating
// Failure-Inducing Input", TSE 2002. What was drawn stays with the step in which it was drawn: see turn.
func Shrink(steps []Step, attempt Attempt, isOver func() bool) []Step {
	s := &shrinker{best: steps, attempt: attempt}
	s.isOver = func() bool { return s.isLeast || isOver() }
	if s.try(&Follow{}) {
		return s.best
	}
	for {
		before := costOf(s.best)
		s.cut()
		s.quietenDraws()
		s.sortStretches()
		s.quieten()
		s.joinRuns()
		s.leaveOut()
		if s.isOver() || !costOf(s.best).less(before) {
			return s.best
		}
	}
}

type shrinker struct {
	best    []Step
	attempt Attempt
	isOver  func() bool
	isLeast bool // there is one switch, and none does not fail
}

// cost is what a schedule costs its reader.
type cost struct{ switches, steps int }

func costOf(steps []Step) cost { return cost{ChoicesOf(steps).Switches(), len(steps)} }

func (c cost) less(d cost) bool {
	return c.switches < d.switches || c.switches == d.switches && c.steps < d.steps
}

// try runs the program, and keeps the run if it fails and is better.
func (s *shrinker) try(with Strategy) (isBetter bool) {
	if s.isOver() {
		return false
	}
	steps, fails := s.attempt(with)
	if !fails || !costOf(steps).less(costOf(s.best)) {
		return false
	}
	s.best = slices.Clone(steps)
	s.isLeast = costOf(s.best).switches == 1
	return true
}

// cut makes all choices quiet from as early a choice on as it can.
func (s *shrinker) cut() {
	for {
		c := ChoicesOf(s.best)
		n := len(c)
		shorter := false
		for at := n / 8; at < n && !shorter && !s.isOver(); at += max(1, n/8) {
			shorter = s.try(&Follow{Choices: c[:at]})
		}
		if !shorter || s.isOver() {
			return
		}
	}
}

// sortStretches sorts stretches of steps by task.
func (s *shrinker) sortStretches() {
	for size := len(s.best); size >= 2; size /= 2 {
		for at := 0; at+1 < len(s.best) && !s.isOver(); {
			ids := idsOf(s.best)
			end := min(at+size, len(ids))
			if at >= end || !sortByFirst(ids[at:end]) || !s.tryOrder(ids, drawsOf(s.best)) {
				at += max(1, size/2)
			}
		}
	}
}

// tryOrder tries another order of the candidates, which draw what they drew.
func (s *shrinker) tryOrder(ids []ID, d draws) (isBetter bool) {
	return s.try(&followOrder{drawer{draws: d}, ids})
}

// idsOf returns the candidates of steps.
func idsOf(steps []Step) (ids []ID) {
	for _, s := range steps {
		if s.ID != 0 {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// picksOf returns the choices of steps among several candidates, without the draws.
func picksOf(steps []Step) Choices {
	var c Choices
	for _, s := range steps {
		if s.N > 1 && s.ID != 0 {
			c = append(c, s.I)
		}
	}
	return c.Trim()
}

// sortByFirst puts the IDs that are equal together, in the order in which each comes first. It
// reports whether that has changed anything.
func sortByFirst(ids []ID) (changed bool) {
	first := map[ID]int{}
	for i, id := range ids {
		if _, ok := first[id]; !ok {
			first[id] = i
		}
	}
	before := slices.Clone(ids)
	slices.SortStableFunc(ids, func(a, b ID) int { return first[a] - first[b] })
	return !slices.Equal(before, ids)
}

// joinRuns moves each run of steps of one task to the run of that task before it, or behind it.
func (s *shrinker) joinRuns() {
	for at := 0; !s.isOver(); {
		ids, draws := idsOf(s.best), drawsOf(s.best)
		start := startOfRun(ids, at)
		if start < 0 {
			return
		}
		if !s.tryOrder(joinBefore(ids, start), draws) && !s.tryOrder(joinBehind(ids, start), draws) {
			at++
		}
	}
}

// startOfRun returns where the run with number n begins, or -1.
func startOfRun(ids []ID, n int) int {
	for i := range ids {
		if i > 0 && ids[i] == ids[i-1] {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return -1
}

// endOfRun returns the end of the run that begins at start.
func endOfRun(ids []ID, start int) int {
	end := start + 1
	for end < len(ids) && ids[end] == ids[start] {
		end++
	}
	return end
}

// joinBefore returns ids with the run that begins at start behind the last one of its task
// before it.
func joinBefore(ids []ID, start int) []ID {
	end, to := endOfRun(ids, start), start-1
	for to >= 0 && ids[to] != ids[start] {
		to--
	}
	return slices.Concat(ids[:to+1], ids[start:end], ids[to+1:start], ids[end:])
}

// joinBehind returns ids with the run that begins at start before the next one of its task.
func joinBehind(ids []ID, start int) []ID {
	end := endOfRun(ids, start)
	to := end
	for to < len(ids) && ids[to] != ids[start] {
		to++
	}
	return slices.Concat(ids[:start], ids[end:to], ids[start:end], ids[to:])
}

// quieten makes choices among candidates quiet.
func (s *shrinker) quieten() {
	s.leaveFewer(func() int { return picksOf(s.best).Switches() }, func(from, n int) Strategy {
		return &followPicks{drawer{draws: drawsOf(s.best)}, Follow{Choices: withoutSwitches(picksOf(s.best), from, n)}}
	})
}

// quietenDraws makes draws quiet, where the candidates keep their order.
func (s *shrinker) quietenDraws() {
	s.leaveFewer(func() int { return len(loudOf(s.best)) }, func(from, n int) Strategy {
		loud := loudOf(s.best)
		return &followOrder{drawer{draws: drawsOf(s.best).without(loud[from:min(from+n, len(loud))])}, idsOf(s.best)}
	})
}

// leaveFewer tries the best run without half of the things that it counts, without a quarter, and so on.
func (s *shrinker) leaveFewer(count func() int, without func(from, n int) Strategy) {
	for size := count(); size >= 1; size /= 2 {
		for at := 0; !s.isOver() && at < count(); {
			if !s.try(without(at, size)) {
				at += size
			}
		}
	}
}

// fewSwitches is how many switches a schedule has at the most of which each pair is left out.
const fewSwitches = 24

// mostShift is by how many choices what follows a switch may come earlier or later when that is left out.
const mostShift = 4

// leaveOut takes single switches out, and pairs of them: what follows then comes earlier, or later.
func (s *shrinker) leaveOut() {
	for first := 0; ; first++ {
		c := ChoicesOf(s.best)
		at := switchesOf(c)
		if first >= len(at) || len(at) > fewSwitches {
			return
		}
		tries := shifted(c, at[first])
		for _, second := range at[first+1:] {
			both := withoutSwitches(c, first, 1)
			both[second] = 0
			tries = append(tries, both, slices.Delete(slices.Delete(slices.Clone(c), second, second+1), at[first], at[first]+1))
		}
		for _, c := range tries {
			if s.isOver() {
				return
			}
			if s.try(&Follow{Choices: c}) {
				first = -1
				break
			}
		}
	}
}

// shifted returns c with a quiet choice in one place, and what follows where it is, earlier and later.
func shifted(c Choices, at int) (all []Choices) {
	quiet := slices.Clone(c)
	quiet[at] = 0
	all = append(all, quiet)
	for n := 1; n <= mostShift; n++ {
		all = append(all, slices.Delete(slices.Clone(quiet), at, min(at+n, len(c))), slices.Insert(slices.Clone(quiet), at, make(Choices, n)...))
	}
	return all
}

// switchesOf returns where the choices are that are not quiet.
func switchesOf(c Choices) (at []int) {
	for i := range c {
		if c[i] != 0 {
			at = append(at, i)
		}
	}
	return at
}

// withoutSwitches returns c with n of the choices that are not quiet made quiet, from the one
// with number from on.
func withoutSwitches(c Choices, from, n int) Choices {
	c = slices.Clone(c)
	at := 0
	for i := range c {
		if c[i] == 0 {
			continue
		}
		if at >= from && at < from+n {
			c[i] = 0
		}
		at++
	}
	return c
}
