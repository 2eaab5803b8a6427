package driver

// A Sharer is a [Driver] whose listeners may share an address with others, of the same
// process and of other processes. The simulated driver is none: its network has one
// process.
type Sharer interface {
	// ListenShared is Listen with SO_REUSEPORT. On a system without it the error
	// matches errors.ErrUnsupported.
	ListenShared(network, address string) (Listener, error)
}
