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

// followOrder follows the order of candidates as far as they exist: a candidate that there is not when
// its turn comes is left out.
type followOrder struct {
	drawer
	ids []ID
}

// Choose returns the candidate whose turn it is, and the quiet one when no turn is left.
func (f *followOrder) Choose(c Candidates) int {
	i := f.next(c)
	f.begin(c.ID(i))
	return i
}

func (f *followOrder) next(c Candidates) int {
	for len(f.ids) > 0 {
		id := f.ids[0]
		f.ids = f.ids[1:]
		for i := range c.Len() {
			if c.ID(i) == id {
				return i
			}
		}
	}
	return 0
}

// followPicks follows the indices of the candidates among several.
type followPicks struct {
	drawer
	picks Follow
}

// Choose returns the next index.
func (f *followPicks) Choose(c Candidates) int {
	i := f.picks.Choose(c)
	f.begin(c.ID(i))
	return i
}
