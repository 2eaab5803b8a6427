package hold

// limits are what a system lets a program have. A number that is 0 is not known, or has
// no limit.
type limits struct {
	system string // runtime.GOOS

	descriptors int64 // of one process: the hard limit of RLIMIT_NOFILE
	ceiling     int64 // the highest hard limit that root may set: fs.nr_open
	files       int64 // of the whole system: fs.file-max
	filesOpen   int64 // of these, in use

	firstPort, lastPort int64 // of the ports that connections get by themselves
	addresses           int64 // loopback addresses that connections can start from
	shared              bool  // several processes can share a port evenly

	backlog   int64 // connections that wait for an accept: net.core.somaxconn
	tracked   int64 // connections that the firewall knows of: nf_conntrack_count
	trackable int64 // of these, at most: nf_conntrack_max
	watches   int64 // sockets in epoll sets: fs.epoll.max_user_watches

	memory     int64 // bytes that the system can give away
	group      int64 // bytes that the control group can still take
	processors int
}

// ports returns how many ports connections from one address can have.
func (l *limits) ports() int64 { return l.lastPort - l.firstPort + 1 }
