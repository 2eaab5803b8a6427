package schedule

// Follow replays a schedule, and makes the quiet choice where that ends. With Then, that
// strategy chooses from there on.
type Follow struct {
	Choices Choices
	Then    Strategy // or nil
	at      int
	wrong   misfit // the first choice that there was not; of is 0: there was each
}

// next returns the next choice of n. ok is false when there is none left.
func (f *Follow) next(n int) (i int, ok bool) {
	if n <= 1 {
		return 0, true
	}
	if f.at == len(f.Choices) {
		return 0, false
	}
	i = int(f.Choices[f.at])
	f.at++
	if i >= n { // the program has changed, or the schedule is being shrunk
		if f.wrong.of == 0 {
			f.wrong = misfit{choice: f.at, index: i, of: n}
		}
		i = 0
	}
	return i, true
}

// Choose returns the next choice.
func (f *Follow) Choose(c Candidates) int {
	if i, ok := f.next(c.Len()); ok {
		return i
	}
	if f.Then != nil {
		return f.Then.Choose(c)
	}
	return 0
}

// Draw returns the next choice.
func (f *Follow) Draw(n int) int {
	if i, ok := f.next(n); ok {
		return i
	}
	if f.Then != nil {
		return f.Then.Draw(n)
	}
	return 0
}

// Rank returns the rank of the strategy that follows.
func (f *Follow) Rank() uint64 {
	if f.Then != nil {
		return f.Then.Rank()
	}
	return 0
}

// Tracks is false.
func (*Follow) Tracks() bool { return false }

// FollowIDs follows the order of candidates as far as they exist: a candidate that there is
// not when its turn comes is left out. Numbers that were drawn are drawn again.
type FollowIDs struct {
	IDs   []ID
	Draws []uint32
}

// Choose returns the candidate whose turn it is, and the quiet one when no turn is left.
func (f *FollowIDs) Choose(c Candidates) int {
	for len(f.IDs) > 0 {
		id := f.IDs[0]
		f.IDs = f.IDs[1:]
		for i := range c.Len() {
			if c.ID(i) == id {
				return i
			}
		}
	}
	return 0
}

// Draw returns the number that was drawn.
func (f *FollowIDs) Draw(n int) int {
	if len(f.Draws) == 0 {
		return 0
	}
	i := int(f.Draws[0])
	f.Draws = f.Draws[1:]
	if i >= n {
		return 0
	}
	return i
}

// Rank is 0: ranks do not matter.
func (*FollowIDs) Rank() uint64 { return 0 }

// Tracks is false.
func (*FollowIDs) Tracks() bool { return false }
