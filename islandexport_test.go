package edo

// Look takes one look for islands.
func (rt *Runtime) Look() { rt.lookForIslands() }

// SampleLen returns how many tasks the next look would ask, which it then does not.
func (rt *Runtime) SampleLen() int {
	rt.islands.mu.Lock()
	defer rt.islands.mu.Unlock()
	return len(rt.islands.sample(rt))
}

// ToldOf returns how many tasks have been reported to be in cycles.
func (rt *Runtime) ToldOf() int {
	rt.islands.mu.Lock()
	defer rt.islands.mu.Unlock()
	return len(rt.islands.told)
}

// ExpectSignals makes rt believe that a signal may do something.
func (rt *Runtime) ExpectSignals() { rt.signals.Store(true) }
