package schedule

// ID names a candidate. It is made of the numbers that its task and the ancestors of that have
// among the children of their parents. So it stays the same when other tasks run in
// another order.
type ID uint64

// Child returns the ID of the child with number n of a task, counted from 1.
func (id ID) Child(n uint32) ID {
	x := uint64(id)*0x9e3779b97f4a7c15 + uint64(n)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9 // the mixing steps of splitmix64
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return ID(x ^ x>>31)
}

// Candidates are the things of which one happens next. They are valid during one call of
// [Strategy.Choose].
type Candidates interface {
	// Len returns how many there are, one at least.
	Len() int
	// Continues reports whether the first is the task that runs, and may go on. The others
	// have waited, and the one for longest that is before the others.
	Continues() bool
	// ID returns the ID of a candidate.
	ID(i int) ID
	// Last returns the index of the task that ran last, or -1. gaveWay says that it has
	// asked to let others run first.
	Last() (i int, gaveWay bool)
	// Waited returns for how many choices the longest-waiting candidate has waited.
	Waited() int
	// Highest returns the candidate with the highest rank: the oldest among equals.
	Highest() int
	// SetRank changes the rank of a candidate. Its first rank is that of [Strategy.Rank].
	SetRank(i int, rank uint64)
	// Steps returns how often a candidate was chosen before.
	Steps(i int) int
	// Objects returns the objects of all operations that a candidate has done, and of the one
	// that it does next. isKnown says that the latter is known. It is asked by strategies that
	// [Strategy.Tracks].
	Objects(i int) (objects []any, isKnown bool)
}

// A Strategy chooses. One goroutine at a time uses it.
type Strategy interface {
	// Choose returns the index of one of c. The scheduler also asks when there is one.
	Choose(c Candidates) int
	// Draw returns a number from 0 to n-1, for something that is no task: 0 is the quiet
	// outcome.
	Draw(n int) int
	// Rank returns the rank of a candidate that is new, with more than one choice before it.
	Rank() uint64
	// Tracks reports whether the objects of operations must be kept.
	Tracks() bool
}

// An Operation is a thing that a task does, which knows the object that it is on: the channel of
// a send, for example. The object is one that can be compared; nil: it may be on any.
type Operation interface{ Object() any }
