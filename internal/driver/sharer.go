package driver

// A Sharer is a [Driver] whose listeners may share an address with others, of this
// process and of others. The simulated one is none: its network has one process.
type Sharer interface {
	// ListenShared is Listen with SO_REUSEPORT. Where the system has no such thing the
	// error matches errors.ErrUnsupported.
	ListenShared(network, address string) (Listener, error)
}
