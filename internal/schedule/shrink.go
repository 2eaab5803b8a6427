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
// Failure-Inducing Input", TSE 2002.
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
			o := orderOf(s.best)
			end := min(at+size, len(o.ids))
			if at >= end || !sortByFirst(o.ids[at:end]) || !s.try(&FollowOrder{of: o}) {
				at += max(1, size/2)
			}
		}
	}
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
		o := orderOf(s.best)
		start := startOfRun(o.ids, at)
		if start < 0 {
			return
		}
		if !s.try(&FollowOrder{of: o.with(joinBefore(o.ids, start))}) &&
			!s.try(&FollowOrder{of: o.with(joinBehind(o.ids, start))}) {
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

// quieten makes choices quiet: runs of half of those that are not, of a quarter, and so on.
func (s *shrinker) quieten() {
	for size := ChoicesOf(s.best).Switches(); size >= 1; size /= 2 {
		for at := 0; !s.isOver(); {
			c := ChoicesOf(s.best)
			if at >= c.Switches() {
				break
			}
			if !s.try(&Follow{Choices: withoutSwitches(c, at, size)}) {
				at += size
			}
		}
	}
}

// quietenDraws makes draws quiet, as quieten does, but where others draw less or more then, the rest
// still draws what it drew.
func (s *shrinker) quietenDraws() {
	for size := len(orderOf(s.best).loud()); size >= 1; size /= 2 {
		for at := 0; !s.isOver(); {
			o := orderOf(s.best)
			loud := o.loud()
			if at >= len(loud) {
				break
			}
			if !s.try(&FollowOrder{of: o.without(loud[at:min(at+size, len(loud))])}) {
				at += size
			}
		}
	}
}

// fewSwitches is how many switches a schedule has at the most of which each pair is left out.
const fewSwitches = 24

// leaveOut takes single switches out, and pairs of them: what follows then comes earlier.
func (s *shrinker) leaveOut() {
	for first := 0; ; first++ {
		c := ChoicesOf(s.best)
		at := switchesOf(c)
		if first >= len(at) || len(at) > fewSwitches {
			return
		}
		tries := []Choices{slices.Delete(slices.Clone(c), at[first], at[first]+1)}
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
