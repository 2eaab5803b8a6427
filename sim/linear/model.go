package linear

import "fmt"

// Operation is one call of a history.
type Operation[I, O any] struct {
	// Client is the number of the client that called, for reports. A client calls one
	// operation at a time; Check does not rely on it.
	Client int
	Input  I
	Output O
	// Call and Return are when the operation began and ended, in any unit. Two operations
	// overlap unless one returns before the other is called: those with equal times overlap.
	Call, Return int64
	// Pending says that the operation has not returned: it has taken effect at any time
	// after Call, or never. Output and Return mean nothing then.
	Pending bool
}

// Model is the sequential object. Its functions must not change what they are given, and return the
// same for the same arguments. S is compared with ==: a state of several parts is a struct
// or an array, and a list is a string, or is split by Key into several small states.
type Model[S comparable, I, O any] struct {
	// Initial is the state before the first operation of each key.
	Initial S

	// Step returns the state after op, when it runs in state. It returns false when op cannot
	// have had its output there. The output of an operation that is Pending is not known: Step
	// returns the state after it, and true, unless it can have no effect in state. Step looks at
	// the Input, the Output and Pending alone: what else matters belongs to the Input.
	Step func(state S, op Operation[I, O]) (next S, ok bool)

	// Key returns what object an operation is about, when the model consists of several that
	// are independent, such as the keys of a map. nil: there is one.
	Key func(input I) string

	// Describe returns an operation as text, without its client and times. nil: that of
	// package fmt.
	Describe func(op Operation[I, O]) string

	// Limit is how many steps Check takes before it gives up, with [ErrUndecided]: a call of Step, a
	// comparison, and ten for a visit that is remembered, with its state. 0 means 100 million, which
	// is some ten seconds, and at worst a few gigabytes.
	Limit int
}

// Sequential returns the model of an object whose outputs follow from its state: apply
// returns the state after an operation, and its output.
func Sequential[S comparable, I any, O comparable](initial S, apply func(state S, input I) (next S, output O)) Model[S, I, O] {
	return Model[S, I, O]{
		Initial: initial,
		Step: func(state S, op Operation[I, O]) (S, bool) {
			next, output := apply(state, op.Input)
			return next, op.Pending || output == op.Output
		},
	}
}

// describe returns an operation as text.
func (m *Model[S, I, O]) describe(op Operation[I, O]) string {
	if m.Describe != nil {
		return m.Describe(op)
	}
	if op.Pending {
		return fmt.Sprintf("%+v", op.Input)
	}
	return fmt.Sprintf("%+v → %+v", op.Input, op.Output)
}

// key returns the key of an operation.
func (m *Model[S, I, O]) key(op Operation[I, O]) string {
	if m.Key == nil {
		return ""
	}
	return m.Key(op.Input)
}

// limit returns how many steps a check may take.
func (m *Model[S, I, O]) limit() int {
	if m.Limit > 0 {
		return m.Limit
	}
	return 100_000_000
}
