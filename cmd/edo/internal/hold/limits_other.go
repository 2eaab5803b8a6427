//go:build !linux && !darwin && !dragonfly && !freebsd

package hold

// readLimits has nothing to add: the ports are those that the standard assigns, and
// processes cannot share a port evenly.
func (l *limits) readLimits() {}
