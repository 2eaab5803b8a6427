package schedule

// A Step is a choice that was made.
type Step struct {
	ID ID     // of the candidate; 0: no candidate was chosen, but a number drawn
	N  uint32 // of how many
	I  uint32 // its index
}

// maxSteps is how many steps a Record keeps: 16 MB.
const maxSteps = 1 << 20

// A Record is a strategy that keeps what another one chooses.
type Record struct {
	Of    Strategy
	Steps []Step
	Pairs *Pairs // not nil: it counts the pairs of operations that follow each other
	// Noted is called for each choice, with the number of the step.
	Noted func(step int, c Candidates, i int)

	over bool
}

// Choose chooses as the other strategy does.
func (r *Record) Choose(c Candidates) int {
	i := r.Of.Choose(c)
	id := c.ID(i)
	r.add(Step{id, uint32(c.Len()), uint32(i)})
	if r.Noted != nil {
		r.Noted(len(r.Steps)-1, c, i)
	}
	if r.Pairs != nil {
		r.Pairs.add(id, c.Steps(i))
	}
	return i
}

// Draw draws as the other strategy does.
func (r *Record) Draw(n int) int {
	i := r.Of.Draw(n)
	r.add(Step{0, uint32(n), uint32(i)})
	return i
}

// Rank returns the rank that the other strategy gives.
func (r *Record) Rank() uint64 { return r.Of.Rank() }

// Tracks reports whether the other strategy does.
func (r *Record) Tracks() bool { return r.Of.Tracks() }

func (r *Record) add(s Step) {
	if len(r.Steps) == maxSteps {
		r.over = true
		return
	}
	r.Steps = append(r.Steps, s)
}

// Whole reports whether the record has all steps.
func (r *Record) Whole() bool { return !r.over }

// Choices returns the choices of the record among several candidates, without the quiet ones
// at the end.
func (r *Record) Choices() Choices { return ChoicesOf(r.Steps) }

// ChoicesOf returns the choices among several candidates.
func ChoicesOf(steps []Step) Choices {
	c := make(Choices, 0, len(steps))
	for _, s := range steps {
		if s.N > 1 {
			c = append(c, s.I)
		}
	}
	return c.Trim()
}

// Part returns the number of the first step in which two records differ, or -1: then they are
// the same run.
func Part(a, b []Step) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}
