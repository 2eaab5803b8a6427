package kv

// maxSessions is how many clients may have a session.
const maxSessions = 1000

// Store is the state. One goroutine at a time uses it. What it does depends on its state and on the
// entry alone, so that all servers do the same.
type Store struct {
	values   map[string]string
	sessions map[uint64]*session
	most     int // sessions
}

// session is what is known of a client.
type session struct {
	used   uint64 // index of the last entry
	number uint64 // of the last command that was applied
	result Result // of that
}

// NewStore returns a store without anything in it.
func NewStore() *Store {
	return &Store{values: map[string]string{}, sessions: map[uint64]*session{}, most: maxSessions}
}

// Get returns the value of a key.
func (s *Store) Get(key string) string { return s.values[key] }

// Apply applies the command of the entry at index.
func (s *Store) Apply(index uint64, c Command) Result {
	if c.Op == Open {
		s.makeRoom()
		s.sessions[index] = &session{used: index}
		return Result{Session: index}
	}
	own := s.sessions[c.Session]
	if own == nil {
		return Result{Outcome: Expired}
	}
	own.used = index
	switch {
	case c.Number < own.number:
		return Result{Outcome: Stale}
	case c.Number > own.number:
		own.number, own.result = c.Number, s.change(c)
	}
	return own.result
}

// change changes the value of a key.
func (s *Store) change(c Command) Result {
	switch c.Op {
	case Append:
		c.Value = s.values[c.Key] + c.Value
	case Replace:
		if s.values[c.Key] != c.Old {
			return Result{}
		}
	}
	if c.Value == "" {
		delete(s.values, c.Key)
	} else {
		s.values[c.Key] = c.Value
	}
	return Result{IsDone: true}
}

// makeRoom ends the session that was used least recently, if there are as many as there may be.
func (s *Store) makeRoom() {
	if len(s.sessions) < s.most {
		return
	}
	var oldest uint64
	for id, one := range s.sessions { // each entry is used by one session: the order does not matter
		if before := s.sessions[oldest]; before == nil || one.used < before.used {
			oldest = id
		}
	}
	delete(s.sessions, oldest)
}
