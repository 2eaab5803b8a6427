package world

import "fmt"

// check returns an error that names the first field of l that no way can have.
func (l Link) check() error {
	for _, f := range []struct {
		name  string
		is    any
		holds bool
		want  string
	}{
		{"Latency", l.Latency, l.Latency >= 0, "a time is 0 or more"},
		{"Jitter", l.Jitter, l.Jitter >= 0, "a time is 0 or more"},
		{"Loss", l.Loss, isProbability(l.Loss), "a probability is from 0 to 1"},
		{"Reorder", l.Reorder, isProbability(l.Reorder), "a probability is from 0 to 1"},
		{"Duplicate", l.Duplicate, isProbability(l.Duplicate), "a probability is from 0 to 1"},
		{"Bandwidth", l.Bandwidth, l.Bandwidth >= 0, "it is bytes in a second, and 0 is no limit"},
	} {
		if !f.holds {
			return fmt.Errorf("%s is %v: %s", f.name, f.is, f.want)
		}
	}
	return nil
}

// check returns an error that names the first field of c that no World can have.
func (c Config) check() error {
	if err := c.Link.check(); err != nil {
		return fmt.Errorf("world: Config.Link: %w", err)
	}
	if c.Window < 0 {
		return fmt.Errorf("world: Config.Window is %d: it is bytes, and 0 is that of the simulation", c.Window)
	}
	if c.Accept < 0 {
		return fmt.Errorf("world: Config.Accept is %v: a time is 0 or more", c.Accept)
	}
	return nil
}

// check returns an error that names the first kind of faults with a weight that none can have.
func (f *Faults) check() error {
	names := []string{"Crashes", "Kills", "Pauses", "Partitions", "Cuts", "Clocks", "Aborts"} // in the order of kinds
	for kind, weight := range f.kinds() {
		if weight < 0 {
			return fmt.Errorf("world: Faults.%s is %d: a weight is 0 or more", names[kind], weight)
		}
	}
	return nil
}

// isProbability reports whether p is one. A NaN is none.
func isProbability(p float64) bool { return p >= 0 && p <= 1 }
