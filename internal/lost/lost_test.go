package lost

import (
	"slices"
	"testing"

	"github.com/edo-go/edo/internal/gid"
)

// pollsIf is a simulation that polls on the goroutine that asks, if it returns true.
type pollsIf func() bool

func (p pollsIf) OnGoroutine(uintptr) bool { return p() }

// hold begins a simulation, that no goroutine has made. of returns the mark of a thing that one of its tasks makes.
func hold() (r *Run, of func() Mark) {
	polls := false
	r = Hold(1, pollsIf(func() bool { return polls }))
	return r, func() Mark {
		polls = true
		defer func() { polls = false }()
		return NewMark()
	}
}

// finding returns what the marks of the things are that were told, by name, and what finds one.
func finding() (told *[]string, find func(name string, m Mark)) {
	told = &[]string{}
	return told, func(name string, m Mark) {
		Found(m, func() error {
			*told = append(*told, name)
			return &Forgotten{What: name}
		})
	}
}

func expect(t *testing.T, when string, told *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*told, want) {
		t.Fatalf("%s: told of %v, want %v", when, *told, want)
	}
	*told = nil
}

// names returns what the error of a Tell names, as text.
func names(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAThingThatIsFoundIsReported(t *testing.T) {
	told, find := finding()
	a, b, c := NewMark(), NewMark(), NewMark()
	find("b", b)
	expect(t, "without a simulation", told, "b")
	first, _ := hold()
	second, _ := hold()
	find("c", c)
	find("a", a)
	expect(t, "during a simulation", told)
	if err := first.Tell(); err != nil {
		t.Error(err, "of things that it has not made")
	}
	expect(t, "at a stall, in the order in which they were made", told, "a", "c")
	find("a", a)
	first.Release()
	expect(t, "while another simulation runs", told)
	second.Release()
	expect(t, "after the last simulation", told, "a")
}

func TestASimulationIsToldOfItsOwnThingsAlone(t *testing.T) {
	told, find := finding()
	a, ofA := hold()
	b, ofB := hold()
	one, two, three := ofA(), ofB(), ofA()
	find("three", three)
	find("two", two)
	find("one", one)
	if err := names(b.Tell()); err != "two" {
		t.Errorf("the error of b is %q", err)
	}
	expect(t, "when b asks", told, "two")
	if err := names(a.Tell()); err != "one\nthree" {
		t.Errorf("the error of a is %q", err)
	}
	expect(t, "when a asks", told, "one", "three")
	find("of a simulation that has ended", ofB())
	b.Release()
	if err := a.Tell(); err != nil {
		t.Error(err)
	}
	expect(t, "when its simulation has ended", told, "of a simulation that has ended")
	a.Release()
}

// The goroutine that makes a simulation gives it things, before and while it steps it.
func TestAGoroutineThatMakesASimulationMakesThingsForIt(t *testing.T) {
	told, find := finding()
	other, _ := hold()
	defer other.Release()
	before := NewMark()
	mine := Hold(gid.Get(), pollsIf(func() bool { return false }))
	find("after", NewMark())
	find("before", before)
	if err := other.Tell(); err != nil {
		t.Error(err)
	}
	expect(t, "when another one asks", told)
	if err := names(mine.Tell()); err != "after" {
		t.Errorf("the error is %q: what was made before the simulation is no error of it", err)
	}
	expect(t, "when it asks", told, "before", "after")

	second := Hold(gid.Get(), pollsIf(func() bool { return false }))
	find("of one of the two", NewMark())
	if err := other.Tell(); err != nil {
		t.Error(err)
	}
	expect(t, "of a goroutine that has made two", told, "of one of the two")
	second.Release()
	mine.Release()
}

func TestAGoroutineThatHasEnteredASimulationBelongsToIt(t *testing.T) {
	told, find := finding()
	r, _ := hold()
	defer r.Release()
	leave := r.Enter()
	find("inside", NewMark())
	leave()
	find("outside", NewMark())
	if err := names(r.Tell()); err != "inside" {
		t.Errorf("the error is %q", err)
	}
	expect(t, "when it asks", told, "inside", "outside")
	(*Run)(nil).Enter()()
}
