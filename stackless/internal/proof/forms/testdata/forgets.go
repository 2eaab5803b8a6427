package forms

import (
	"weak"

	"github.com/edo-go/edo"
	"proof.test/trace"
	"proof.test/waits"
)

// big is an object that the collector frees by itself: too large to share a block.
type big struct {
	n    int
	room [100]int
}

func newBig(n int) *big { return &big{n: n} }

// freed reports whether the collector has freed it while the task waited.
func freed(task *edo.Task, p weak.Pointer[big]) bool {
	waits.Collect(task)
	return p.Value() == nil
}

// FormForgetsAVariable waits after the last use of a variable.
func FormForgetsAVariable(task *edo.Task, t *trace.T) error {
	x := newBig(1)
	p := weak.Make(x)
	edo.Yield(task)
	t.At(1, x.n)
	t.At(2, freed(task, p))
	return nil
}

// FormForgetsAnArgument waits after the last use of a parameter.
func FormForgetsAnArgument(task *edo.Task, t *trace.T) error {
	t.At(1, forgetsArgument(task, t, newBig(2)))
	return nil
}

func forgetsArgument(task *edo.Task, t *trace.T, x *big) bool {
	p := weak.Make(x)
	edo.Yield(task)
	t.At(2, x.n)
	return freed(task, p)
}

// FormForgetsTheFrameOfACall waits after a call whose frame held something.
func FormForgetsTheFrameOfACall(task *edo.Task, t *trace.T) error {
	x := newBig(3)
	p := weak.Make(x)
	t.At(1, holds(task, x))
	t.At(2, freed(task, p))
	return nil
}

func holds(task *edo.Task, x *big) int {
	edo.Yield(task)
	return x.n
}

// FormForgetsAVariableInTheFrameOfACall waits after the last use of a variable for which the frame of a
// call has a place.
func FormForgetsAVariableInTheFrameOfACall(task *edo.Task, t *trace.T) error {
	x := newBig(7)
	p := weak.Make(x)
	edo.Yield(task)
	t.At(1, x.n)
	t.At(2, freed(task, p))
	t.At(3, holds(task, newBig(8)))
	return nil
}

// FormForgetsACell waits after the last use of a variable that a closure captured.
func FormForgetsACell(task *edo.Task, t *trace.T) error {
	x := newBig(4)
	p := weak.Make(x)
	f := func() { x = newBig(x.n + 1) }
	edo.Yield(task)
	t.At(1, p.Value() != nil)
	f()
	t.At(2, freed(task, p), x.n)
	q := weak.Make(x)
	t.At(3, freed(task, q))
	return nil
}

// FormForgetsATurn waits in a turn of a loop, after what the last turn had.
func FormForgetsATurn(task *edo.Task, t *trace.T) error {
	var last weak.Pointer[big]
	for i := range 3 {
		if i > 0 {
			t.At(1, freed(task, last))
		}
		x := newBig(i)
		edo.Yield(task)
		t.At(2, x.n)
		last = weak.Make(x)
	}
	t.At(3, freed(task, last))
	return nil
}

// FormKeepsWhatItUses waits before the last use of a variable.
func FormKeepsWhatItUses(task *edo.Task, t *trace.T) error {
	x, y := newBig(5), newBig(6)
	p, q := weak.Make(x), weak.Make(y)
	t.At(1, freed(task, p), freed(task, q), x.n+y.n)
	f := func() int { return y.n }
	t.At(2, freed(task, p), freed(task, q))
	t.At(3, f())
	return nil
}
