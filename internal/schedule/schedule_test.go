package schedule

import (
	"slices"
	"testing"
)

// program is a program of tasks for a strategy: each has a number of steps left.
type program struct {
	left  []int
	ran   []int // tasks, in the order of their steps
	ranks []uint64
	last  int
	waits []int                    // since which step each was passed over
	touch func(task, step int) any // the object of a step; nil: not known
	draws func(s Strategy, t int)  // what a step of a task draws; nil: nothing
}

func newProgram(tasks, steps int) *program {
	p := &program{last: -1, ranks: make([]uint64, tasks), waits: make([]int, tasks)}
	for range tasks {
		p.left = append(p.left, steps)
	}
	return p
}

// order returns the tasks that can run: the one that ran last first.
func (p *program) order() (tasks []int) {
	if p.last >= 0 && p.left[p.last] > 0 {
		tasks = append(tasks, p.last)
	}
	from := len(tasks)
	for i, n := range p.left {
		if n > 0 && i != p.last {
			tasks = append(tasks, i)
		}
	}
	slices.SortStableFunc(tasks[from:], func(a, b int) int { return p.waits[b] - p.waits[a] })
	return tasks
}

// run runs the program to its end, and returns the order.
func (p *program) run(s Strategy) []int {
	for i := range p.ranks {
		p.ranks[i] = s.Rank()
	}
	for len(p.order()) > 0 {
		c := (*programCandidates)(p)
		t := p.order()[s.Choose(c)]
		for i := range p.waits {
			p.waits[i]++
		}
		p.waits[t] = 0
		p.last = t
		p.left[t]--
		p.ran = append(p.ran, t)
		if p.draws != nil {
			p.draws(s, t)
		}
	}
	return p.ran
}

type programCandidates program

func (c *programCandidates) p() *program     { return (*program)(c) }
func (c *programCandidates) Len() int        { return len(c.p().order()) }
func (c *programCandidates) Continues() bool { return c.last >= 0 && c.left[c.last] > 0 }
func (c *programCandidates) ID(i int) ID     { return ID(1 + c.p().order()[i]) }
func (c *programCandidates) Last() (int, bool) {
	if c.Continues() {
		return 0, false
	}
	return -1, false
}
func (c *programCandidates) Waited() (most int) {
	for _, t := range c.p().order() {
		most = max(most, c.waits[t])
	}
	return most
}
func (c *programCandidates) Highest() (best int) {
	for i, t := range c.p().order() {
		if c.ranks[t] > c.ranks[c.p().order()[best]] {
			best = i
		}
	}
	return best
}
func (c *programCandidates) SetRank(i int, rank uint64) { c.ranks[c.p().order()[i]] = rank }
func (c *programCandidates) Steps(i int) (n int) {
	t := c.p().order()[i]
	for _, r := range c.ran {
		if r == t {
			n++
		}
	}
	return n
}
func (c *programCandidates) Objects(i int) (objects []any, isKnown bool) {
	t := c.p().order()[i]
	if c.touch == nil {
		return nil, false
	}
	for s := range c.Steps(i) + 1 {
		if o := c.touch(t, s); o != nil {
			objects = append(objects, o)
		}
	}
	return objects, c.touch(t, c.Steps(i)) != nil
}

// visit returns how many orders of the program a tree visits.
func visit(t *testing.T, tree *Tree, tasks, steps int, touch func(task, step int) any) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for {
		tree.Begin()
		p := newProgram(tasks, steps)
		p.touch = touch
		key := ""
		for _, r := range p.run(tree) {
			key += string(rune('a' + r))
		}
		if !tree.idle {
			if seen[key] {
				t.Fatalf("visits %s twice", key)
			}
			seen[key] = true
		}
		if !tree.Next() {
			break
		}
	}
	if tree.Runs != len(seen) {
		t.Errorf("counts %d runs of %d", tree.Runs, len(seen))
	}
	return seen
}

func TestATreeVisitsEveryOrderOnce(t *testing.T) {
	for _, c := range []struct{ tasks, steps, orders int }{{2, 5, 252}, {3, 2, 90}, {2, 1, 2}, {1, 4, 1}} {
		for _, full := range []bool{true, false} { // nothing is known of the steps
			if n := len(visit(t, &Tree{Full: full}, c.tasks, c.steps, nil)); n != c.orders {
				t.Errorf("%d tasks of %d steps: %d orders, want %d", c.tasks, c.steps, n, c.orders)
			}
		}
	}
}

func TestATreeVisitsOneOfTheOrdersThatDifferInIndependentStepsAlone(t *testing.T) {
	own := func(task, _ int) any { return task }
	if n := len(visit(t, &Tree{}, 3, 3, own)); n != 1 {
		t.Errorf("%d orders of independent tasks, want 1", n)
	}
	if n := len(visit(t, &Tree{Full: true}, 3, 3, own)); n != 1680 {
		t.Errorf("%d orders of all, want 1680", n)
	}
	// Tasks 0 and 1 share an object, and task 2 has one of its own: C(6,3) orders of the two.
	two := func(task, _ int) any { return task / 2 }
	if n := len(visit(t, &Tree{}, 3, 3, two)); n != 20 {
		t.Errorf("%d orders, want 20", n)
	}
}

func TestATreeKeepsAnOrderOfEachKind(t *testing.T) {
	// Each task touches an object of its own first, and then a common one.
	touch := func(task, step int) any {
		if step == 0 {
			return task
		}
		return "common"
	}
	kinds := map[string]bool{} // the orders of the steps on the common object
	for order := range visit(t, &Tree{}, 2, 3, touch) {
		var steps [2]int
		key := ""
		for _, r := range order {
			if steps[r-'a']++; steps[r-'a'] > 1 {
				key += string(r)
			}
		}
		kinds[key] = true
	}
	if len(kinds) != 6 {
		t.Errorf("orders of the steps on the common object: %v, want all 6", kinds)
	}
}

func TestSchedulesAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []Choices{{}, {1}, {0, 0, 3}, {1, 2, 0, 4}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4000000000}} {
		back, _, err := Parse(c.String())
		if err != nil || !slices.Equal(back, c) {
			t.Errorf("%v is written %q and read as %v, %v", c, c, back, err)
		}
	}
	check := CheckOf(57, "TestX")
	if c, back, err := Parse("2.1" + check.String()); err != nil || back != check || !slices.Equal(c, Choices{0, 0, 1}) || back == CheckOf(57, "TestY") {
		t.Errorf("a schedule with the check %v is read as %v, %v, %v", check, c, back, err)
	}
	if s := (Choices{0, 0}).String(); s != "0" {
		t.Errorf("the quiet schedule is written %q", s)
	}
	for _, bad := range []string{"", "x", "1", "1.", ".1", "1.0", "1.1-", "99999999.1", "-1.1", "1.1.1", "1.1_", "1.1_5", "1.1_5.xyzw", "1.1_5.a3f", "1.1_5.A3F0", "1.1_-5.a3f0", "1.1_5.a3f0_5.a3f0"} {
		if c, _, err := Parse(bad); err == nil {
			t.Errorf("%q is read as %v", bad, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0")
	f.Add("3.1-0.2")
	f.Add("3.1_57.a3f0")
	f.Fuzz(func(t *testing.T, text string) {
		c, check, err := Parse(text)
		if err != nil {
			return
		}
		if back, same, err := Parse(c.String() + check.String()); err != nil || !slices.Equal(back, c) || same != check {
			t.Errorf("%q: %v %v, and then %v %v, %v", text, c, check, back, same, err)
		}
	})
}

func TestASeedChoosesTheSameAgainAndItsScheduleToo(t *testing.T) {
	for k := Mixture; k <= Paced; k++ {
		for seed := range uint64(50) {
			r := &Record{Of: NewSeeded(k, seed)}
			order := newProgram(4, 10).run(r)
			if again := newProgram(4, 10).run(NewSeeded(k, seed)); !slices.Equal(order, again) {
				t.Fatalf("%v, seed %d: %v, and then %v", k, seed, order, again)
			}
			text := r.Choices().String()
			choices, _, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if again := newProgram(4, 10).run(&Follow{Choices: choices}); !slices.Equal(order, again) {
				t.Fatalf("%v, seed %d: %v, and by the schedule %v", k, seed, order, again)
			}
		}
	}
}

func TestNoStrategyStarvesATaskForEver(t *testing.T) {
	for k := Mixture; k <= Paced; k++ {
		if k == Quiet {
			continue
		}
		for seed := range uint64(12) {
			p := newProgram(3, 1<<30)
			s := NewSeeded(k, seed)
			for i := range p.ranks {
				p.ranks[i] = s.Rank()
			}
			for step := range 3 * patience {
				c := (*programCandidates)(p)
				if c.Waited() > patience+100 {
					t.Fatalf("%v, seed %d: after %d steps a task has waited for %d", k, seed, step, c.Waited())
				}
				n := p.order()[s.Choose(c)]
				for i := range p.waits {
					p.waits[i]++
				}
				p.waits[n] = 0
				p.last = n
			}
		}
	}
}

// swaps fails when task 1 runs between two steps of task 0, at two places.
func swaps(order []int) bool {
	found := 0
	for i := 1; i+1 < len(order); i++ {
		if order[i-1] == 0 && order[i] == 1 && order[i+1] == 0 {
			found++
		}
	}
	return found >= 2
}

// sends is a program whose tasks send a hundred packets each. One that is lost is not late: so it draws less than the
// others. fails says whether the packets 30 and 70 of task 2 are lost, and its packet 50 is late.
func sends(s Strategy) (steps []Step, fails bool) {
	p := newProgram(5, 100)
	sent := make([]int, 5)
	lost, late := map[int]bool{}, map[int]int{}
	p.draws = func(s Strategy, t int) {
		sent[t]++
		isLost := s.Draw(4) == 3
		delay := 0
		if !isLost {
			delay = s.Draw(1000)
		}
		if t == 2 {
			lost[sent[t]], late[sent[t]] = isLost, delay
		}
	}
	r := &Record{Of: s}
	p.run(r)
	return r.Steps, lost[30] && lost[70] && late[50] > 500
}

func TestShrinkingLeavesTheDrawsThatMatter(t *testing.T) {
	for seed, found := uint64(0), 0; found < 3; seed++ {
		steps, fails := sends(NewSeeded(Uniform, seed))
		if !fails {
			continue
		}
		found++
		attempts := 0
		best := Shrink(slices.Clone(steps), func(s Strategy) ([]Step, bool) {
			attempts++
			return sends(s)
		}, func() bool { return attempts > 20_000 })
		c := ChoicesOf(best)
		if n := c.Switches(); n != 3 {
			t.Errorf("seed %d: %d choices are left of %d, after %d attempts, want 3: %v", seed, n, ChoicesOf(steps).Switches(), attempts, c)
		}
		if _, fails := sends(&Follow{Choices: c}); !fails {
			t.Errorf("seed %d: the schedule that is left does not fail", seed)
		}
		t.Logf("seed %d: %d of %d, after %d attempts", seed, c.Switches(), ChoicesOf(steps).Switches(), attempts)
	}
}

func TestShrinkingLeavesTheSwitchesThatMatter(t *testing.T) {
	seed := uint64(0)
	for ; ; seed++ {
		r := &Record{Of: NewSeeded(Uniform, seed)}
		if !swaps(newProgram(5, 200).run(r)) {
			continue
		}
		attempts := 0
		best := Shrink(slices.Clone(r.Steps), func(s Strategy) ([]Step, bool) {
			attempts++
			r := &Record{Of: s}
			fails := swaps(newProgram(5, 200).run(r))
			return r.Steps, fails
		}, func() bool { return attempts > 20_000 })
		c := ChoicesOf(best)
		if n := c.Switches(); n > 12 {
			t.Errorf("%d switches are left of %d, after %d attempts: %v", n, ChoicesOf(r.Steps).Switches(), attempts, c)
		}
		if !swaps(newProgram(5, 200).run(&Follow{Choices: c})) {
			t.Error("the schedule that is left does not fail")
		}
		t.Logf("seed %d: %d switches of %d, after %d attempts: %v", seed, c.Switches(), ChoicesOf(r.Steps).Switches(), attempts, c)
		return
	}
}
